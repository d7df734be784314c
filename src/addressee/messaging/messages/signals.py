"""Signals: what happened to a recipient that may end the wait of one of its runs (engine.md §4.7).

They are queued with what they tell of, and only where somebody waits for an event of that name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Job
from addressee.database.pool import Connection
from addressee.database.queries import load

SQL = load(__package__)


class Signal(msgspec.Struct, frozen=True):
    """An event of a recipient. `type` and `name` are those of `steps.wait`; conditions see `event`.

    Statements write signals too (queries/parts/signals.sql), so neither fields nor their names may change. A signal
    without a tenant is of any. One of a message holds its `message_id`, and the rest is read when it is handled.
    """

    recipient_id: str
    uid: UUID
    type: str
    name: str
    at: datetime
    tenant: str | None = None
    event: Mapping[str, Any] = {}


class EndWaits(Job, frozen=True):
    """Ends the waits that these signals match."""

    name: ClassVar[str] = "end_waits"

    environment_id: int
    signals: Sequence[Signal]


async def enqueue_signals(connection: Connection, environment_id: int, signals: Sequence[Signal]) -> None:
    """Queues signals in the connection's transaction, as far as somebody waits for them."""
    if signals:
        await connection.execute(
            *SQL["enqueue_signals"](
                environment_id=environment_id,
                signals=signals,
                events=[msgspec.json.encode(signal.event) for signal in signals],
            )
        )
