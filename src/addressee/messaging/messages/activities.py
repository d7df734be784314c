"""The activities of messages: their actors, recipients and data (knock.md §2.0).

A message of a batch has one for each of the first items; any other has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity, Recipient
from addressee.messaging.messages.model import Message
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.identity import decode_identity
from addressee.messaging.recipients.people import Missing, People

SQL = load(__package__)

# The most activities of a message that are told.
MAX_ACTIVITIES = 10


@dataclass(frozen=True, slots=True)
class Activity:
    id: str
    recipient: Recipient | Missing
    actor: Recipient | Missing | None
    data: Document
    inserted_at: datetime
    updated_at: datetime


class Told(NamedTuple):
    """A message that tells of a batch."""

    message_id: str
    recipient_run_id: UUID


class Item(NamedTuple):
    """An item of a batch."""

    recipient_run_id: UUID
    actor: Identity | None
    data: Document
    at: datetime


@dataclass(frozen=True, slots=True)
class Items:
    """The items that messages tell of, by the messages' ids. There are none of batches that closed long ago."""

    by_message: Mapping[str, Sequence[Item]]

    @property
    def actors(self) -> Iterator[Identity]:
        for items in self.by_message.values():
            yield from (item.actor for item in items if item.actor is not None)


async def read_items(pool: Pool, environment_id: int, messages: Sequence[Message]) -> Items:
    """Reads what messages of batches tell of, in one query, or none where there are no such messages."""
    told = [Told(message.id, message.recipient_run_id) for message in messages if message.is_of_batch]
    found: dict[str, list[Item]] = defaultdict(list)
    if told:
        rows = await pool.fetch(
            *SQL["items_of_messages"](environment_id=environment_id, told=told, limit=MAX_ACTIVITIES)
        )
        for row in rows:
            actor = decode_identity(environment_id, row["actor"])
            item = Item(row["recipient_run_id"], actor, msgspec.json.decode(row["data"]), row["triggered_at"])
            found[row["message_id"]].append(item)
    return Items(found)


def activities_of(message: Message, items: Items, people: People) -> list[Activity]:
    """Returns a message's activities. `people` holds its recipient, its actors and those of the items."""
    recipient = people.as_of(message.recipient, message.inserted_at)
    of_batch = items.by_message.get(message.id)
    if not of_batch:
        return [
            Activity(
                id=derived_ksuid(message.inserted_at, message.id, "activity"),
                recipient=recipient,
                actor=people.as_of(message.actors[0], message.inserted_at) if message.actors else None,
                data=message.data,
                inserted_at=message.inserted_at,
                updated_at=message.inserted_at,
            )
        ]
    return [
        Activity(
            id=derived_ksuid(item.at, message.id, str(item.recipient_run_id)),
            recipient=recipient,
            actor=None if item.actor is None else people.as_of(item.actor, item.at),
            data=item.data,
            inserted_at=item.at,
            updated_at=item.at,
        )
        for item in of_batch
    ]


def is_on(page: PageRequest[str], id: str) -> bool:
    if page.backwards:
        return page.before is not None and id < page.before
    return page.after is None or id > page.after
