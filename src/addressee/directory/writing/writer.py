"""The writer: batches the writes of many callers ("The write path" in docs/architecture.md).

A batch reads its recipients without locks, applies the edits in memory, and writes the recipients whose version is
still the one that was read in one statement. The others are read and applied again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeAlias, TypeVar

import asyncpg
import msgspec
import structlog
from msgspec import structs
from prometheus_client import Counter, Gauge, Histogram

from addressee.database.jobs import queue
from addressee.database.pool import Connection, Pool, is_away
from addressee.database.queries import load
from addressee.directory.addresses.push_tokens import TokenTransfer
from addressee.directory.clock import Clock
from addressee.directory.errors import LostError, OverloadedError, RefusedError, UnavailableError, unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing import receipts
from addressee.directory.writing.applying import Applied, Group, Used, Waiting, apply
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.receipts import RECEIPT_LIFE, ReceiptTakenError, RequestKey
from addressee.directory.writing.store import Effect, store_recipients
from addressee.directory.writing.writes import ReceiptKey, Write, Written

SQL = load(__package__)

T = TypeVar("T")

MAX_BATCH_PLACES = 500
MAX_BATCH_BYTES = 8_000_000
MAX_BATCHES_IN_FLIGHT = 2
MAX_WAITING_WRITES = 20_000
MAX_WAITING_BYTES = 128_000_000
LOSSES_BEFORE_LOCK = 3
MAX_RERUNS = 20

# The places that were written, each with the transfers of push tokens to it.
Winners: TypeAlias = Mapping[Place, Sequence[TokenTransfer]]

log = structlog.get_logger()

BATCH_SIZE = Histogram(
    "addressee_write_batch_size",
    "Recipients written together",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
CONFLICTS = Counter("addressee_write_conflicts", "Recipients that another process changed first")
RERUNS = Counter("addressee_write_reruns", "Write batches run again after a deadlock or serialization failure")
WAITING = Gauge("addressee_writes_waiting", "Writes taken and not yet answered", multiprocess_mode="livesum")


class Writer:
    def __init__(self, pool: Pool, clock: Clock | None = None) -> None:
        self._pool = pool
        self._clock = clock or Clock()
        self._waiting: dict[Place, deque[Waiting]] = {}
        self._in_flight: set[Place] = set()
        self._batches: set[asyncio.Task[None]] = set()
        self._count = 0
        self._bytes = 0
        self._flush_scheduled = False

    async def write(self, write: Write) -> Written:
        """Applies a write, and returns once it is committed.

        Raises RefusedError when an edit is not valid, OverloadedError when 20,000 writes or 128 MB wait already,
        UnavailableError when the database is away (the write may or may not have been committed), and for a write
        with a `request` RepeatedError or ReceiptMismatchError.
        """
        return await self._submit(write)

    async def write_all(self, writes: Sequence[Write]) -> list[Written | RefusedError]:
        """Applies independent writes, those of one recipient in order, and returns the result of each."""
        futures = [self._submit(write) for write in writes]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        results: list[Written | RefusedError] = []
        for answer in answers:
            if not isinstance(answer, Written | RefusedError):
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
                        return await work(connection, await self._write_locked(connection, write))
                RERUNS.inc()
        raise UnavailableError("The database keeps refusing concurrent writes; try again in a moment.")

    async def _write_locked(self, connection: Connection, write: Write) -> Written:
        """Applies a write. Raises LostError when another transaction created the recipient meanwhile."""
        group = Group(write.place, [Waiting(write, 0, asyncio.get_running_loop().create_future())])
        found = await connection.fetch(*SQL["lock_recipient"](**write.place._asdict()))
        (outcome,), winners = await self._write(connection, [group], found)
        if outcome.effective and write.place not in winners:
            raise LostError
        (answer,) = with_transfers(outcome.answers, winners.get(write.place, ()))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def drain(self) -> None:
        """Waits until all accepted writes are answered."""
        while self._batches or self._waiting:
            if not self._batches:
                self._flush()
            await asyncio.wait(self._batches, return_when=asyncio.FIRST_COMPLETED)

    def _submit(self, write: Write) -> asyncio.Future[Written]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Written] = loop.create_future()
        try:
            size = len(msgspec.json.encode(write.edits))
        except (UnicodeEncodeError, OverflowError, RecursionError, TypeError):
            size = 0  # the value is not valid: applying the edit refuses it
        if self._count >= MAX_WAITING_WRITES or self._bytes + size > MAX_WAITING_BYTES:
            future.set_exception(OverloadedError("Too many writes are waiting; try again in a moment."))
            return future
        self._count += 1
        self._bytes += size
        self._waiting.setdefault(write.place, deque()).append(Waiting(write, size, future))
        if not self._flush_scheduled:
            self._flush_scheduled = True
            loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        """Starts batches while there are waiting writes of recipients that are not in a running batch."""
        self._flush_scheduled = False
        while len(self._batches) < MAX_BATCHES_IN_FLIGHT and (groups := self._take()):
            self._in_flight.update(group.place for group in groups)
            task = asyncio.create_task(self._run(groups))
            self._batches.add(task)
            task.add_done_callback(self._finished)

    def _take(self) -> list[Group]:
        groups: list[Group] = []
        size = 0
        requests: set[RequestKey] = set()
        for place in self._waiting:
            if len(groups) == MAX_BATCH_PLACES or size > MAX_BATCH_BYTES:
                break
            if place not in self._in_flight and (waiting := first_requests(self._waiting[place], requests)):
                size += sum(item.size for item in waiting)
                groups.append(Group(place, waiting))
        for group in groups:
            left = self._waiting[group.place]
            for _ in group.waiting:
                left.popleft()
            if not left:
                del self._waiting[group.place]
        return groups

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._flush()

    async def _run(self, groups: list[Group]) -> None:
        BATCH_SIZE.observe(len(groups))
        try:
            await self._run_rounds(groups)
        except Exception as error:
            log.warning("write failed", reason=type(error).__name__, recipients=len(groups))
            failure = UnavailableError() if is_away(error) else error
            for group in groups:
                self._answer(group, [failure] * len(group.waiting))
        finally:
            self._in_flight.difference_update(group.place for group in groups)
            WAITING.set(self._count)

    async def _run_rounds(self, groups: list[Group]) -> None:
        """Writes a batch until every group is answered. After three conflicts a group is written under a lock."""
        while groups:
            together = [group for group in groups if group.losses < LOSSES_BEFORE_LOCK]
            alone = [group for group in groups if group.losses >= LOSSES_BEFORE_LOCK]
            lost = await self._attempt(together) if together else []
            for group in alone:
                lost += await self._attempt([group], locked=True)
            CONFLICTS.inc(len(lost))
            groups = lost

    async def _attempt(self, groups: list[Group], *, locked: bool = False) -> list[Group]:
        """Writes the groups once and returns those that had a conflict.

        A serialization failure, a deadlock or an idempotency key used at the same moment repeats the round. A data
        error that the edits did not detect is located by bisection, and refuses the writes of its group alone.
        """
        for _ in range(MAX_RERUNS):
            try:
                return await (self._round_locked(groups) if locked else self._round(groups))
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, ReceiptTakenError):
                RERUNS.inc()
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
                if len(groups) == 1:
                    log.error("the database refused a write", reason=type(error).__name__)
                    refusal = RefusedError("value", "", "The database cannot hold one of these values.")
                    self._answer(groups[0], [refusal] * len(groups[0].waiting))
                    return []
                middle = len(groups) // 2
                return await self._attempt(groups[:middle]) + await self._attempt(groups[middle:])
        raise UnavailableError("The database keeps refusing concurrent writes; try again in a moment.")

    async def _round(self, groups: list[Group]) -> list[Group]:
        async with self._pool.acquire() as connection:
            found = await connection.fetch(*SQL["read_recipients"](places=[group.place for group in groups]))
            applied, winners = await self._write(connection, groups, found)
        return self._conclude(applied, winners)

    async def _round_locked(self, groups: list[Group]) -> list[Group]:
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetch(*SQL["lock_recipient"](**groups[0].place._asdict()))
            applied, winners = await self._write(connection, groups, found)
        return self._conclude(applied, winners)

    async def _used(self, connection: Connection, groups: list[Group], now: datetime) -> Used:
        writes = [item.write for group in groups for item in group.waiting]
        requests = [write.request.request_key for write in writes if write.request]
        return Used(
            await self._used_receipts(connection, [key for write in writes if (key := write.receipt_key)], now),
            await receipts.find(connection, requests, now),
        )

    async def _used_receipts(
        self, connection: Connection, keys: list[ReceiptKey], now: datetime
    ) -> frozenset[ReceiptKey]:
        if not keys:
            return frozenset()
        found = await connection.fetch(*SQL["read_edit_receipts"](keys=keys, since=now - RECEIPT_LIFE))
        return frozenset(ReceiptKey(*row) for row in found)

    async def _write(
        self, connection: Connection, groups: list[Group], found: Sequence[asyncpg.Record]
    ) -> tuple[list[Applied], Winners]:
        """Applies and stores the groups' writes. Answering is left to the caller, who may have a transaction open."""
        now = self._clock.now()
        used = await self._used(connection, groups, now)
        here = {recipient.place: recipient for recipient in map(rows.recipient_from, found)}
        applied = [apply(group, here.get(group.place), used, now) for group in groups]
        return applied, await self._store(connection, applied, now)

    def _conclude(self, applied: list[Applied], winners: Winners) -> list[Group]:
        """Answers the groups that are committed, and returns those that had a conflict."""
        lost = []
        for outcome in applied:
            if outcome.effective and outcome.group.place not in winners:
                outcome.group.losses += 1
                lost.append(outcome.group)
            else:
                self._answer(outcome.group, with_transfers(outcome.answers, winners.get(outcome.group.place, ())))
        return lost

    async def _store(self, connection: Connection, applied: list[Applied], now: datetime) -> Winners:
        """Stores effective changes with receipts and jobs, in one transaction. Returns the places that were written."""
        effective = [
            Effect(outcome.before, outcome.after, outcome.changes)
            for outcome in applied
            if outcome.after is not None and outcome.effective
        ]
        if not effective and not any(outcome.receipts or outcome.requests for outcome in applied):
            return {}
        if not any(outcome.receipts or outcome.requests or outcome.ended for outcome in applied):
            return await store_recipients(connection, effective)
        async with connection.transaction():
            winners = await store_recipients(connection, effective)
            kept = [item for item in applied if not item.effective or item.group.place in winners]
            if keys := [key for outcome in kept for key in outcome.receipts]:
                await connection.execute(*SQL["write_edit_receipts"](keys=keys, now=now))
            await receipts.keep_all(connection, [request for outcome in kept for request in outcome.requests], now)
            if ended := [Identity(*outcome.group.place, uid) for outcome in kept for uid in outcome.ended]:
                await queue.enqueue(connection, [Erase(ended)])
            if retained := [Identity(*outcome.group.place, uid) for outcome in kept for uid in outcome.retained]:
                await connection.execute(*SQL["retain_histories"](people=retained, now=now))
        return winners

    def _answer(self, group: Group, answers: Sequence[Written | Exception]) -> None:
        for item, answer in zip(group.waiting, answers, strict=True):
            self._count -= 1
            self._bytes -= item.size
            if item.future.done():  # the caller went away
                continue
            if isinstance(answer, Exception):
                item.future.set_exception(answer)
            else:
                item.future.set_result(answer)
        group.waiting = []


def with_transfers(
    answers: Sequence[Written | Exception], transfers: Sequence[TokenTransfer]
) -> Sequence[Written | Exception]:
    if not transfers:
        return answers
    return [structs.replace(each, transfers=transfers) if isinstance(each, Written) else each for each in answers]


def first_requests(waiting: Iterable[Waiting], seen: set[RequestKey]) -> list[Waiting]:
    """Returns the writes before the first whose idempotency key is in this batch already: it waits for the next one."""
    taken = []
    for item in waiting:
        request = item.write.request
        if request is not None:
            if request.request_key in seen:
                break
            seen.add(request.request_key)
        taken.append(item)
    return taken
