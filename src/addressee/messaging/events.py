"""What happened to messages, one row for each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.identifiers import event_id
from addressee.messaging.runs import Identity

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one message; `type` as in knock.md §2.0, MessageEvent."""

    message_id: str
    recipient: Identity
    type: str
    data: Mapping[str, Any] | None = None


async def insert_events(
    connection: Connection, environment_id: int, happenings: Sequence[Happening], now: datetime
) -> None:
    """Stores events that happened together; those of one message stay in the order given."""
    ordinals: Counter[str] = Counter()
    ids = []
    for happening in happenings:
        ids.append(event_id(now, ordinals[happening.message_id], happening.message_id, happening.type))
        ordinals[happening.message_id] += 1
    await connection.execute(
        SQL["insert_events"],
        environment_id,
        [happening.message_id for happening in happenings],
        ids,
        [happening.recipient.collection for happening in happenings],
        [happening.recipient.id for happening in happenings],
        [happening.recipient.uid for happening in happenings],
        [happening.type for happening in happenings],
        [happening.data and msgspec.json.encode(happening.data) for happening in happenings],
        now,
    )
