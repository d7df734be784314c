"""Events of messages. Those that a message is born with are stored with it, later ones as a row for each."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec
from prometheus_client import Counter

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity, Place
from addressee.messaging.recipients.identifiers import event_id, moment

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

CREATED = "message.created"

EVENTS = Counter("addressee_message_events", "What happened to messages", ["type"])


class NewEvent(NamedTuple):
    """An event to store. `type` is one of TYPES."""

    message_id: str
    recipient: Identity
    type: str
    data: Mapping[str, Any] | None = None


class FirstEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event as it is stored with its message."""

    id: str
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


class Moments(dict[str, str]):
    """The beginnings of the ids of events of one time, by type: those of a message sort in the order of TYPES."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def __missing__(self, type: str) -> str:
        self[type] = moment(self._at, TYPES[type])
        return self[type]


async def insert_events(connection: Connection, environment_id: int, events: Sequence[NewEvent], now: datetime) -> None:
    """Stores events of one moment, one for each message and type; lists have a message's in the order of TYPES."""
    count_events(event.type for event in events)
    moments = Moments(now)
    await connection.execute(
        *SQL["insert_events"](
            environment_id=environment_id,
            ids=[event_id(moments[event.type], event.message_id) for event in events],
            events=events,
            data=[None if event.data is None else msgspec.json.encode(event.data) for event in events],
            now=now,
        )
    )


def count_events(types: Iterable[str]) -> None:
    """Counts events that are stored, for the metrics."""
    for type, count in Counts(types).items():
        EVENTS.labels(type).inc(count)


def event_from(environment_id: int, row: asyncpg.Record) -> MessageEvent:
    return MessageEvent(
        row["id"],
        row["type"],
        row["message_id"],
        Place(environment_id, row["collection"], row["recipient_id"]),
        row["data"] and msgspec.json.decode(row["data"]),
        row["inserted_at"],
    )
