"""What is stored of a run, and the jobs that carry it from page to page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Job
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.topics import TOPICS
from addressee.messaging.recipients.identity import TRANSIENT, Profile, StoredIdentity, Subscribed

PAGE_SIZE = 200

# What has no run of its own: its members are told in its place.
GROUPS = (LISTS, TOPICS)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run keeps to besides its workflow.

    `kinds` are the only kinds of addresses (of `directory.kinds.KINDS`) on which anybody is told, None: any.
    `categories` count instead of the workflow's own, None: these. `actor` is who acts in it when that is no recipient.
    """

    kinds: frozenset[str] | None = None
    categories: tuple[str, ...] | None = None
    actor: Profile | None = None


NO_TERMS = Terms()


class WaitingRecipient(StoredIdentity, frozen=True, array_like=True):
    """A recipient whose run is not started, with its own part of the data.

    `kinds` are the only ones on which this recipient, and who subscribes to it, is told; None: any. With a `profile` it
    is somebody who lives in this run only.
    """

    data: Mapping[str, Any]
    subscription: Subscribed | None = None
    kinds: frozenset[str] | None = None
    profile: Profile | None = None

    @property
    def has_run(self) -> bool:
        """A group has none, but a list that is not known has one that says so; a topic without subscribers is none."""
        return self.collection not in GROUPS or (self.collection == LISTS and self.uid is None)


class RunPage(Job, frozen=True):
    """One page of a run's recipients, and what its jobs have in common."""

    environment_id: int
    run_id: UUID
    page: int

    @classmethod
    def of(cls, page: RunPage) -> Self:
        return cls(page.environment_id, page.run_id, page.page)

    @property
    def following(self) -> Self:
        return msgspec.structs.replace(self, page=self.page + 1)


class Start(RunPage, frozen=True):
    """Makes recipient runs of the recipients on a page."""

    name: ClassVar[str] = "start"


class Advance(RunPage, frozen=True):
    """Takes the recipient runs of a page through their steps."""

    name: ClassVar[str] = "advance"


class Send(RunPage, frozen=True):
    """Sends what is due of a page's messages."""

    name: ClassVar[str] = "send"


def lane_of(environment_id: int, recipients: Sequence[WaitingRecipient]) -> str | None:
    """The lane of a run's jobs: the runs of one recipient alone are carried out in the order of their triggers."""
    if len(recipients) != 1 or recipients[0].collection == TRANSIENT:
        return None
    return f"{environment_id}/{recipients[0].collection}/{recipients[0].id}"


def common(kinds: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    """The kinds that both allow; None allows any."""
    if kinds is None or others is None:
        return kinds if others is None else others
    return kinds & others
