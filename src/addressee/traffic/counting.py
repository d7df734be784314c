"""Counting: a process keeps counts in memory, and stores them every other second and at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import structlog

from addressee.database.pool import AWAY, Pool
from addressee.traffic.minute_counts import MinuteCounts

FLUSH_SECONDS = 2.0

# No flush takes longer, so that the last one does not hold up the end of a process.
PATIENCE_SECONDS = 5.0

log = structlog.get_logger()

# The counts of this process, by the connections to the database that they go to.
COUNTS: dict[Pool, MinuteCounts] = {}


def count(pool: Pool, environment_id: int, name: str, number: int = 1, subject: UUID | None = None) -> None:
    """Counts what has been committed, of the environment or of a subject in it.

    Where nobody keeps counts for these connections, it does nothing.
    """
    counts = COUNTS.get(pool)
    if counts is not None and number:
        counts.add(environment_id, name, number, subject)


@asynccontextmanager
async def counting(pool: Pool) -> AsyncIterator[MinuteCounts]:
    """Keeps the counts of what is done by these connections, which have no other keeper, and stores them."""
    counts = COUNTS[pool] = MinuteCounts()
    flushing = asyncio.create_task(flush_regularly(pool, counts))
    try:
        yield counts
    finally:
        del COUNTS[pool]
        flushing.cancel()
        await asyncio.wait((flushing,))
        await flush_if_possible(pool, counts)


async def flush_regularly(pool: Pool, counts: MinuteCounts) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        await flush_if_possible(pool, counts)


async def flush_if_possible(pool: Pool, counts: MinuteCounts) -> None:
    """Stores counts; those that cannot be stored now wait for the next time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await counts.flush(pool)
    except (asyncpg.PostgresError, *AWAY) as error:
        log.info("counts not stored", reason=type(error).__name__)
