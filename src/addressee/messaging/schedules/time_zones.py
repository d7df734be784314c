"""Recipients who move to another time zone: their schedules fall due by the clock of where they are now."""

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
from addressee.messaging.schedules.recurrence import zone_named, zone_of

SQL = load(__package__)

SCHEDULES_AT_ONCE = 1000

log = structlog.get_logger()


class ZoneFollower:
    """The handler of the job `follow_zones`. It may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def follow(self, moved: FollowZones) -> None:
        settings = {each.id: each.settings for each in await Environments(self._pool).all()}
        columns = list(zip(*sorted(set(moved.people)), strict=True))
        cursor, is_more = FIRST_UID, True
        while is_more:
            rows = await self._pool.fetch(SQL["repeating_schedules"], *columns, cursor, SCHEDULES_AT_ONCE)
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
    """When a schedule falls due in a zone, after it happened last or was changed last."""
    last = schedule["last_occurrence_at"]
    return timing_from(schedule).next_occurrence(
        zone,
        created_at=schedule["inserted_at"],
        last=last,
        now=schedule["updated_at"],
        last_zone=zone_named(schedule["zone"]),
    )


async def move_occurrences(connection: Connection, moves: Sequence[tuple[asyncpg.Record, datetime | None]]) -> None:
    """Has schedules fall due at other times than those that were read of them."""
    changed = sorted(
        (row["environment_id"], row["id"], row["recipient_id"], row["next_occurrence_at"], following)
        for row, following in moves
        if following != row["next_occurrence_at"]
    )
    if changed:
        await connection.execute(SQL["move_occurrences"], *zip(*changed, strict=True))
