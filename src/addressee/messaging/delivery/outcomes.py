"""Records what became of sends, exactly once, and what that makes of their messages; in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity
from addressee.messaging.delivery.sends import Claimed, Obstacle, Tried
from addressee.messaging.messages.delivery_logs import insert_delivery_logs, new_delivery_log
from addressee.messaging.messages.events import Happening, insert_events
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import Change, Status, combined, combined_changes, follow

SQL = load(__package__)


class Move(NamedTuple):
    """A message, its status, and how that changes."""

    message_id: str
    recipient: Identity
    before: Status
    changes: tuple[Change, ...]


async def record(connection: Connection, environment_id: int, tried: Sequence[Tried], now: datetime) -> list[Tried]:
    """Keeps what became of sends, unless another worker did first, and says of which.

    Messages are held before their sends, as whoever erases or moves them does: a deadlock here would send again.
    """
    await lock_messages(connection, environment_id, {each.send.message_id for each in tried})
    rows = await connection.fetch(
        SQL["update_sends"],
        environment_id,
        [each.send.message_id for each in tried],
        [each.send.id for each in tried],
        [each.send.recipient.id for each in tried],
        [each.send.attempts for each in tried],
        [each.due_at for each in tried],
        [each.status for each in tried],
    )
    ids = {row["id"] for row in rows}
    recorded = [each for each in tried if each.send.id in ids]
    moves = await change_messages(connection, environment_id, recorded, now)
    await note_obstacles(connection, environment_id, recorded, moves, now)
    logs = [
        new_delivery_log(send.id, send.message_id, send.recipient, send.attempts + 1, each.exchange, now)
        for each in recorded
        if (send := each.send) and each.exchange is not None
    ]
    await insert_delivery_logs(connection, environment_id, logs, now)
    return recorded


async def change_messages(
    connection: Connection, environment_id: int, tried: Sequence[Tried], now: datetime
) -> Sequence[Move]:
    """Takes the messages of these sends, which are held, to the statuses that follow from all of their sends.

    Returns those whose status changes.
    """
    by_message: dict[str, list[Tried]] = defaultdict(list)
    for each in tried:
        by_message[each.send.message_id].append(each)
    sends = await statuses_before(connection, environment_id, tried)
    moves = [move_of(sends[message_id], those) for message_id, those in by_message.items()]
    moves = [move for move in moves if move.changes]
    if not moves:
        return ()
    await connection.execute(
        SQL["change_messages"],
        environment_id,
        [move.message_id for move in moves],
        [move.recipient.id for move in moves],
        [move.before for move in moves],
        [follow(move.before, move.changes) for move in moves],
        now,
    )
    happenings = [
        Happening(move.message_id, move.recipient, change.event, change.data)
        for move in moves
        for change in move.changes
    ]
    await insert_events(connection, environment_id, happenings, now)
    return moves


async def note_obstacles(
    connection: Connection, environment_id: int, recorded: Sequence[Tried], moves: Sequence[Move], now: datetime
) -> None:
    """Has the journals of runs say which messages were not sent after all, as they do of steps that were skipped."""
    not_sent = {move.message_id for move in moves if move.changes[-1].status is Status.NOT_SENT}
    noted = {
        each.send.message_id: (each.send, each.obstacle)
        for each in recorded
        if each.obstacle is not None and each.send.message_id in not_sent
    }
    if not noted:
        return
    await connection.execute(
        SQL["note_in_journals"],
        environment_id,
        [send.recipient_run_id for send, _ in noted.values()],
        [obstacle.recipient_id for _, obstacle in noted.values()],
        [msgspec.json.encode([entry_of(send, obstacle, now)]) for send, obstacle in noted.values()],
        now,
    )


def entry_of(send: Claimed, obstacle: Obstacle, now: datetime) -> Mapping[str, Any]:
    return {
        "event": "step_skipped",
        "status": "ok",
        "inserted_at": now,
        "step_ref": send.step_ref,
        "step_type": "channel",
        "data": {**obstacle.reason, "message_id": send.message_id},
    }


def move_of(sends: Mapping[str, Status], tried: Sequence[Tried]) -> Move:
    """What becomes of a message whose sends had these statuses once some of them were tried."""
    send = tried[0].send
    changed = [(each.send.id, change) for each in tried for change in each.changes]
    return Move(send.message_id, send.recipient, combined(sends.values()), combined_changes(sends, changed))


async def statuses_before(
    connection: Connection, environment_id: int, tried: Sequence[Tried]
) -> dict[str, dict[str, Status]]:
    """The statuses of all sends of the messages that these belong to, by their ids: of these as they were before."""
    statuses: dict[str, dict[str, Status]] = defaultdict(dict)
    if several := {each.send.message_id for each in tried if each.send.is_one_of_several}:
        for row in await connection.fetch(SQL["statuses_of_sends"], environment_id, list(several)):
            statuses[row["message_id"]][row["id"]] = Status(row["status"])
    for each in tried:
        statuses[each.send.message_id][each.send.id] = each.send.status
    return statuses
