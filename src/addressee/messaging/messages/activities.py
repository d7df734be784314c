"""The activities of messages: their actors, recipients and data (knock.md §2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from addressee.database.paging import PageRequest
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.model import Message
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.people import Missing, People


@dataclass(frozen=True, slots=True)
class Activity:
    id: str
    recipient: Recipient | Missing
    actor: Recipient | Missing | None
    data: Document
    inserted_at: datetime
    updated_at: datetime


def activity_of(message: Message, people: People) -> Activity:
    """Returns a message's only activity. `people` holds its recipient and its actors."""
    return Activity(
        id=derived_ksuid(message.inserted_at, message.id, "activity"),
        recipient=people.as_of(message.recipient, message.inserted_at),
        actor=people.as_of(message.actors[0], message.inserted_at) if message.actors else None,
        data=message.data,
        inserted_at=message.inserted_at,
        updated_at=message.inserted_at,
    )


def is_on(page: PageRequest[str], id: str) -> bool:
    if page.backwards:
        return page.before is not None and id < page.before
    return page.after is None or id > page.after
