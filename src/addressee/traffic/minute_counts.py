"""Counts of a process that are not yet stored, by minute."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID, uuid4

import prometheus_client
from msgspec import Struct

from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

SECONDS_OF_MINUTE = 60

# A process remembers no more counts than this: while the database is away for long, further ones are lost.
MAX_COUNTS = 20_000

LOST = prometheus_client.Counter("addressee_counts_lost", "What was not counted, as too many counts waited")

# An environment, a minute since 1970, a name, and a subject if it is not the environment.
Key: TypeAlias = tuple[int, int, str, UUID | None]


class MinuteCount(Struct, frozen=True):
    """The number of times that something happened in an environment within a minute, which is named by its begin.

    The name of what happened to a subject ends with that.
    """

    environment_id: int
    minute: datetime
    name: str
    count: int
    subject: UUID | None


class Flush(NamedTuple):
    """Counts on their way to the database, under a number by which a repetition is known."""

    number: int
    counts: Sequence[MinuteCount]


class MinuteCounts:
    """Counts in memory, and adds what it counted to the stored counts when it is told to.

    A flush that may or may not have been stored is repeated as it was: the database adds each number of a process once.
    """

    def __init__(self, now: Callable[[], float] = time.time, max_counts: int = MAX_COUNTS) -> None:
        self._now = now
        self._max_counts = max_counts
        self._process = uuid4()
        self._number = 0
        self._counted: Counter[Key] = Counter()
        self._unconfirmed: Flush | None = None
        self._flushing = asyncio.Lock()

    def add(self, environment_id: int, name: str, count: int, subject: UUID | None = None) -> None:
        key = (environment_id, int(self._now()) // SECONDS_OF_MINUTE, name, subject)
        if key not in self._counted and len(self._counted) >= self._max_counts:
            LOST.inc(count)
        else:
            self._counted[key] += count

    async def flush(self, pool: Pool) -> None:
        """Stores what was counted so far. Raises what the driver raises; the next call goes on from there."""
        async with self._flushing:
            if self._unconfirmed is not None:
                await self._store(pool, self._unconfirmed)
            if self._counted:
                await self._store(pool, self._take())

    def _take(self) -> Flush:
        counted, self._counted = self._counted, Counter()
        self._number += 1
        return Flush(self._number, [count_of(key, count) for key, count in counted.items()])

    async def _store(self, pool: Pool, flush: Flush) -> None:
        self._unconfirmed = flush
        await pool.execute(*SQL["add_counts"](process=self._process, number=flush.number, counted=flush.counts))
        self._unconfirmed = None


def count_of(key: Key, count: int) -> MinuteCount:
    environment_id, minute, name, subject = key
    begin = datetime.fromtimestamp(minute * SECONDS_OF_MINUTE, UTC)
    stored_name = name if subject is None else f"{name}/{subject}"
    return MinuteCount(environment_id, begin, stored_name, count, subject)
