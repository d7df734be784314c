"""Counts of minutes become counts of hours, and these are deleted after a month."""

from __future__ import annotations

from datetime import datetime, timedelta

from addressee.database.expiry import DELETED_AT_A_TIME, delete_before
from addressee.database.pool import Connection
from addressee.database.queries import load

SQL = load(__package__)

MINUTES_LIFE = timedelta(days=2)
HOURS_LIFE = timedelta(days=32)


async def expire_counts(connection: Connection, now: datetime) -> None:
    """Adds old minutes to their hours, and deletes old hours. Any number of workers may do so at once."""
    await roll_up(connection, (now - MINUTES_LIFE).replace(minute=0, second=0, microsecond=0))
    await delete_before(connection, SQL["delete_old_hours"], now - HOURS_LIFE)
    await delete_before(connection, SQL["delete_old_flushes"], now - MINUTES_LIFE)


async def roll_up(connection: Connection, before: datetime) -> None:
    rolled_up = DELETED_AT_A_TIME
    while rolled_up == DELETED_AT_A_TIME:
        rolled_up = await connection.fetchval(*SQL["roll_up_minutes"](before=before, limit=DELETED_AT_A_TIME))
