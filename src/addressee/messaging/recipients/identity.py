"""Recipients as runs and messages store them in JSON: who was named, and why, or who lives in one run only."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import Document, Identity, Place, Recipient

# Where those live who are described for one run only. Nobody is stored there.
TRANSIENT = "$transient"

# What was said to recipients who are stored nowhere is kept for this long after their runs.
TRANSIENT_LIFE = timedelta(days=30)

# Messages follow a merge that are no older than this (knock.md §3.3).
MOVED_AGE = timedelta(days=30)


class StoredIdentity(msgspec.Struct, frozen=True, array_like=True):
    """An identity as JSON columns hold it: the row that it stands in says the environment."""

    collection: str
    id: str
    uid: UUID | None

    @staticmethod
    def of(identity: Identity) -> StoredIdentity:
        return StoredIdentity(identity.collection, identity.id, identity.uid)

    def within(self, environment_id: int) -> Identity:
        return Identity(environment_id, self.collection, self.id, self.uid)


class Subscribed(msgspec.Struct, frozen=True):
    """Why somebody is told who was not named: what the subscription says, and to which object it is."""

    properties: Document
    object: StoredIdentity

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


def encode_identity(identity: Identity | None) -> bytes | None:
    """Returns what a JSON column holds of an identity of its row's environment."""
    return None if identity is None else msgspec.json.encode(StoredIdentity.of(identity))


def decode_identity(environment_id: int, stored: bytes | None) -> Identity | None:
    return None if stored is None else msgspec.json.decode(stored, type=StoredIdentity).within(environment_id)
