"""Helpers of the tests of jobs: jobs that hold a number, and a worker that runs while a block does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

import asyncpg

from addressee.database.jobs.queue import CHANNEL, Job, Later, Priority, enqueue, queue_state
from addressee.database.jobs.worker import CLAIM, JOBS_AT_ONCE, JobHandler, work
from addressee.database.pool import Pool
from addressee.database.target import Target


class Number(Job, frozen=True):
    name: ClassVar[str] = "count"

    number: int


class Start(Number, frozen=True):
    name: ClassVar[str] = "start"


class Advance(Number, frozen=True):
    name: ClassVar[str] = "advance"


async def add(
    pool: Pool,
    *numbers: int,
    kind: type[Number] = Number,
    lane: str | None = None,
    delay: float = 0,
    priority: Priority = Priority.NORMAL,
) -> None:
    """Queues jobs, each in a transaction of its own."""
    for number in numbers:
        async with pool.acquire() as connection:
            await enqueue(connection, [Later(kind(number), timedelta(seconds=delay), lane, priority)])
    await wake(pool)


async def wake(pool: Pool) -> None:
    """Wakes workers before their next poll."""
    await pool.execute("SELECT pg_notify($1, '')", CHANNEL)


@asynccontextmanager
async def worker(
    target: Target,
    handler: Callable[[Number], Awaitable[None]],
    *kinds: type[Number],
    attempts: int = 10,
    at_once: int = JOBS_AT_ONCE,
    claim: timedelta = CLAIM,
    grace: float = 10,
) -> AsyncIterator[None]:
    """Runs jobs of these kinds, `Number` unless some are given."""
    stop = asyncio.Event()
    handlers = [JobHandler(kind, handler, attempts, at_once) for kind in kinds or (Number,)]
    task = asyncio.create_task(work(target, handlers, stop, claim=claim, grace=grace))
    try:
        yield
    finally:
        stop.set()
        await task


async def empty(pool: Pool) -> bool:
    return await queue_state(pool) == []


async def end_all_connections(target: Target) -> None:
    """Ends all connections, as a restart of the server does."""
    administrator = await asyncpg.connect(**target.arguments)
    await administrator.execute(
        """
        SELECT pg_terminate_backend(pid)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """
    )
    await administrator.close()
