"""A worker of background jobs: claims due jobs, runs them, and records how they ended.

A claim runs out unless its worker extends it. So a job whose end a worker could not record, because it died or because
the database was away, is run again by another worker: handlers must tolerate being run twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, takewhile
from typing import Any, Generic, NamedTuple, TypeVar

import asyncpg
import msgspec
import structlog

from addressee.database.jobs.queue import CHANNEL, Job, Priority
from addressee.database.pool import AWAY, Connection, is_away
from addressee.database.queries import load
from addressee.database.target import Target
from addressee.logs import code_lines

SQL = load(__package__)

POLL_SECONDS = 0.5
RECONNECT_SECONDS = 0.5

# A worker's statements take milliseconds; a connection that takes this long is dead.
STATEMENT_SECONDS = 10
CLOSE_SECONDS = 1

# A plan that was made while the table was small may be kept for a while after it has grown.
SESSION = {"application_name": "addressee jobs", "timezone": "UTC", "jit": "off", "enable_seqscan": "off"}

CLAIM = timedelta(seconds=30)

# By kind and priority, so that slow jobs of one kind keep no others waiting, nor many of one priority those of another.
JOBS_AT_ONCE = 10
PLACES = {Priority.CRITICAL: 5, Priority.NORMAL: JOBS_AT_ONCE, Priority.BULK: 4}

# The most jobs of a lane that are claimed together.
LANE_LENGTH = 100

# The time that running jobs get to finish when a worker stops. It is less than what `serve` gives its worker.
GRACE_SECONDS = 25.0
RELEASE_SECONDS = 5.0

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)

log = structlog.get_logger()

J = TypeVar("J", bound=Job)


@dataclass(frozen=True, slots=True)
class JobHandler(Generic[J]):
    """The function that carries out one kind of job.

    A job that fails is tried `attempts` times with growing pauses, then held for an operator. `together` carries out
    jobs that were claimed together, and returns those that it leaves: each of them is then carried out by itself.
    A worker runs `at_once` of them at most, of each priority.
    """

    job: type[J]
    handle: Callable[[J], Awaitable[None]]
    attempts: int = 10
    at_once: int = JOBS_AT_ONCE
    together: Callable[[Sequence[J]], Awaitable[Collection[J]]] | None = None

    async def run(self, arguments: bytes) -> None:
        """Carries out a stored job."""
        await self.handle(self._decoded(arguments))

    async def run_together(self, stored: Sequence[bytes]) -> list[bool]:
        """Carries out stored jobs together, and returns for each whether it is left."""
        assert self.together is not None
        jobs = [self._decoded(arguments) for arguments in stored]
        left = await self.together(jobs)
        return [job in left for job in jobs]

    def _decoded(self, arguments: bytes) -> J:
        return msgspec.json.decode(arguments, type=self.job)


class Capacity(NamedTuple):
    """Returns how many more jobs of a kind and a priority this worker can run."""

    name: str
    priority: Priority
    free: int


class FailedJob(NamedTuple):
    """A failure to record. A job without a `pause` before the next try is held."""

    id: int
    failures: int
    reason: str
    pause: timedelta | None


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this worker runs. `session` numbers the connection by which it was claimed."""

    id: int
    name: str
    arguments: bytes
    lane: str | None
    priority: int
    failures: int
    session: int

    @property
    def place(self) -> tuple[str, int]:
        return self.name, self.priority


@dataclass(slots=True)
class Outcomes:
    """Outcomes of claimed jobs that the database does not know yet."""

    done: list[ClaimedJob] = field(default_factory=list)
    released: list[ClaimedJob] = field(default_factory=list)
    failed: list[tuple[ClaimedJob, Exception]] = field(default_factory=list)


