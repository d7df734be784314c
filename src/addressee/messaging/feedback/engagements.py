"""Engagements: a message was opened, or a link in it clicked, as its pixel and its links tell (docs/tracking.md)."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter

from addressee.database.jobs.queue import Job, Wakeup, enqueue
from addressee.database.pool import AWAY, Pool
from addressee.directory.clock import Clock
from addressee.messaging.messages.clicks import Click, add_clicks
from addressee.messaging.messages.marks.mark import Mark, set_mark
from addressee.messaging.messages.model import lock_messages

MAX_ENGAGEMENTS = 500

# What a process keeps while the database is away; past that, engagements are lost.
MAX_WAITING = 10_000

# An answer waits no longer for what it tells to be stored, which happens later then.
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 1.0

# The time that a process gives at its end to what is not stored yet.
LAST_SECONDS = 5.0

# Whoever asks for the same URL a thousand times in a minute has it written once, as far as this process remembers it.
REMEMBERED_SECONDS = 60.0
MAX_REMEMBERED = 10_000

ENGAGEMENTS = Counter("addressee_engagements", "Opens and clicks that pixels and links told", ["kind", "result"])

log = structlog.get_logger()


class Engagement(msgspec.Struct, frozen=True):
    """A message that was opened or, with the `url` of a link, in which that was clicked."""

    message_id: str
    url: str | None = None

    @property
    def kind(self) -> str:
        return "open" if self.url is None else "click"


class RecordEngagements(Job, frozen=True):
    """Records engagements, MAX_ENGAGEMENTS at most."""

    name: ClassVar[str] = "record_engagements"
    environment_id: int
    engagements: list[Engagement]


class EngagementMarks:
    """The handler of the job `record_engagements`."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def record(self, job: RecordEngagements) -> None:
        """Marks messages. Those that are not there any more are passed over; whoever clicked a link has read too."""
        now = self._clock.now()
        ids = list(dict.fromkeys(each.message_id for each in job.engagements))
        clicks = [Click(each.message_id, each.url) for each in job.engagements if each.url is not None]
        async with self._pool.acquire() as connection, connection.transaction():
            await lock_messages(connection, job.environment_id, ids)
            for mark in (Mark.SEEN, Mark.READ):
                await set_mark(connection, job.environment_id, ids, mark, now=now)
            if clicks:
                await add_clicks(connection, job.environment_id, clicks, now)


class Engagements:
    """Takes engagements, and queues them: those that come while others are stored together, in one transaction.

    What cannot be stored now waits in memory, and is tried again every second. Nobody who comes meanwhile waits for it.
    """

    def __init__(self, pool: Pool, wakeup: Wakeup, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._patience = patience_seconds
        self._remembered: dict[tuple[int, Engagement], float] = {}
        self._waiting: list[tuple[int, Engagement]] = []
        self._stored = asyncio.Event()
        self._is_away = False
        self._task: asyncio.Task[None] | None = None

    async def take(self, environment_id: int, engagement: Engagement) -> None:
        """Returns once an engagement is stored, or cannot be for now, or this takes long; it never raises."""
        taken = (environment_id, engagement)
        if time.monotonic() - self._remembered.get(taken, -REMEMBERED_SECONDS) < REMEMBERED_SECONDS:
            ENGAGEMENTS.labels(engagement.kind, "repeated").inc()
            return
        if len(self._waiting) >= MAX_WAITING:
            ENGAGEMENTS.labels(engagement.kind, "lost").inc()
            return
        ENGAGEMENTS.labels(engagement.kind, "taken").inc()
        self._remember(taken)
        self._waiting.append(taken)
        stored = self._stored
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store_all())
        if self._is_away:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await stored.wait()

    async def close(self) -> None:
        """Returns once what waits is stored, or after a time in which that was not possible."""
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=LAST_SECONDS)
            self._task.cancel()
        if self._waiting:
            log.warning("engagements lost", engagements=len(self._waiting))

    def _remember(self, taken: tuple[int, Engagement]) -> None:
        self._remembered.pop(taken, None)
        self._remembered[taken] = time.monotonic()
        if len(self._remembered) > MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]

    async def _store_all(self) -> None:
        while self._waiting:
            taken, told = self._waiting, self._stored
            self._waiting, self._stored = [], asyncio.Event()
            try:
                async with asyncio.timeout(LAST_SECONDS):
                    await self._store(taken)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._is_away = True
                self._waiting = [*taken, *self._waiting]
                log.info("engagements not stored yet", engagements=len(taken), reason=type(error).__name__)
                told.set()
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self._is_away = False
                told.set()
                self._wakeup.notify()

    async def _store(self, taken: Sequence[tuple[int, Engagement]]) -> None:
        by_environment: dict[int, list[Engagement]] = defaultdict(list)
        for environment_id, engagement in taken:
            by_environment[environment_id].append(engagement)
        jobs = [
            RecordEngagements(environment_id, each[start : start + MAX_ENGAGEMENTS])
            for environment_id, each in by_environment.items()
            for start in range(0, len(each), MAX_ENGAGEMENTS)
        ]
        async with self._pool.acquire() as connection, connection.transaction():
            await enqueue(connection, jobs)
