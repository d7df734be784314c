"""Reads of single recipients in batches: callers that wait at the same time share one query."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.errors import unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.recipient import Identity, Place, Recipient

SQL = load(__package__)

MAX_BATCH_PLACES = 500
MAX_BATCHES_IN_FLIGHT = 2


class Successor(NamedTuple):
    """The identity into which another one was merged, and when."""

    identity: Identity
    merged_at: datetime


class Reader:
    """Reads recipients of all environments. Its reads raise UnavailableError when the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: dict[Place, list[asyncio.Future[Recipient | None]]] = {}
        self._batches: set[asyncio.Task[None]] = set()
        self._flush_scheduled = False

    async def read(self, place: Place) -> Recipient | None:
        """Returns the living recipient at a place, or None."""
        recipient = await self.find(place)
        return recipient if recipient is not None and recipient.lives else None

    def find(self, place: Place) -> asyncio.Future[Recipient | None]:
        """Like `read`, but returns tombstones too."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Recipient | None] = loop.create_future()
        self._waiting.setdefault(place, []).append(future)
        if not self._flush_scheduled:
            self._flush_scheduled = True
            loop.call_soon(self._flush)
        return future

    async def read_all(self, places: Iterable[Place]) -> dict[Place, Recipient]:
        """Returns the living recipients at these places, in one query."""
        found = await self.find_all(places)
        return {place: recipient for place, recipient in found.items() if recipient.lives}

    async def find_all(self, places: Iterable[Place]) -> dict[Place, Recipient]:
        """Like `read_all`, but returns tombstones too."""
        return await self._fetch(list(places))

    async def successors(self, environment_id: int, uids: Iterable[UUID]) -> dict[UUID, Successor]:
        """Returns the final successor of each uid that was merged away, following merges of merges."""
        found = await self._pool.fetch(*SQL["successors"](environment_id=environment_id, uids=list(uids)))
        return {
            row["uid"]: Successor(
                Identity(environment_id, row["collection"], row["primary_id"], row["primary_uid"]), row["merged_at"]
            )
            for row in found
        }

    def _flush(self) -> None:
        self._flush_scheduled = False
        while self._waiting and len(self._batches) < MAX_BATCHES_IN_FLIGHT:
            places = list(self._waiting)[:MAX_BATCH_PLACES]
            batch = {place: self._waiting.pop(place) for place in places}
            task = asyncio.create_task(self._run(batch))
            self._batches.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._flush()

    async def _run(self, batch: dict[Place, list[asyncio.Future[Recipient | None]]]) -> None:
        found: dict[Place, Recipient] = {}
        failure: Exception | None = None
        try:
            found = await self._fetch(list(batch))
        except Exception as error:
            failure = error
        for place, futures in batch.items():
            for future in futures:
                if future.done():  # the caller went away
                    continue
                if failure is not None:
                    future.set_exception(failure)
                else:
                    future.set_result(found.get(place))

    async def _fetch(self, places: list[Place]) -> dict[Place, Recipient]:
        with unavailable_when_away():
            found = await self._pool.fetch(*SQL["read_recipients"](places=places))
        recipients = map(rows.recipient_from, found)
        return {recipient.place: recipient for recipient in recipients}