async def work(
    target: Target,
    handlers: Iterable[JobHandler[Any]],
    stop: asyncio.Event,
    *,
    claim: timedelta = CLAIM,
    grace: float = GRACE_SECONDS,
) -> None:
    """Runs jobs until `stop` is set, through restarts of the database.

    Running jobs then get `grace` seconds to finish; those that have not are released to other workers.
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
    """Runs jobs concurrently. A connection of its own claims them and records how they ended."""

    def __init__(self, target: Target, handlers: Iterable[JobHandler[Any]], claim: timedelta) -> None:
        self._target = target
        self._handlers = {handler.job.name: handler for handler in handlers}
        self._claim_duration = claim
        self._id = uuid.uuid4()
        self._session = 0
        # ClaimedJob, and not known to the database to have ended.
        self._claimed: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[tuple[str, int]] = Counter()
        self._ended = Outcomes()
        self._stopping = False
        self._wakeup = asyncio.Event()

    def stop(self) -> None:
        """Has the worker claim nothing more, and end once it has recorded how its jobs ended."""
        self._stopping = True
        self._wakeup.set()

    def interrupt(self) -> None:
        """Cancels running jobs, which are released."""
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
        """Claims and records by one connection, for as long as that lasts."""
        connection = await asyncpg.connect(
            **self._target.arguments,
            timeout=STATEMENT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=SESSION,
        )
        self._session += 1
        try:
            await connection.add_listener(CHANNEL, self._on_notify)
            while not self._is_finished:
                await self._serve_for(connection, self._claim_duration.total_seconds() / 3)
        finally:
            await connection.close(timeout=CLOSE_SECONDS)

    def _on_notify(self, *_: object) -> None:
        self._wakeup.set()

    async def _serve_for(self, connection: Connection, seconds: float) -> None:
        """Extends all claims, then records and claims until it is time to extend them again."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        await connection.execute(
            *SQL["extend_claims"](worker_id=self._id, ids=list(self._claimed), duration=self._claim_duration)
        )
        while loop.time() < until and not self._is_finished:
            self._wakeup.clear()
            await self._record(connection)
            if not self._stopping:
                await self._claim_jobs(connection)
            if not self._is_finished:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wakeup.wait(), POLL_SECONDS)

    async def _claim_jobs(self, connection: Connection) -> None:
        """Claims as many jobs of each kind and priority as it can run, and starts them."""
        wanted = [
            Capacity(name, priority, free)
            for name, handler in self._handlers.items()
            for priority, places in PLACES.items()
            if (free := min(places, handler.at_once) - self._busy[name, priority]) > 0
        ]
        if not wanted:
            return
        statement = SQL["claim_jobs"](
            worker_id=self._id,
            wanted=wanted,
            claimed_ids=list(self._claimed),
            names=list(self._handlers),
            lane_length=LANE_LENGTH,
            duration=self._claim_duration,
        )
        rows = await connection.fetch(*statement)
        jobs = [ClaimedJob(**row, session=self._session) for row in rows]
        self._claimed.update(job.id for job in jobs)
        for place, lanes in by_place(in_lanes(jobs)).items():
            if sum(map(len, lanes)) > 1 and self._handlers[place[0]].together is not None:
                self._start(self._run_together(lanes), lanes)
            else:
                self._start_each(lanes)

    def _start_each(self, lanes: Iterable[Sequence[ClaimedJob]]) -> None:
        for lane in lanes:
            self._start(self._run_in_order(lane), [lane])

    def _start(self, running: Coroutine[Any, Any, None], lanes: Sequence[Sequence[ClaimedJob]]) -> None:
        """Starts what runs lanes of one place, and ends by giving that up."""
        self._busy[lanes[0][0].place] += len(lanes)
        task = asyncio.create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_together(self, lanes: Sequence[Sequence[ClaimedJob]]) -> None:
        """Runs the first jobs of lanes together, as far as they are of one kind, then what is left lane by lane."""
        name, _ = place = lanes[0][0].place
        first = [job for lane in lanes for job in takewhile(lambda each: each.name == name, lane)]
        done: set[int] = set()
        try:
            left = await self._handlers[name].run_together([job.arguments for job in first])
            done = {job.id for job, is_left in zip(first, left, strict=True) if not is_left}
        except Exception as error:
            log.warning("jobs taken apart", job=name, reason=type(error).__name__, passed=code_lines(error))
        finally:
            self._ended.done.extend(job for job in first if job.id in done)
            self._busy[place] -= len(lanes)
            self._start_each(rest for lane in lanes if (rest := [job for job in lane if job.id not in done]))
            self._wakeup.set()

    async def _run_in_order(self, jobs: Sequence[ClaimedJob]) -> None:
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
                self._wakeup.set()
        finally:
            self._ended.released.extend(waiting)
            self._busy[jobs[0].place] -= 1
            self._wakeup.set()

    async def _attempt(self, job: ClaimedJob) -> Exception | None:
        try:
            await self._handlers[job.name].run(job.arguments)
        except Exception as error:
            log.warning(
                "job failed",
                job=job.name,
                id=job.id,
                failures=job.failures + 1,
                reason=type(error).__name__,
                passed=code_lines(error),
            )
            return error
        return None

    async def _record(self, connection: Connection) -> None:
        """Records how jobs ended. Outcomes that could not be recorded are kept for the next connection."""
        ended, self._ended = self._ended, Outcomes()
        try:
            await self._record_all(connection, ended)
        except BaseException:
            self._ended.done.extend(ended.done)
            self._ended.released.extend(ended.released)
            self._ended.failed.extend(ended.failed)
            raise

    async def _record_all(self, connection: Connection, ended: Outcomes) -> None:
        if ended.done:
            await self._end(connection, "delete_jobs", ended.done)
        failed = [
            FailedJob(job.id, job.failures + 1, reason(error), self._pause(job))
            for job, error in ended.failed
            if self._counts(job, error)
        ]
        if failed:
            await connection.execute(*SQL["fail_jobs"](worker_id=self._id, failed=failed))
        released = [*ended.released, *(job for job, error in ended.failed if not self._counts(job, error))]
        if released:
            await self._end(connection, "release_jobs", released)
        self._claimed.difference_update(
            job.id for job in (*ended.done, *ended.released, *(job for job, _ in ended.failed))
        )

    async def _end(self, connection: Connection, statement: str, jobs: Sequence[ClaimedJob]) -> None:
        await connection.execute(*SQL[statement](worker_id=self._id, ids=[job.id for job in jobs]))

    def _counts(self, job: ClaimedJob, error: Exception) -> bool:
        """Returns whether a failure counts against the job: not when the database went away while it ran."""
        return job.session == self._session or not is_away(error)

    def _pause(self, job: ClaimedJob) -> timedelta | None:
        """Returns the pause before a job that failed is tried again; None when it is held."""
        failures = job.failures + 1
        return None if failures >= self._handlers[job.name].attempts else pause_after(failures)


def pause_after(failures: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << failures - 1), LONGEST_PAUSE)


def reason(error: Exception) -> str:
    return " at ".join([type(error).__name__, *code_lines(error)[-1:]])


def in_lanes(jobs: Sequence[ClaimedJob]) -> list[list[ClaimedJob]]:
    """Groups jobs that are to be run one after the other: those of a lane in the order given, each other one alone."""
    lanes = sorted((job for job in jobs if job.lane is not None), key=lambda job: job.lane or "")
    return [
        *([job] for job in jobs if job.lane is None),
        *(list(those) for _, those in groupby(lanes, key=lambda job: job.lane)),
    ]


def by_place(lanes: Iterable[list[ClaimedJob]]) -> dict[tuple[str, int], list[list[ClaimedJob]]]:
    """Groups lanes by the kind and the priority of their first jobs."""
    found: dict[tuple[str, int], list[list[ClaimedJob]]] = {}
    for lane in lanes:
        found.setdefault(lane[0].place, []).append(lane)
    return found
