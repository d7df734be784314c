"""The scheduler of webhooks, run by every worker: queues a job for each endpoint that has something due."""

from __future__ import annotations

import asyncio
from datetime import datetime

import asyncpg
import structlog

from addressee.database.jobs.queue import Wakeup, enqueue
from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.webhooks.delivering.deliverer import QUEUED, DeliverWebhooks

SQL = load(__package__)

INTERVAL_SECONDS = 1.0

# Further endpoints wait for the next second.
ENDPOINTS_AT_ONCE = 200

log = structlog.get_logger()


async def run_webhook_scheduler(pool: Pool, wakeup: Wakeup, clock: Clock, stop: asyncio.Event) -> None:
    """Queues what is due every second until `stop` is set, through restarts of the database."""
    while not stop.is_set():
        try:
            if await queue_due(pool, clock.now()):
                wakeup.notify()
        except (asyncpg.PostgresError, *AWAY) as error:
            log.warning("webhooks put off", reason=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            continue


async def queue_due(pool: Pool, now: datetime) -> int:
    """Queues jobs for endpoints that have something due and none queued or at work. Returns how many."""
    async with pool.acquire() as connection, connection.transaction():
        due = await connection.fetch(*SQL["due_endpoints"](now=now, queued_until=now + QUEUED, limit=ENDPOINTS_AT_ONCE))
        await enqueue(connection, [DeliverWebhooks(*row) for row in due])
    return len(due)
