"""The rounds of a batch: what lost against another process, or met what forbade the statement, is written again."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import asyncpg
import structlog
from msgspec import structs
from prometheus_client import Counter

from addressee.database.jobs import queue
from addressee.database.pool import Connection, Pool, is_away
from addressee.database.queries import load
from addressee.directory.addresses.push_tokens import TokenTransfer
from addressee.directory.clock import Clock
from addressee.directory.errors import LostError, RefusedError, UnavailableError
from addressee.directory.reading import rows
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing import receipts
from addressee.directory.writing.applying import Applied, Used, apply
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.receipts import RECEIPT_LIFE, ReceiptTakenError
from addressee.directory.writing.store import Effect, store_recipients
from addressee.directory.writing.waiting import Group, Queue, Submission, Waiting
from addressee.directory.writing.writes import ReceiptKey, Write, Written
from addressee.traffic.counting import count
from addressee.traffic.measures import WRITES

SQL = load(__package__)

LOSSES_BEFORE_LOCK = 3
MAX_RERUNS = 20

# How the database refuses a statement because of what is to be stored.
REFUSALS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)

# The places that were written, each with the transfers of push tokens to it.
Winners: TypeAlias = Mapping[Place, Sequence[TokenTransfer]]

log = structlog.get_logger()

CONFLICTS = Counter("addressee_write_conflicts", "Recipients that another process changed first")
RERUNS = Counter("addressee_write_reruns", "Write batches run again after a deadlock or serialization failure")


class Rounds:
    def __init__(self, pool: Pool, clock: Clock, waiting: Queue) -> None:
        self._pool = pool
        self._clock = clock
        self._queue = waiting

    async def run(self, groups: list[Group]) -> None:
        """Writes a batch until every group is answered; those that are left when it fails get the failure."""
        try:
            await self._run(groups)
        except Exception as error:
            log.warning("write failed", reason=type(error).__name__, recipients=len(groups))
            failure = UnavailableError() if is_away(error) else error
            for group in groups:
                self._queue.answer(group, [failure] * len(group.waiting))

    async def write_locked(self, connection: Connection, write: Write) -> Written:
        """Applies a write under its row's lock, in the caller's transaction.

        Raises LostError when another transaction created the recipient meanwhile.
        """
        group = Group(write.place, [Waiting(write, 0, Submission(1))])
        found = await connection.fetch(*SQL["lock_recipient"](**write.place._asdict()))
        (outcome,), winners = await self._write(connection, [group], found)
        if outcome.effective and write.place not in winners:
            raise LostError
        return outcome_of(*with_transfers(outcome.answers, winners.get(write.place, ())))

    async def _run(self, groups: list[Group]) -> None:
        """After three conflicts a group is written under a lock."""
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

        A serialization failure, a deadlock or an idempotency key used at the same moment repeats the round. A value
        that the database refuses, although the edits did not, is located by bisection, and refuses the writes of its
        group alone; groups that are too large for one statement are written in several.
        """
        for _ in range(MAX_RERUNS):
            try:
                return await (self._round_locked(groups) if locked else self._round(groups))
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, ReceiptTakenError):
                RERUNS.inc()
            except REFUSALS as error:
                if len(groups) == 1:
                    log.error("the database refused a write", reason=type(error).__name__)
                    refusal = RefusedError("value", "", "The database cannot hold one of these values.")
                    self._queue.answer(groups[0], [refusal] * len(groups[0].waiting))
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

    async def _write(
        self, connection: Connection, groups: list[Group], found: Sequence[asyncpg.Record]
    ) -> tuple[list[Applied], Winners]:
        """Applies and stores the groups' writes. Answering is left to the caller, who may have a transaction open."""
        now = self._clock.now()
        used = await used_keys(connection, groups, now)
        here = {recipient.place: recipient for recipient in map(rows.recipient_from, found)}
        applied = [apply(group, here.get(group.place), used, now) for group in groups]
        return applied, await store(connection, applied, now)

    def _conclude(self, applied: list[Applied], winners: Winners) -> list[Group]:
        """Counts and answers the groups that are committed, and returns those that had a conflict."""
        for environment_id, number in collections.Counter(place.environment_id for place in winners).items():
            count(self._pool, environment_id, WRITES, number)
        lost = []
        for outcome in applied:
            transfers = winners.get(outcome.group.place)
            if transfers is None and outcome.effective:
                outcome.group.losses += 1
                lost.append(outcome.group)
            else:
                self._queue.answer(outcome.group, with_transfers(outcome.answers, transfers or ()))
        return lost


async def used_keys(connection: Connection, groups: list[Group], now: datetime) -> Used:
    requests, keys = [], []
    for group in groups:
        for item in group.waiting:
            write = item.write
            if write.request is not None:
                requests.append(write.request.request_key)
            if (key := write.receipt_key) is not None:
                keys.append(key)
    return Used(await used_receipts(connection, keys, now), await receipts.find(connection, requests, now))


async def used_receipts(connection: Connection, keys: list[ReceiptKey], now: datetime) -> frozenset[ReceiptKey]:
    if not keys:
        return frozenset()
    found = await connection.fetch(*SQL["read_edit_receipts"](keys=keys, since=now - RECEIPT_LIFE))
    return frozenset(ReceiptKey(*row) for row in found)


async def store(connection: Connection, applied: list[Applied], now: datetime) -> Winners:
    """Stores effective changes with receipts and jobs, in one transaction. Returns the places that were written."""
    effective = [
        Effect(outcome.before, outcome.after, outcome.changes)
        for outcome in applied
        if outcome.after is not None and outcome.effective
    ]
    has_keys = any(outcome.receipts or outcome.requests for outcome in applied)
    if not effective and not has_keys:
        return {}
    if not has_keys and not any(outcome.ended for outcome in applied):
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


def outcome_of(answer: Written | Exception) -> Written:
    """Returns the answer to a write, or raises it. A frame that keeps what it raises would be a cycle."""
    try:
        if isinstance(answer, Exception):
            raise answer
        return answer
    finally:
        del answer


def with_transfers(
    answers: Sequence[Written | Exception], transfers: Sequence[TokenTransfer]
) -> Sequence[Written | Exception]:
    if not transfers:
        return answers
    return [structs.replace(each, transfers=transfers) if isinstance(each, Written) else each for each in answers]
