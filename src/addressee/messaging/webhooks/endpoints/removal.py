"""Removes what endpoints were told when they are deleted, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)

PAGE_SIZE = 1000

# A job does no more of them, then gives way to others.
PAGES = 100

# What happens while an endpoint is deleted may still be captured for it, and be stored after the first sweep.
SECOND_SWEEP = timedelta(minutes=5)


class RemoveDeliveries(Job, frozen=True):
    """Removes the deliveries of an endpoint that was deleted."""

    name: ClassVar[str] = "remove_webhook_deliveries"

    environment_id: int
    endpoint_id: UUID


async def remove_later(connection: Connection, environment_id: int, endpoint_id: UUID) -> None:
    """Queues the removal of an endpoint's deliveries, in the transaction that deletes the endpoint."""
    job = RemoveDeliveries(environment_id, endpoint_id)
    await enqueue(connection, [job, Later(job, SECOND_SWEEP)])


class Remover:
    """The handler of the job `remove_webhook_deliveries`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def remove(self, job: RemoveDeliveries) -> None:
        for _ in range(PAGES):
            removed = await self._pool.fetchval(
                *SQL["remove_deliveries"](
                    environment_id=job.environment_id, endpoint_id=job.endpoint_id, limit=PAGE_SIZE
                )
            )
            if removed < PAGE_SIZE:
                return
        async with self._pool.acquire() as connection:
            await enqueue(connection, [job])
