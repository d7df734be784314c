"""The writer: batches the writes of many callers ("The write path" in docs/architecture.md).

A batch reads its recipients without locks, applies the edits in memory, and writes the recipients whose version is
still the one that was read in one statement. The others are read and applied again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar, cast

import asyncpg
from prometheus_client import Gauge, Histogram

from addressee.database.pool import Connection, Pool
from addressee.directory.clock import Clock
from addressee.directory.errors import LostError, RefusedError, UnavailableError, unavailable_when_away
from addressee.directory.recipient import Place
from addressee.directory.writing.rounds import MAX_RERUNS, RERUNS, Rounds, outcome_of
from addressee.directory.writing.waiting import Group, Queue, Submission
from addressee.directory.writing.writes import Write, Written
from addressee.traffic.counting import count
from addressee.traffic.measures import WRITES

T = TypeVar("T")

# While one batch is written, others that arrive wait for its end and are then written together, because small batches
# cost more for each write. A second one goes beside it when many wait already, or when the first is held up by locks.
MAX_BATCHES_IN_FLIGHT = 2
MANY_PLACES = 50
PATIENCE_SECONDS = 0.02

BATCH_SIZE = Histogram(
    "addressee_write_batch_size",
    "Recipients written together",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
WAITING = Gauge("addressee_writes_waiting", "Writes taken and not yet answered", multiprocess_mode="livesum")


class Writer:
    def __init__(self, pool: Pool, clock: Clock | None = None) -> None:
        self._pool = pool
        self._queue = Queue()
        self._rounds = Rounds(pool, clock or Clock(), self._queue)
        self._in_flight: set[Place] = set()
        self._batches: set[asyncio.Task[None]] = set()
        self._held_up: set[asyncio.Task[None]] = set()
        self._flush_scheduled = False

    async def write(self, write: Write) -> Written:
        """Applies a write, and returns once it is committed.

        Raises RefusedError when an edit is not valid, OverloadedError when 20,000 writes or 128 MB wait already,
        UnavailableError when the database is away (the write may or may not have been committed), and for a write
        with a `request` RepeatedError or ReceiptMismatchError.
        """
        return outcome_of(*await self._submit([write]))

    async def write_all(self, writes: Sequence[Write]) -> list[Written | RefusedError]:
        """Applies independent writes, those of one recipient in order, and returns the result of each."""
        results: list[Written | RefusedError] = []
        for answer in await self._submit(writes):
            if not isinstance(answer, (Written, RefusedError)):
                raise answer
            results.append(answer)
        return results

    async def write_with(self, write: Write, work: Callable[[Connection, Written], Awaitable[T]]) -> T:
        """Applies a write under its row's lock and calls `work` in the same transaction.

        Returns the result of `work`, which runs again when the transaction is repeated. Raises what `write` raises.
        """
        with unavailable_when_away():
            for _ in range(MAX_RERUNS):
                with suppress(asyncpg.SerializationError, asyncpg.DeadlockDetectedError, LostError):
                    async with self._pool.acquire() as connection, connection.transaction():
                        written = await self._rounds.write_locked(connection, write)
                        result = await work(connection, written)
                    if written.recipient is not written.before:
                        count(self._pool, write.place.environment_id, WRITES)
                    return result
                RERUNS.inc()
        raise UnavailableError("The database keeps refusing concurrent writes; try again in a moment.")

    async def drain(self) -> None:
        """Waits until all accepted writes are answered."""
        while self._batches or self._queue.places:
            if not self._batches:
                self._flush()
            await asyncio.wait(self._batches, return_when=asyncio.FIRST_COMPLETED)

    async def _submit(self, writes: Sequence[Write]) -> Sequence[Written | Exception]:
        """Returns the answers to writes, in their order, once all of them are there."""
        if not writes:
            return []
        submission = Submission(len(writes))
        for index, write in enumerate(writes):
            self._queue.add(write, submission, index)
        if not self._flush_scheduled:
            self._flush_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)
        await submission.answered
        return cast("list[Written | Exception]", submission.answers)

    def _flush(self) -> None:
        """Starts batches while there are waiting writes of recipients that are not in a running batch."""
        self._flush_scheduled = False
        while len(self._batches) < self._batches_allowed() and (groups := self._queue.take(self._in_flight)):
            self._in_flight.update([group.place for group in groups])
            task = asyncio.create_task(self._run(groups))
            self._batches.add(task)
            task.add_done_callback(self._finished)
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._let_others_pass, task)

    def _batches_allowed(self) -> int:
        return MAX_BATCHES_IN_FLIGHT if self._held_up or self._queue.places >= MANY_PLACES else 1

    def _let_others_pass(self, task: asyncio.Task[None]) -> None:
        """Lets a second batch start, if this one has not ended by now."""
        if task in self._batches:
            self._held_up.add(task)
            self._flush()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._held_up.discard(task)
        self._flush()

    async def _run(self, groups: list[Group]) -> None:
        BATCH_SIZE.observe(len(groups))
        try:
            await self._rounds.run(groups)
        finally:
            self._in_flight.difference_update([group.place for group in groups])
            WAITING.set(self._queue.count)
