"""A recipient: its place, its identity and its documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, field

Document = dict[str, Any]

USERS = "$users"
TENANTS = "$tenants"
MEMBERS = "$members"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BITS_BELOW_TIME = 80

# The format of stored documents that this code reads and writes.
FORMAT = 1


class Place(NamedTuple):
    """The address of a recipient in the directory. After a deletion another recipient may use it (see `Identity`)."""

    environment_id: int
    collection: str
    id: str


class Identity(NamedTuple):
    """A place and the recipient who had it when it was named; `uid` is None when nobody did.

    An id that is deleted and used again is the same place with another identity.
    """

    environment_id: int
    collection: str
    id: str
    uid: UUID | None

    @property
    def place(self) -> Place:
        return Place(self.environment_id, self.collection, self.id)

    def found_in(self, recipient: Recipient | None) -> Recipient | None:
        """Returns `recipient` if it is not deleted and has this identity, else None."""
        if recipient is None or not recipient.lives or recipient.uid != self.uid:
            return None
        return recipient


def is_membership(place: Place) -> bool:
    """Returns whether a place is that of a membership, which is no recipient of its own (see `groups.memberships`)."""
    return place.collection.startswith(f"{MEMBERS}/")


class Recipient(Struct, frozen=True, gc=False):
    """Anything that can be notified, as stored at one version. Documents are never changed in place.

    `uid` is the identity. `version` counts effective writes at the place and never restarts. `deleted_at` is set on a
    tombstone, whose documents are empty; `history_kept` then says whether its messages and runs are retained.
    `deletions` counts the deletions at the place.
    """

    place: Place
    uid: UUID
    version: int
    updated_at: datetime
    attributes: Document = field(default_factory=dict)
    properties: Document = field(default_factory=dict)
    addresses: list[Document] = field(default_factory=list)
    channel_data: Document = field(default_factory=dict)
    preferences: Document = field(default_factory=dict)
    deleted_at: datetime | None = None
    format: int = FORMAT
    deletions: int = 0
    history_kept: bool = False

    @property
    def created_at(self) -> datetime:
        return made_at(self.uid)

    @property
    def identity(self) -> Identity:
        return Identity(*self.place, self.uid)

    @property
    def locale(self) -> str | None:
        """The locale in which texts are chosen for it, or only its language."""
        return self.attributes.get("locale") or self.attributes.get("language")

    @property
    def lives(self) -> bool:
        return self.deleted_at is None


def made_at(uid: UUID) -> datetime:
    """Returns the time, in milliseconds, that the first 48 bits of a UUIDv7 hold."""
    return EPOCH + timedelta(milliseconds=uid.int >> BITS_BELOW_TIME)
