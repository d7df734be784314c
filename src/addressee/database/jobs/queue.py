"""Background jobs: queued in the caller's transaction, run by workers on any machine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import ClassVar

import asyncpg
import msgspec
import structlog

from addressee.database.pool import AWAY, Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)

CHANNEL = "addressee_jobs"
WAKEUP_INTERVAL_SECONDS = 0.05

log = structlog.get_logger()


class Priority(IntEnum):
    """The priority of a job, as it is stored. Each has places of its own in a worker, so none keeps another waiting."""

    BULK = -1
    NORMAL = 0
    CRITICAL = 1


class Job(msgspec.Struct, frozen=True):
    """One kind of background job. Each is a subclass, whose fields are the arguments that are stored as JSON.

    Processes of the version before read and write the same rows: neither `name` nor a field may change.
    """

    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Later:
    """A job with a delay before its first try, with a lane, or with a priority.

    Jobs of one lane are run one after the other, in the order in which their transactions began; all have one priority.
    """

    job: Job
    delay: timedelta = timedelta()
    lane: str | None = None
    priority: Priority = Priority.NORMAL

    @property
    def name(self) -> str:
        return self.job.name

    @property
    def arguments(self) -> bytes:
        return msgspec.json.encode(self.job)


async def enqueue(connection: Connection, jobs: Sequence[Job | Later]) -> None:
    """Stores jobs in the connection's transaction: they exist exactly when it commits."""
    if jobs:
        rows = [job if isinstance(job, Later) else Later(job) for job in jobs]
        await connection.execute(*SQL["enqueue_jobs"](jobs=rows))


class Wakeup:
    """Wakes polling workers early: at most one NOTIFY in WAKEUP_INTERVAL_SECONDS, on which nothing depends.

    A NOTIFY takes a lock of the whole database at its commit, so it is never part of another transaction.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    def notify(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        await asyncio.sleep(WAKEUP_INTERVAL_SECONDS)
        try:
            await self._pool.execute(*SQL["wake_workers"](channel=CHANNEL))
        except (asyncpg.PostgresError, *AWAY) as error:
            log.info("workers not woken", reason=type(error).__name__)


@dataclass(frozen=True, slots=True)
class QueueState:
    """The jobs of one kind: how many wait or run, the age of the oldest due one, and how many failed and are held."""

    name: str
    waiting: int
    oldest_seconds: float
    held: int


async def queue_state(pool: Pool) -> list[QueueState]:
    return [QueueState(*row) for row in await pool.fetch(*SQL["queue_state"]())]
