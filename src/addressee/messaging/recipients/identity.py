"""Recipients as runs and messages store them in JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import Document, Identity, Place, Recipient

# The collection of transient recipients, which are described for one run only and never stored.
TRANSIENT = "$transient"

# Messages to transient recipients are kept for this long after their runs.
TRANSIENT_LIFE = timedelta(days=30)

# Messages follow a merge that are no older than this (knock.md §3.3).
MOVED_AGE = timedelta(days=30)


class StoredIdentity(msgspec.Struct, frozen=True, array_like=True):
    """An identity as JSON columns hold it; the environment is that of the row."""

    collection: str
    id: str
    uid: UUID | None

    @staticmethod
    def of(identity: Identity) -> StoredIdentity:
        return StoredIdentity(identity.collection, identity.id, identity.uid)

    def within(self, environment_id: int) -> Identity:
        return Identity(environment_id, self.collection, self.id, self.uid)


class Subscribed(msgspec.Struct, frozen=True):
    """The subscription by which a run reaches a recipient that its trigger did not name: properties, and the object."""

    properties: Document
    object: StoredIdentity

    @property
    def topic(self) -> str | None:
        """The name of the topic that it is to, None for a subscription to anything else."""
        return self.object.id if self.object.collection == TOPICS else None


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A transient recipient's documents."""

    attributes: Document = {}
    properties: Document = {}
    addresses: list[Document] = []

    def at(self, place: Place, uid: UUID, since: datetime) -> Recipient:
        """Returns the recipient that the run takes this for."""
        return Recipient(place, uid, 1, since, self.attributes, self.properties, self.addresses)


def encode_identity(identity: Identity | None) -> bytes | None:
    """Returns what a JSON column holds of an identity of its row's environment."""
    return None if identity is None else msgspec.json.encode(StoredIdentity.of(identity))


def decode_identity(environment_id: int, stored: bytes | None) -> Identity | None:
    return None if stored is None else msgspec.json.decode(stored, type=StoredIdentity).within(environment_id)
