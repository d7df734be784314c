"""Background jobs: queued in the caller's transaction, run by workers on any machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import structlog

from addressee.database.pool import AWAY, Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)

CHANNEL = "addressee_jobs"
HINT_INTERVAL_SECONDS = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Work for later: the handler's name, its arguments (JSON), and how long to wait before the first try.

    Jobs of one lane are run one after the other, in the order in which their transactions began.
    """

    name: str
    arguments: Mapping[str, Any]
    delay: timedelta | None = None
    lane: str | None = None


async def enqueue(connection: Connection, jobs: Sequence[Job]) -> None:
    """Stores jobs in the connection's transaction: they exist exactly when it commits."""
    if not jobs:
        return
    await connection.execute(
        SQL["enqueue_jobs"],
        [job.name for job in jobs],
        [msgspec.json.encode(job.arguments) for job in jobs],
        [job.lane for job in jobs],
        [job.delay or timedelta() for job in jobs],
    )


class Hint:
    """Tells polling workers that jobs may wait: at most one NOTIFY per interval, and nothing depends on it.

    A NOTIFY takes a lock of the whole database at its commit, so it is never part of another transaction.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    def give(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        await asyncio.sleep(HINT_INTERVAL_SECONDS)
        try:
            await self._pool.execute(SQL["wake_workers"], CHANNEL)
        except (asyncpg.PostgresError, *AWAY) as error:
            log.info("job hint not sent", reason=type(error).__name__)


@dataclass(frozen=True, slots=True)
class QueueState:
    """One kind of job: how many wait or run, for how long the oldest due one waits, how many failed and are held."""

    name: str
    waiting: int
    oldest_seconds: float
    held: int


async def queue_state(pool: Pool) -> list[QueueState]:
    return [QueueState(*row) for row in await pool.fetch(SQL["queue_state"])]
