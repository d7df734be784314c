"""Recipients that move to another time zone: their schedules fall due by local time in the new one, and messages that
wait for a local time wait for it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import structlog

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.access.environments import Environments
from addressee.directory.reading.uuid_ranges import FIRST_UID
from addressee.directory.writing.zone_changes import FollowZones
from addressee.messaging.schedules.model import timing_from
from addressee.timing.zones import zone_named, zone_of

SQL = load(__package__)

SCHEDULES_AT_ONCE = 1000

log = structlog.get_logger()


class ScheduleMover:
    """The handler of the job `follow_zones`. It may run twice, also at once: the second run changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def move(self, moved: FollowZones) -> None:
        settings = {each.id: each.settings for each in await Environments(self._pool).all()}
        places = sorted(set(moved.people))
        await self._pool.execute(*SQL["wake_held_runs"](places=places))
        cursor, is_more = FIRST_UID, True
        while is_more:
            rows = await self._pool.fetch(
                *SQL["repeating_schedules"](places=places, after=cursor, limit=SCHEDULES_AT_ONCE)
            )
            moves = []
            for row in rows:
                zone = zone_of(row["timezone"], settings[row["environment_id"]].timezone)
                try:
                    moves.append((row, next_since(row, zone)))
                except msgspec.MsgspecError as error:
                    log.error("schedule cannot be read", schedule_id=str(row["id"]), reason=type(error).__name__)
            async with self._pool.acquire() as connection:
                await move_occurrences(connection, moves)
            is_more = len(rows) == SCHEDULES_AT_ONCE
            cursor = rows[-1]["id"] if rows else cursor


def next_since(schedule: asyncpg.Record, zone: ZoneInfo) -> datetime | None:
    """Returns when a schedule falls due in a zone, after its last occurrence or its last change."""
    last = schedule["last_occurrence_at"]
    return timing_from(schedule).next_occurrence(
        zone,
        created_at=schedule["inserted_at"],
        last=last,
        now=schedule["updated_at"],
        last_zone=zone_named(schedule["zone"]),
    )


async def move_occurrences(connection: Connection, moves: Sequence[tuple[asyncpg.Record, datetime | None]]) -> None:
    """Stores the next occurrences of schedules, unless they are not as they were read any more."""
    changed = sorted(
        (move for move in moves if move[1] != move[0]["next_occurrence_at"]),
        key=lambda move: (move[0]["environment_id"], move[0]["id"]),
    )
    if changed:
        schedules, following = zip(*changed, strict=True)
        await connection.execute(*SQL["move_occurrences"](schedules=schedules, following=following))
