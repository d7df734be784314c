"""What is stored of a run, and the jobs that carry it from page to page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from addressee.database.jobs import Job
from addressee.directory.list_edits import LISTS
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.topics import TOPICS
from addressee.messaging.reference import Reference

PAGE_SIZE = 200

# What has no run of its own: its members are told in its place.
GROUPS = (LISTS, TOPICS)

# Where those live who are described for one run only. Nobody is stored there.
TRANSIENT = "$transient"

# What was said to recipients who are stored nowhere is kept for this long after their runs.
TRANSIENT_LIFE = timedelta(days=30)

MAX_FILTER_TEXT = 256


class Identity(msgspec.Struct, frozen=True, array_like=True):
    """A recipient as it was when it was named; `uid` is None when nobody lived there."""

    collection: str
    id: str
    uid: UUID | None

    @classmethod
    def of(cls, recipient: Recipient) -> Identity:
        return cls(recipient.place.collection, recipient.place.id, recipient.uid)

    @property
    def reference(self) -> Reference:
        return Reference(self.collection, self.id)

    def found_in(self, recipient: Recipient | None) -> Recipient | None:
        """`recipient` if it is still the one that was named."""
        if recipient is None or not recipient.lives or recipient.uid != self.uid:
            return None
        return recipient


class Subscribed(msgspec.Struct, frozen=True):
    """Why somebody is told who was not named: what the subscription says, and to which object it is."""

    properties: Document
    object: Identity

    @property
    def topic(self) -> str | None:
        """The name of the topic that it is to, None: it is to something else."""
        return self.object.id if self.object.collection == TOPICS else None


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of somebody who is no recipient, and described for one run only, as a recipient's documents."""

    attributes: Document = {}
    properties: Document = {}
    addresses: list[Document] = []

    def at(self, place: Place, uid: UUID, since: datetime) -> Recipient:
        """The recipient that the run takes this for."""
        return Recipient(place, uid, 1, since, self.attributes, self.properties, self.addresses)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run keeps to besides its workflow.

    `kinds` are the only kinds of addresses (of `directory.kinds.KINDS`) on which anybody is told, None: any.
    `categories` count instead of the workflow's own, None: these. `actor` is who acts in it when that is no recipient.
    """

    kinds: frozenset[str] | None = None
    categories: tuple[str, ...] | None = None
    actor: Profile | None = None


NO_TERMS = Terms()


class WaitingRecipient(msgspec.Struct, frozen=True, array_like=True):
    """A recipient whose run is not started, with its own part of the data.

    `kinds` are the only ones on which this recipient, and who subscribes to it, is told; None: any. With a `profile` it
    is somebody who lives in this run only.
    """

    collection: str
    id: str
    uid: UUID | None
    data: Mapping[str, Any]
    subscription: Subscribed | None = None
    kinds: frozenset[str] | None = None
    profile: Profile | None = None

    @property
    def has_run(self) -> bool:
        """A group has none, but a list that is not known has one that says so; a topic without subscribers is none."""
        return self.collection not in GROUPS or (self.collection == LISTS and self.uid is None)

    @property
    def reference(self) -> Reference:
        return Reference(self.collection, self.id)

    @property
    def identity(self) -> Identity:
        return Identity(self.collection, self.id, self.uid)


class RunPage(msgspec.Struct, frozen=True):
    """One page of a run's recipients: the arguments of the jobs `start`, `advance` and `send`."""

    environment_id: int
    run_id: UUID
    page: int

    def job(self, name: str, delay: timedelta | None = None, lane: str | None = None) -> Job:
        return Job(name, msgspec.structs.asdict(self), delay, lane)

    @property
    def following(self) -> RunPage:
        return msgspec.structs.replace(self, page=self.page + 1)


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


def flattened(data: Document) -> Document:
    """What lists can be filtered by: one level, texts cut to 256 characters (knock.md §3.9)."""
    return {
        name: value[:MAX_FILTER_TEXT] if isinstance(value, str) else value
        for name, value in data.items()
        if not isinstance(value, (dict, list))
    }
