"""Partitions of the history `addressee.changes`: one for each month, and a default one for the rest."""

import re
from datetime import UTC, datetime

import asyncpg

from addressee.database import queries
from addressee.database.pool import Connection

MONTHS_AHEAD = 2

# Creating and dropping wait for all users of the table, who meanwhile wait for them.
LOCK_TIMEOUT = "3s"

NAME = re.compile(r"changes_(\d{4})_(\d{2})")

SQL = queries.load("addressee.database")


async def ensure_partitions(connection: Connection, now: datetime) -> None:
    """Creates the partitions of this month and the next two.

    A month stays in the default partition when that already holds rows of it, or when the table is too busy.
    """
    existing = await partitions(connection)
    for ahead in range(MONTHS_AHEAD + 1):
        start, end = month(now, ahead), month(now, ahead + 1)
        if start not in existing:
            await change_unless_busy(
                connection,
                f"CREATE TABLE IF NOT EXISTS addressee.changes_{start:%Y_%m} PARTITION OF addressee.changes "
                f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')",
            )


async def drop_expired_partitions(connection: Connection, now: datetime, keep_months: int) -> None:
    """Drops the months before the last `keep_months`; the current one is not counted."""
    oldest = month(now, -keep_months)
    for start in await partitions(connection):
        if start < oldest:
            await change_unless_busy(connection, f"DROP TABLE IF EXISTS addressee.changes_{start:%Y_%m}")
    await connection.execute(*SQL["delete_expired_changes"](before=oldest))


async def partitions(connection: Connection) -> list[datetime]:
    """Returns the first instant of every month that has a partition."""
    names = [NAME.fullmatch(row["name"]) for row in await connection.fetch(*SQL["history_partitions"]())]
    return [datetime(int(name[1]), int(name[2]), 1, tzinfo=UTC) for name in names if name]


async def change_unless_busy(connection: Connection, statement: str) -> None:
    """Changes the schema; does nothing when that would wait too long."""
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await connection.execute(*SQL["lock_migrations"]())
            await connection.execute(statement)
    except (asyncpg.LockNotAvailableError, asyncpg.CheckViolationError):
        # The default partition keeps what this month brings; the next run tries again.
        return


def month(now: datetime, ahead: int) -> datetime:
    """Returns the first instant of the month `ahead` months later, in UTC."""
    months = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 + ahead
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
