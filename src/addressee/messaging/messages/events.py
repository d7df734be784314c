"""Events of messages, one row for each."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec
from prometheus_client import Counter

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity, Place
from addressee.messaging.recipients.identifiers import event_id

SQL = load(__package__)

# Ranks of types, in the order in which events can follow each other.
TYPES = {
    f"message.{word}": rank
    for rank, word in enumerate(
        (
            "created",
            "queued",
            "delivery_attempted",
            "sent",
            "delivered",
            "not_sent",
            "undelivered",
            "bounced",
            "seen",
            "unseen",
            "read",
            "unread",
            "interacted",
            "archived",
            "unarchived",
            "dismissed",
            "link_clicked",
        )
    )
}

EVENTS = Counter("addressee_message_events", "What happened to messages", ["type"])


class NewEvent(NamedTuple):
    """An event to store. `type` is one of TYPES."""

    message_id: str
    recipient: Identity
    type: str
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """An event as it is read. `type` as in knock.md §2.0: `message.queued` and so on. Ids sort by time."""

    id: str
    type: str
    message_id: str
    recipient: Place
    data: Document | None
    inserted_at: datetime


async def insert_events(connection: Connection, environment_id: int, events: Sequence[NewEvent], now: datetime) -> None:
    """Stores events of one moment, one for each message and type; lists have a message's in the order of TYPES."""
    for type, count in Counts(event.type for event in events).items():
        EVENTS.labels(type).inc(count)
    await connection.execute(
        *SQL["insert_events"](
            environment_id=environment_id,
            ids=[event_id(now, TYPES[event.type], event.message_id, event.type) for event in events],
            events=events,
            data=[None if event.data is None else msgspec.json.encode(event.data) for event in events],
            now=now,
        )
    )


def event_from(environment_id: int, row: asyncpg.Record) -> MessageEvent:
    return MessageEvent(
        row["id"],
        row["type"],
        row["message_id"],
        Place(environment_id, row["collection"], row["recipient_id"]),
        row["data"] and msgspec.json.decode(row["data"]),
        row["inserted_at"],
    )
