"""Erases what was sent to people who were deleted. Reads do not find it from the moment of the deletion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from addressee.database.jobs import Job, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

BATCH_SIZE = 50

# A page of a run may be on its way while somebody in it is deleted, and be stored after the first sweep.
SECOND_SWEEP = timedelta(minutes=5)


class Person(msgspec.Struct, frozen=True, array_like=True):
    environment_id: int
    collection: str
    id: str
    uid: UUID


class Erase(msgspec.Struct, frozen=True):
    """The job that erases what belongs to deleted identities."""

    people: Sequence[Person]
    sweeps: int = 2

    def job(self, delay: timedelta | None = None) -> Job:
        return Job("erase", msgspec.structs.asdict(self), delay)


class Eraser:
    """The handler of the job `erase`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def erase(self, erase: Erase) -> None:
        for start in range(0, len(erase.people), BATCH_SIZE):
            await self._erase(erase.people[start : start + BATCH_SIZE])
        if erase.sweeps > 1:
            again = msgspec.structs.replace(erase, sweeps=erase.sweeps - 1)
            async with self._pool.acquire() as connection:
                await enqueue(connection, [again.job(SECOND_SWEEP)])

    async def _erase(self, people: Sequence[Person]) -> None:
        columns = [list(column) for column in zip(*map(msgspec.structs.astuple, people), strict=True)]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(SQL["erase_messages"], *columns)
            runs = await connection.fetch(SQL["erase_recipient_runs"], *columns)
            await connection.execute(
                SQL["erase_empty_runs"],
                [run["environment_id"] for run in runs],
                [run["run_id"] for run in runs],
            )
            await connection.execute(SQL["erase_changes"], *columns)
