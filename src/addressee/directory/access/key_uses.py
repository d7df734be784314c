"""Notes when keys are used, beside the requests that use them."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock

SQL = load(__package__)

# A process notes the uses of a key no more often than this.
PAUSE_SECONDS = 60.0

# The number of keys of which a process remembers when it noted them.
MAX_REMEMBERED = 10_000

log = structlog.get_logger()


class KeyUses:
    """Notes uses of keys. Requests wait for none of it; what cannot be stored is forgotten, as another use follows."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._due: dict[UUID, float] = {}
        self._waiting: dict[UUID, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, id: UUID) -> None:
        now = time.monotonic()
        if now < self._due.get(id, 0.0):
            return
        if len(self._due) >= MAX_REMEMBERED:
            self._due.clear()
        self._due[id] = now + PAUSE_SECONDS
        self._waiting[id] = self._clock.now()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._store())

    async def drain(self) -> None:
        """Returns once what was noted is stored."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    async def _store(self) -> None:
        while self._waiting:
            id, at = self._waiting.popitem()
            try:
                await self._pool.execute(*SQL["note_key_use"](id=id, now=at))
            except (asyncpg.PostgresError, *AWAY) as error:
                log.info("uses of keys not noted", reason=type(error).__name__)
                self._waiting.clear()
