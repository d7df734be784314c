"""Deletes what has expired, so that nothing grows without bound. Every worker does it; doing it twice is harmless."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import asyncpg
import structlog

from addressee.database.history_partitions import drop_expired_partitions, ensure_partitions
from addressee.database.jobs import forget_finished
from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.receipts import RECEIPT_LIFE, delete_expired_receipts

SQL = load(__package__)

INTERVAL_SECONDS = 3600
BATCH_SIZE = 10_000
JOB_LOG_LIFE = timedelta(days=7)
HISTORY_MONTHS = 12

log = structlog.get_logger()


async def keep_house(pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    """Tidies every hour until `stop` is set."""
    while not stop.is_set():
        try:
            await tidy(pool, clock.now())
        except (asyncpg.PostgresError, *AWAY) as error:
            log.warning("housekeeping put off", reason=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            continue


async def tidy(pool: Pool, now: datetime) -> None:
    async with pool.acquire() as connection:
        await ensure_partitions(connection, now)
        await drop_expired_partitions(connection, now, HISTORY_MONTHS)
        await forget_finished(connection, now - JOB_LOG_LIFE)
        await delete_expired_receipts(connection, now)
        deleted = None
        while deleted is None or deleted == f"DELETE {BATCH_SIZE}":
            deleted = await connection.execute(SQL["delete_expired_receipts"], now - RECEIPT_LIFE, BATCH_SIZE)
