"""Reads of single recipients in batches: callers that wait at the same time share one query."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeAlias
from uuid import UUID

from addressee.database.pool import Connection, Pool, is_away
from addressee.database.queries import load
from addressee.directory.errors import UnavailableError, unavailable_when_away
from addressee.directory.reading import rows
from addressee.directory.recipient import Identity, Place, Recipient

SQL = load(__package__)

MAX_BATCH_PLACES = 500

# While one batch is read, others that arrive wait for its end and then share a query; beside it a second one is read
# only when as many as this wait, because small batches cost more for each recipient.
MANY = 50
MAX_BATCHES_IN_FLIGHT = 2


# Who waits for the recipient at a place.
Batch: TypeAlias = dict[Place, list[asyncio.Future[Recipient | None]]]


class Successor(NamedTuple):
    """The identity into which another one was merged, and when."""

    identity: Identity
    merged_at: datetime


class Reader:
    """Reads recipients of all environments. Its reads raise UnavailableError when the database is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: Batch = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._flush_scheduled = False

    async def read(self, place: Place) -> Recipient | None:
        """Returns the living recipient at a place, or None."""
        recipient = await self.find(place)
        return recipient if recipient is not None and recipient.lives else None

    def find(self, place: Place) -> asyncio.Future[Recipient | None]:
        """Like `read`, but returns tombstones too."""
        if not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop = asyncio.get_running_loop()  # a system call
            self._loop.call_soon(self._flush)
        future: asyncio.Future[Recipient | None] = self._loop.create_future()
        self._waiting.setdefault(place, []).append(future)
        return future

    async def read_all(self, places: Iterable[Place]) -> dict[Place, Recipient]:
        """Returns the living recipients at these places, in one query."""
        found = await self.find_all(places)
        return {place: recipient for place, recipient in found.items() if recipient.lives}

    async def find_all(self, places: Iterable[Place]) -> dict[Place, Recipient]:
        """Like `read_all`, but returns tombstones too."""
        with unavailable_when_away():
            return await fetch(self._pool, list(places))

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
        most = MAX_BATCHES_IN_FLIGHT if len(self._waiting) >= MANY else 1
        if self._waiting and len(self._runs) < most:
            run = asyncio.create_task(self._run())
            self._runs.add(run)
            run.add_done_callback(self._finished)

    def _finished(self, run: asyncio.Task[None]) -> None:
        self._runs.discard(run)
        self._flush()

    async def _run(self) -> None:
        """Reads batch after batch on one connection, until nothing waits or a read fails."""
        batch: Batch = {}
        try:
            async with self._pool.acquire() as connection:
                while batch := self._take():
                    answer(batch, await fetch(connection, batch))
        except Exception as error:
            refuse(batch or self._take(), UnavailableError() if is_away(error) else error)

    def _take(self) -> Batch:
        return {place: self._waiting.pop(place) for place in list(islice(self._waiting, MAX_BATCH_PLACES))}


async def fetch(database: Pool | Connection, places: Iterable[Place]) -> dict[Place, Recipient]:
    """Returns the recipients at these places, tombstones included."""
    recipients = map(rows.recipient_from, await database.fetch(*SQL["read_recipients"](places=places)))
    return {recipient.place: recipient for recipient in recipients}


def answer(batch: Batch, found: Mapping[Place, Recipient]) -> None:
    for place, futures in batch.items():
        for future in futures:
            if not future.done():  # else its caller went away
                future.set_result(found.get(place))


def refuse(batch: Batch, error: Exception) -> None:
    for futures in batch.values():
        for future in futures:
            if not future.done():
                future.set_exception(error)
