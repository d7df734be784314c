"""Maintenance deletes what has expired, so that nothing grows without bound. Every worker runs it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import asyncpg
import structlog

from addressee.database.expiry import delete_before
from addressee.database.history_partitions import drop_expired_partitions, ensure_partitions, month
from addressee.database.jobs.queue import enqueue
from addressee.database.pool import AWAY, Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.merges.merges import UNDO_LIFE
from addressee.directory.reading.history import HISTORY_MONTHS
from addressee.directory.recipient import Identity
from addressee.directory.writing.bulk import delete_old_operations
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.notices import delete_old_notices
from addressee.directory.writing.receipts import delete_expired_receipts
from addressee.messaging.runs.cancellation import delete_expired_cancellations
from addressee.messaging.workflows.commits.store import delete_old_commits
from addressee.operators.expiry import delete_expired_access, delete_old_acts
from addressee.traffic.expiry import expire_counts

INTERVAL_SECONDS = 3600

MERGES_AT_ONCE = 200

# For so long the items of a batch are kept after it closed: messages tell of them, and are redacted without some.
BATCH_LIFE = timedelta(days=30)

# For so long one can see what endpoints were told, and have it told again.
DELIVERY_LIFE = timedelta(days=30)

# Runs that were triggered within this time may not have started.
UNSENT = timedelta(minutes=10)

# By which the clocks of two workers may differ.
CLOCK_DIFFERENCE = timedelta(minutes=5)

SQL = load(__package__)

log = structlog.get_logger()


async def run_maintenance(pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    """Deletes what has expired, every hour until `stop` is set."""
    while not stop.is_set():
        try:
            await delete_expired(pool, clock.now())
        except (asyncpg.PostgresError, *AWAY) as error:
            log.warning("maintenance put off", reason=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            continue


async def delete_expired(pool: Pool, now: datetime) -> None:
    async with pool.acquire() as connection:
        await ensure_partitions(connection, now)
        await drop_expired_partitions(connection, now, HISTORY_MONTHS)
        await delete_expired_receipts(connection, now)
        await delete_old_operations(connection, now)
        await delete_old_notices(connection, now)
        await delete_before(connection, SQL["delete_expired_throttles"], now - CLOCK_DIFFERENCE)
        await delete_before(connection, SQL["delete_expired_waits"], now - CLOCK_DIFFERENCE)
        await delete_expired_cancellations(connection, now)
        await delete_before(connection, SQL["delete_old_batches"], now - BATCH_LIFE)
        await delete_before(connection, SQL["delete_sent_attachments"], now - UNSENT)
        await delete_before(connection, SQL["delete_sent_attachment_links"], now - UNSENT)
        await delete_old_commits(connection, month(now, -HISTORY_MONTHS))
        await delete_before(connection, SQL["delete_old_webhook_deliveries"], now - DELIVERY_LIFE)
        await delete_expired_access(connection, now)
        await delete_old_acts(connection, now)
        await expire_counts(connection, now)
        await end_undoing(connection, now)


async def end_undoing(connection: Connection, now: datetime) -> None:
    """Drops the journals of merges that cannot be undone any more, and erases what was kept for that."""
    while True:
        async with connection.transaction():
            rows = await connection.fetch(*SQL["end_undoing"](before=now - UNDO_LIFE, limit=MERGES_AT_ONCE))
            if not rows:
                return
            await enqueue(connection, [Erase([Identity(*row) for row in rows])])
