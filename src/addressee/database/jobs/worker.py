"""A worker of background jobs: claims what is due, runs it, and records how it ended.

A claim runs out unless its worker keeps extending it, so what a worker could not record, because it died or because
the database was away, is run again by whoever finds it: every handler must bear being run twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec
import structlog

from addressee.database.jobs.queue import CHANNEL, Job
from addressee.database.pool import AWAY, Connection, is_away
from addressee.database.queries import load
from addressee.database.target import Target
from addressee.logs import passed

SQL = load(__package__)

POLL_SECONDS = 0.5
RECONNECT_SECONDS = 0.5

# What a worker says to the database takes milliseconds; a connection that takes this long is dead.
STATEMENT_SECONDS = 10
CLOSE_SECONDS = 1

# A plan may be from when the table was small, and be kept for a while after it has grown.
SESSION = {"application_name": "addressee jobs", "timezone": "UTC", "jit": "off", "enable_seqscan": "off"}

CLAIM = timedelta(seconds=30)

# Each kind of job has so many places of its own, so that slow ones of one kind do not keep others waiting.
JOBS_AT_ONCE = 10

# One place runs as many jobs of a lane before it looks for others.
LANE_LENGTH = 100

# What runs when a worker is told to stop gets this long to finish. It is less than what `serve` gives its worker.
GRACE_SECONDS = 25.0
RELEASE_SECONDS = 5.0

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)

log = structlog.get_logger()

J = TypeVar("J", bound=Job)


@dataclass(frozen=True, slots=True)
class JobHandler(Generic[J]):
    """The function that carries out one kind of job.

    A job that fails is tried `attempts` times with growing pauses, then held for an operator.
    """

    job: type[J]
    handle: Callable[[J], Awaitable[None]]
    attempts: int = 10

    async def run(self, arguments: bytes) -> None:
        """Carries out a stored job."""
        await self.handle(msgspec.json.decode(arguments, type=self.job))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that this worker runs. `session` numbers the connection by which it was claimed."""

    id: int
    name: str
    arguments: bytes
    lane: str | None
    failures: int
    session: int


@dataclass(slots=True)
class Ended:
    """Outcomes of claimed jobs that the database does not know yet."""

    done: list[Claimed] = field(default_factory=list)
    released: list[Claimed] = field(default_factory=list)
    failed: list[tuple[Claimed, Exception]] = field(default_factory=list)


async def work(
    target: Target,
    handlers: Iterable[JobHandler[Any]],
    stop: asyncio.Event,
    *,
    claim: timedelta = CLAIM,
    grace: float = GRACE_SECONDS,
) -> None:
    """Runs jobs until `stop` is set, through restarts of the database.

    What runs then is given `grace` seconds to finish; what has not by then is given back, and run by others.
    """
    worker = Worker(target, handlers, claim)
    working = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await asyncio.wait((working,), timeout=grace)
        worker.interrupt()
        await asyncio.wait_for(working, RELEASE_SECONDS)
    except TimeoutError:
        log.warning("worker stopped without the database; its claims run out")
    finally:
        stopping.cancel()
        working.cancel()
        worker.interrupt()


