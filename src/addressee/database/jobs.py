"""Background jobs on pgqueuer: enqueued in the caller's transaction, run by workers on any machine.

The library's tables live in a schema of their own. Its trigger, which would NOTIFY on every statement, is
removed: a NOTIFY takes a database-wide lock at commit. Workers poll, and a debounced hint spares the wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import msgspec
import structlog
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as StoredJob
from pgqueuer.domain.models import TableChangedEvent, utc_now
from pgqueuer.domain.settings import DBSettings

from addressee.database.pool import AWAY, Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)

SETTINGS = DBSettings(db_schema="addressee_jobs")

POLL_INTERVAL = timedelta(milliseconds=500)
HINT_INTERVAL_SECONDS = 0.05
BATCH_SIZE = 10

# What one worker runs at a time; each job works with one connection at most.
MAX_CONCURRENT_JOBS = 2 * BATCH_SIZE
RECONNECT_SECONDS = 1.0

log = structlog.get_logger()

Handler = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """Work for later: the handler's name, its arguments (JSON), and how long to wait before the first try."""

    name: str
    arguments: Mapping[str, Any]
    delay: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """How one kind of job is run.

    `arguments` is the type that the handler takes. A job that fails is tried `attempts` times with growing
    waits, then held for an operator.
    """

    arguments: type[Any]
    handler: Handler
    attempts: int = 10


def queries(connection: Connection) -> Queries:
    return bind(Queries.from_asyncpg_connection(connection))  # type: ignore[arg-type]


def bind(unbound: Queries) -> Queries:
    return Queries(unbound.driver, QueryBuilderEnvironment(SETTINGS), QueryQueueBuilder(SETTINGS))


async def install(connection: Connection) -> None:
    """Creates or upgrades the library's schema. The caller holds the migration lock."""
    statements = queries(connection)
    if await statements.schema_is_installed():
        await statements.apply_upgrade()
    else:
        await statements.install()
    await connection.execute(
        f"DROP TRIGGER IF EXISTS {SETTINGS.trigger} ON {SETTINGS.qualified.queue_table}",
    )


async def enqueue(connection: Connection, jobs: Sequence[Job]) -> None:
    """Stores jobs in the connection's transaction: they exist exactly when it commits."""
    if not jobs:
        return
    await queries(connection).enqueue(
        [job.name for job in jobs],
        [msgspec.json.encode(job.arguments) for job in jobs],
        [0] * len(jobs),
        [job.delay for job in jobs],
    )


class Hint:
    """Tells polling workers that jobs may wait: at most one NOTIFY per interval, and nothing depends on it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    def give(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        await asyncio.sleep(HINT_INTERVAL_SECONDS)
        event = TableChangedEvent(
            channel=SETTINGS.channel,
            sent_at=utc_now(),
            type="table_changed_event",
            operation="insert",
            table=SETTINGS.queue_table,
        )
        try:
            await self._pool.execute("SELECT pg_notify($1, $2)", SETTINGS.channel, event.model_dump_json())
        except (asyncpg.PostgresError, *AWAY) as error:
            log.info("job hint not sent", reason=type(error).__name__)


async def work(
    pool: Pool,
    handlings: Mapping[str, Handling],
    stop: asyncio.Event,
    *,
    heartbeat_timeout: timedelta = timedelta(seconds=30),
) -> None:
    """Runs jobs until `stop` is set, through restarts of the database.

    A job whose worker died is taken over once its heartbeat is older than `heartbeat_timeout`, so every handler
    must bear being run twice.
    """
    while not stop.is_set():
        manager = QueueManager(bind(Queries.from_asyncpg_pool(pool)), channel=SETTINGS.channel)
        for name, handling in handlings.items():
            manager.entrypoint(
                name,
                on_failure="hold",
                executor_factory=partial(
                    DatabaseRetryEntrypointExecutor,
                    max_attempts=handling.attempts,
                    initial_delay=timedelta(seconds=1),
                ),
            )(runner(handling))
        running = asyncio.create_task(
            manager.run(
                dequeue_timeout=POLL_INTERVAL,
                batch_size=BATCH_SIZE,
                max_concurrent_tasks=MAX_CONCURRENT_JOBS,
                heartbeat_timeout=heartbeat_timeout,
            ),
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        manager.shutdown.set()
        try:
            await running
        except (asyncpg.PostgresError, *AWAY) as error:
            log.warning("worker lost the database, trying again", reason=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)


def runner(handling: Handling) -> Callable[[StoredJob], Awaitable[None]]:
    decoder = msgspec.json.Decoder(handling.arguments)

    async def run(job: StoredJob) -> None:
        try:
            await handling.handler(decoder.decode(job.payload or b"{}"))
        except asyncio.CancelledError:
            # The library deletes cancelled jobs, and a process that ends cancels all of them.
            raise RetryRequested(timedelta(), "the worker was stopped") from None
        except Exception as error:
            log.warning("job failed", job=job.entrypoint, id=job.id, attempt=job.attempts, reason=type(error).__name__)
            raise

    return run


@dataclass(frozen=True, slots=True)
class QueueState:
    """One kind of job: how many wait, for how long the oldest due one does, how many failed and are held."""

    name: str
    waiting: int
    oldest_seconds: float
    held: int


async def queue_state(pool: Pool) -> list[QueueState]:
    return [QueueState(*row) for row in await pool.fetch(SQL["queue_state"])]


async def forget_finished(connection: Connection, before: datetime) -> None:
    """Deletes what the library logged about jobs before a time."""
    await connection.execute(SQL["delete_job_log"], before)
    await connection.execute(SQL["delete_job_statistics"], before)
