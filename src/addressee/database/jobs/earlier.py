"""Moves jobs that processes of the version before queue in the tables of the library that it used.

Workers of this version do so while both versions run. The migration drops those tables when it is finished; the next
version can drop this module.
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
    """Moves jobs every second until `stop` is set, or until the old tables are gone."""
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
    """Moves up to JOBS_AT_ONCE jobs. Returns whether there were any."""
    return await pool.execute(*SQL["move_earlier_jobs"](limit=JOBS_AT_ONCE)) != "INSERT 0 0"
