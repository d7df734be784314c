"""Stored parts of a run, and the jobs that carry it from page to page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Job, Priority
from addressee.directory.edits.lists import LISTS
from addressee.directory.groups.topics import TOPICS
from addressee.messaging.content.attachments import StoredAttachment
from addressee.messaging.recipients.identity import TRANSIENT, Profile, StoredIdentity, Subscribed

# A page of subscribers has so many, or fewer whose properties take so many bytes: all are in memory at once.
PAGE_SIZE = 500
PAGE_BYTES = 16_000_000

# Workflows that trigger each other, or themselves, end here.
MAX_DEPTH = 8

# Recipients of these collections have no runs of their own; their members have.
GROUPS = (LISTS, TOPICS)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """Restrictions of a run, besides those of its workflow.

    `kinds` are the only kinds of addresses (of `directory.kinds.KINDS`) that it uses, None: any. `categories` replace
    the workflow's own, None: they do not. `actor` is one who is no stored recipient. `depth` is how many workflows have
    triggered each other up to this run: 0 for one that a caller triggered.
    """

    kinds: frozenset[str] | None = None
    categories: tuple[str, ...] | None = None
    actor: Profile | None = None
    depth: int = 0


NO_TERMS = Terms()


class RunAttachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attachment of a run's e-mails, the key in the data under which it was described, and whose alone it is.

    `recipient` is the collection and the id of one whose own data described it, None for all.
    """

    key: str
    attachment: StoredAttachment
    recipient: tuple[str, str] | None = None


class WaitingRecipient(StoredIdentity, frozen=True, array_like=True):
    """A recipient whose run has not started, with its own part of the data.

    `kinds` are the only kinds of addresses that this recipient and its subscribers are reached at, None: any. A
    recipient with a `profile` exists in this run only.
    """

    data: Mapping[str, Any]
    subscription: Subscribed | None = None
    kinds: frozenset[str] | None = None
    profile: Profile | None = None

    @property
    def has_run(self) -> bool:
        """True for a recipient with a run of its own: groups have none, except an unknown list, whose run says so."""
        return self.collection not in GROUPS or (self.collection == LISTS and self.uid is None)


class RunPage(Job, frozen=True):
    """One page of a run's recipients: the arguments of its jobs."""

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
    """Has a page of the recipients that a trigger named begin."""

    name: ClassVar[str] = "start"


class Begin(RunPage, frozen=True):
    """Takes the recipients of a page through their first steps. Small pages that wait begin together."""

    name: ClassVar[str] = "begin"


class BeginLarge(RunPage, frozen=True):
    """Does the same for a page that keeps a worker busy by itself: a worker takes few, so that others have some."""

    name: ClassVar[str] = "begin_large"


class Advance(RunPage, frozen=True):
    """Takes the recipient runs of a page through their further steps."""

    name: ClassVar[str] = "advance"


class Send(RunPage, frozen=True):
    """Sends what is due of a page's messages."""

    name: ClassVar[str] = "send"


def lane_of(environment_id: int, recipients: Sequence[WaitingRecipient], priority: Priority) -> str | None:
    """Returns the lane of a run's jobs: a single recipient's runs of one priority are carried out in the order of their
    triggers.
    """
    if len(recipients) != 1 or recipients[0].collection == TRANSIENT:
        return None
    lane = f"{environment_id}/{recipients[0].collection}/{recipients[0].id}"
    return lane if priority is Priority.NORMAL else f"{lane}/{priority.name.lower()}"


def common(kinds: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    """Returns the kinds that both allow; None allows any."""
    if kinds is None or others is None:
        return kinds if others is None else others
    return kinds & others
