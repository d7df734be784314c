"""Naming recipients: within an environment, as they were when they were named, or for one run only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import Document, Place, Recipient

# Where those live who are described for one run only. Nobody is stored there.
TRANSIENT = "$transient"

# What was said to recipients who are stored nowhere is kept for this long after their runs.
TRANSIENT_LIFE = timedelta(days=30)

# Messages follow a merge that are no older than this (knock.md §3.3).
MOVED_AGE = timedelta(days=30)


class Reference(NamedTuple):
    """A recipient as callers name it. Who it is (see `Recipient.uid`) is looked up when it matters."""

    collection: str
    id: str

    def at(self, environment_id: int) -> Place:
        return Place(environment_id, self.collection, self.id)


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