class Worker:
    """Runs jobs side by side, while one connection of its own claims them and records how they ended."""

    def __init__(self, target: Target, handlers: Iterable[JobHandler[Any]], claim: timedelta) -> None:
        self._target = target
        self._handlers = {handler.job.name: handler for handler in handlers}
        self._claim = claim
        self._id = uuid.uuid4()
        self._session = 0
        # Claimed, and not known to the database to have ended.
        self._claimed: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._ended = Ended()
        self._stopping = False
        self._news = asyncio.Event()

    def stop(self) -> None:
        """Has the worker claim nothing more, and end once it has recorded how its jobs ended."""
        self._stopping = True
        self._news.set()

    def interrupt(self) -> None:
        """Cancels what runs; it is given back."""
        for task in self._tasks:
            task.cancel()

    async def run(self) -> None:
        """Returns once it was stopped and no claim is left."""
        while not self._is_finished:
            try:
                await self._serve()
            except (asyncpg.PostgresError, *AWAY) as error:
                log.warning("worker lost the database, trying again", reason=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    @property
    def _is_finished(self) -> bool:
        return self._stopping and not self._claimed

    async def _serve(self) -> None:
        """Works by one connection, for as long as it lasts."""
        connection = await asyncpg.connect(
            **self._target.arguments,
            timeout=STATEMENT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=SESSION,
        )
        self._session += 1
        try:
            await connection.add_listener(CHANNEL, self._hear)
            while not self._is_finished:
                await self._serve_for(connection, self._claim.total_seconds() / 3)
        finally:
            await connection.close(timeout=CLOSE_SECONDS)

    def _hear(self, *_: object) -> None:
        self._news.set()

    async def _serve_for(self, connection: Connection, seconds: float) -> None:
        """Extends all claims, then records and claims until it is time to extend them again."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        await connection.execute(SQL["extend_claims"], self._id, list(self._claimed), self._claim)
        while loop.time() < until and not self._is_finished:
            self._news.clear()
            await self._record(connection)
            if not self._stopping:
                await self._take(connection)
            if not self._is_finished:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), POLL_SECONDS)

    async def _take(self, connection: Connection) -> None:
        """Claims as many jobs of each kind as it has places for, and starts them."""
        places = {name: free for name in self._handlers if (free := JOBS_AT_ONCE - self._busy[name]) > 0}
        if not places:
            return
        rows = await connection.fetch(
            SQL["claim_jobs"],
            self._id,
            list(places),
            list(places.values()),
            list(self._claimed),
            list(self._handlers),
            LANE_LENGTH,
            self._claim,
        )
        jobs = [Claimed(**row, session=self._session) for row in rows]
        self._claimed.update(job.id for job in jobs)
        for sequence in in_lanes(jobs):
            self._busy[sequence[0].name] += 1
            task = asyncio.create_task(self._run_in_order(sequence))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run_in_order(self, jobs: Sequence[Claimed]) -> None:
        waiting = deque(jobs)
        try:
            while waiting and not self._stopping:
                error = await self._attempt(waiting[0])
                job = waiting.popleft()
                if error is None:
                    self._ended.done.append(job)
                else:
                    self._ended.failed.append((job, error))
                if error is not None and is_away(error):
                    break  # it may come first again, once it is known whether this counts
                self._news.set()
        finally:
            self._ended.released.extend(waiting)
            self._busy[jobs[0].name] -= 1
            self._news.set()

    async def _attempt(self, job: Claimed) -> Exception | None:
        try:
            await self._handlers[job.name].run(job.arguments)
        except Exception as error:
            log.warning(
                "job failed",
                job=job.name,
                id=job.id,
                failures=job.failures + 1,
                reason=type(error).__name__,
                passed=passed(error),
            )
            return error
        return None

    async def _record(self, connection: Connection) -> None:
        """Tells the database how jobs ended. What it did not hear is told again by the next connection."""
        ended, self._ended = self._ended, Ended()
        try:
            await self._record_all(connection, ended)
        except BaseException:
            self._ended.done.extend(ended.done)
            self._ended.released.extend(ended.released)
            self._ended.failed.extend(ended.failed)
            raise

    async def _record_all(self, connection: Connection, ended: Ended) -> None:
        if ended.done:
            await self._end(connection, "delete_jobs", ended.done)
        failed = [(job, error) for job, error in ended.failed if self._counts(job, error)]
        if failed:
            await connection.execute(
                SQL["fail_jobs"],
                self._id,
                [job.id for job, _ in failed],
                [job.failures + 1 for job, _ in failed],
                [reason(error) for _, error in failed],
                [self._pause(job) for job, _ in failed],
            )
        released = [*ended.released, *(job for job, error in ended.failed if not self._counts(job, error))]
        if released:
            await self._end(connection, "release_jobs", released)
        self._claimed.difference_update(
            job.id for job in (*ended.done, *ended.released, *(job for job, _ in ended.failed))
        )

    async def _end(self, connection: Connection, how: str, jobs: Sequence[Claimed]) -> None:
        await connection.execute(SQL[how], self._id, [job.id for job in jobs])

    def _counts(self, job: Claimed, error: Exception) -> bool:
        """Whether a failure is the job's own: not when the database went away while the job ran."""
        return job.session == self._session or not is_away(error)

    def _pause(self, job: Claimed) -> timedelta | None:
        """Returns the pause before a job that failed is tried again; None when it is held."""
        failures = job.failures + 1
        return None if failures >= self._handlers[job.name].attempts else pause_after(failures)


def pause_after(failures: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << failures - 1), LONGEST_PAUSE)


def reason(error: Exception) -> str:
    return " at ".join([type(error).__name__, *passed(error)[-1:]])


def in_lanes(jobs: Sequence[Claimed]) -> list[list[Claimed]]:
    """Jobs to be run one after the other: those of a lane in the order given, each of the others by itself."""
    lanes = sorted((job for job in jobs if job.lane is not None), key=lambda job: job.lane or "")
    return [
        *([job] for job in jobs if job.lane is None),
        *(list(those) for _, those in groupby(lanes, key=lambda job: job.lane)),
    ]
