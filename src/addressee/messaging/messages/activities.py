"""The activities that a message is about: who did what, for whom (knock.md §2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.listing import MessageFilter, list_messages
from addressee.messaging.messages.model import Message
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.people import Missing, People, read_people

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Activity:
    id: str
    recipient: Recipient | Missing
    actor: Recipient | Missing | None
    data: Document
    inserted_at: datetime
    updated_at: datetime


def activity_of(message: Message, people: People) -> Activity:
    """A message's only activity. `people` holds its recipient and its actors."""
    return Activity(
        id=derived_ksuid(message.inserted_at, message.id, "activity"),
        recipient=people.as_of(message.recipient, message.inserted_at),
        actor=people.as_of(message.actors[0], message.inserted_at) if message.actors else None,
        data=message.data,
        inserted_at=message.inserted_at,
        updated_at=message.inserted_at,
    )


async def list_activities(
    pool: Pool, reader: Reader, environment_id: int, message_id: str, trigger_data: Document, page: PageRequest[str]
) -> Page[Activity] | None:
    """Those whose data holds `trigger_data` (flat, exact), by their ids. None when there is no such message."""
    filter = MessageFilter(message_ids=[message_id], trigger_data=trigger_data)
    found = (await list_messages(pool, environment_id, filter, PageRequest(1))).entries
    if not found and not await pool.fetchval(SQL["message_exists"], environment_id, message_id):
        return None
    named = {identity for message in found for identity in (message.recipient, *message.actors)}
    people = await read_people(reader, environment_id, named)
    activities = [activity_of(message, people) for message in found]
    return build_page([each for each in activities if is_on(page, each.id)], page, lambda activity: activity.id)


def is_on(page: PageRequest[str], id: str) -> bool:
    if page.backwards:
        return page.before is not None and id < page.before
    return page.after is None or id > page.after
