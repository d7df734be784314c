"""The users whom notifications and deliveries name (notiflows.md §2, §5.3)."""

from __future__ import annotations

from datetime import datetime

from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.shapes.users import User
from addressee.directory.recipient import USERS, Identity, Recipient
from addressee.messaging.recipients.people import Missing, People


def recipient(identity: Identity, people: People, when: datetime) -> User:
    """The user to whom something happened at `when`."""
    found = person(identity, people.as_of(identity, when))
    assert found is not None, "Only what users were told is listed."
    return found


def actor(identity: Identity | None, people: People, when: datetime) -> User | None:
    """The user who caused something at `when`; None for an object, or for nobody."""
    return None if identity is None else person(identity, people.as_of(identity, when))


def person(identity: Identity, found: Recipient | Missing) -> User | None:
    """The user who was found of an identity; None for an object, and for an id where nobody lived."""
    if identity.collection != USERS or identity.uid is None:
        return None
    if isinstance(found, Missing):
        deleted = found.identity
        return rendering.deleted_user(deleted.uid or identity.uid, deleted.id, found.deleted_at)
    return rendering.user(found)
