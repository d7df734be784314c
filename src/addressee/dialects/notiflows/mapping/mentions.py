"""Whom notifications and deliveries name (notiflows.md §2, §5.3)."""

from __future__ import annotations

from datetime import datetime

from addressee.dialects.notiflows.mapping import rendering
from addressee.directory.recipient import USERS, Document, Identity, Recipient
from addressee.messaging.recipients.people import Missing, People


def user(identity: Identity | None, people: People, when: datetime) -> Document | None:
    """A user as of something that happened at `when`, whole or what is left; None for who is no user."""
    return None if identity is None else person(identity, people.as_of(identity, when))


def person(identity: Identity, found: Recipient | Missing) -> Document | None:
    """Who was found of an identity."""
    if identity.collection != USERS or identity.uid is None:
        return None
    if isinstance(found, Missing):
        gone = found.identity
        return rendering.departed(gone.uid or identity.uid, gone.id, found.deleted_at)
    return rendering.user(found)


def both(recipient: Document | None, actor: Document | None) -> Document:
    """Whole, and by id for clients of the first SDK."""
    return {
        "recipient": recipient,
        "recipient_id": recipient and recipient["id"],
        "actor": actor,
        "actor_id": actor and actor["id"],
    }
