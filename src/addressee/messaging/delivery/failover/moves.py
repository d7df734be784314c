"""Stores moves of sends to stand-ins, with an event of the message and an entry in the journal of its run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document
from addressee.messaging.delivery.failover.stand_ins import Move
from addressee.messaging.delivery.outcomes import journal_entry, note_in_journals, update_messages
from addressee.messaging.delivery.sends import ClaimedSend
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.status import Status, StatusChange

SQL = load(__package__)

# The event of a move comes after that of the attempt that led to it.
MOMENT = timedelta(microseconds=1)

MOVES = Counter("addressee_failovers", "Sends that moved on to a stand-in, by the failure", ["channel_type", "failure"])

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moved:
    """A send that a stand-in sends from now on, and the change that this is."""

    send: ClaimedSend
    changes: tuple[StatusChange, ...]


async def store_moves(connection: Connection, environment_id: int, moves: Sequence[Move], now: datetime) -> set[str]:
    """Moves sends that are still this worker's to their stand-ins, due at once, and returns their ids.

    Their messages are locked.
    """
    if not moves:
        return set()
    rows = await connection.fetch(*SQL["move_sends"](environment_id=environment_id, moves=moves, now=now))
    ids = {row["id"] for row in rows}
    moved = [move for move in moves if move.send.id in ids]
    await tell(connection, environment_id, moved, now + MOMENT)
    for move in moved:
        MOVES.labels(move.stand_in.type, move.failure).inc()
        log.info("send moved on", message_id=move.send.message_id, to=move.stand_in.id, reason=move.failure)
    return ids


async def begin(connection: Connection, environment_id: int, sends: Sequence[ClaimedSend]) -> set[str]:
    """Notes that sends are about to be tried, and returns the ids of those that are still this worker's."""
    rows = await connection.fetch(*SQL["begin_sends"](environment_id=environment_id, sends=sends)) if sends else []
    return {row["id"] for row in rows}


async def tell(connection: Connection, environment_id: int, moved: Sequence[Move], now: datetime) -> None:
    """Stores what moves mean for their messages, and tells of each in an event and in the journal of the run."""
    changed = [
        Moved(move.send, (StatusChange(Status.QUEUED, data_of(move)),))
        for move in moved
        if move.send.status is not Status.QUEUED
    ]
    updates = await update_messages(connection, environment_id, changed, now)
    told = {update.message_id for update in updates}
    events = [
        NewEvent(move.send.message_id, move.send.recipient, f"message.{Status.QUEUED}", data_of(move))
        for move in {move.send.message_id: move for move in moved}.values()
        if move.send.message_id not in told
    ]
    if events:
        await insert_events(connection, environment_id, events, now)
    entries = [journal_entry(move.send, move.recipient_id, "failed_over", data_of(move), now) for move in moved]
    await note_in_journals(connection, environment_id, entries, now)


def data_of(move: Move) -> Document:
    """Returns what the event of a move says."""
    return {
        "reason": "failover",
        "failure": move.failure,
        "from_channel": move.channel.key,
        "to_channel": move.stand_in.key,
    }
