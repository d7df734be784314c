"""Jobs that processes of the version before queue, in tables of the library which that version used.

While both versions run, workers of this one move what waits there into their own table. Once the database's migration
is finished the old tables are gone, and so can this module be in the version after.
"""

from __future__ import annotations

import asyncio

import asyncpg
import structlog

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load

SQL = load(__package__)

INTERVAL_SECONDS = 1.0
JOBS_AT_ONCE = 1000

log = structlog.get_logger()


async def keep_moving(pool: Pool, wakeup: Wakeup, stop: asyncio.Event) -> None:
    """Moves jobs every second until `stop` is set, or until there is nothing to move from any more."""
    while not stop.is_set():
        try:
            if not await pool.fetchval(SQL["has_earlier_jobs"]):
                return
            if await move(pool):
                wakeup.notify()
        except (asyncpg.PostgresError, *AWAY) as error:
            log.warning("jobs of the version before not moved, trying again", reason=type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL_SECONDS)
        except TimeoutError:
            continue


async def move(pool: Pool) -> bool:
    """Moves a number of jobs, and says whether there were any."""
    return await pool.execute(SQL["move_earlier_jobs"], JOBS_AT_ONCE) != "INSERT 0 0"
