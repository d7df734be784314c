"""Jobs that are claimed together and carried out together; what is left is carried out one by one."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from addressee.database.jobs.worker import LANE_LENGTH, JobHandler, work
from addressee.database.pool import Pool
from addressee.database.target import Target
from tests.support.queue import Advance, Number, add, empty
from tests.support.waiting import until


class Handling:
    """Handlers that note what they are given. `left` are those that cannot be carried out together."""

    def __init__(self, *left: int) -> None:
        self.left = left
        self.failure: Exception | None = None
        self.together: list[list[int]] = []
        self.alone: list[int] = []

    async def carry_out(self, job: Number) -> None:
        self.alone.append(job.number)

    async def carry_out_together(self, jobs: Sequence[Number]) -> Collection[Number]:
        self.together.append([job.number for job in jobs])
        if self.failure is not None:
            raise self.failure
        return [job for job in jobs if job.number in self.left]


@asynccontextmanager
async def worker(target: Target, handling: Handling) -> AsyncIterator[None]:
    stop = asyncio.Event()
    handlers: list[JobHandler[Any]] = [
        JobHandler(Number, handling.carry_out, together=handling.carry_out_together),
        JobHandler(Advance, handling.carry_out),
    ]
    task = asyncio.create_task(work(target, handlers, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def test_jobs_that_wait_are_carried_out_together(queue: Pool, queue_target: Target) -> None:
    await add(queue, 1, 2, 3)
    handling = Handling()
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([[1, 2, 3]], [])


async def test_one_that_waits_alone_is_carried_out_alone(queue: Pool, queue_target: Target) -> None:
    await add(queue, 1)
    handling = Handling()
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([], [1])


async def test_those_of_a_lane_come_in_their_order(queue: Pool, queue_target: Target) -> None:
    numbers = list(range(LANE_LENGTH))
    await add(queue, *numbers, lane="ada")
    handling = Handling()
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([numbers], [])


async def test_what_is_left_keeps_the_order_of_its_lane(queue: Pool, queue_target: Target) -> None:
    await add(queue, 1, 2, 3, lane="ada")
    await add(queue, 4, lane="bob")
    handling = Handling(2, 3)
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([[1, 2, 3, 4]], [2, 3])


async def test_a_job_of_another_kind_in_the_lane_comes_in_its_turn(queue: Pool, queue_target: Target) -> None:
    await add(queue, 1, 2, lane="ada")
    await add(queue, 3, lane="ada", kind=Advance)
    await add(queue, 4, lane="ada")
    handling = Handling()
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([[1, 2]], [3, 4])


@pytest.mark.parametrize("failure", [ZeroDivisionError(), ConnectionResetError()])
async def test_a_failure_leaves_all(queue: Pool, queue_target: Target, failure: Exception) -> None:
    await add(queue, 1, 2, lane="ada")
    handling = Handling()
    handling.failure = failure
    async with worker(queue_target, handling):
        await until(lambda: empty(queue))
    assert (handling.together, handling.alone) == ([[1, 2]], [1, 2])
    assert await queue.fetch("SELECT FROM addressee.jobs") == []


async def test_what_a_worker_that_ends_has_not_carried_out_is_anybodys_at_once(
    queue: Pool, queue_target: Target
) -> None:
    class Endless(Handling):
        async def carry_out_together(self, jobs: Sequence[Number]) -> Collection[Number]:
            await super().carry_out_together(jobs)
            await asyncio.Event().wait()
            return []

    await add(queue, 1, 2, lane="ada")
    await add(queue, 3)
    handling = Endless()
    stop = asyncio.Event()
    handlers = [JobHandler(Number, handling.carry_out, together=handling.carry_out_together)]
    task = asyncio.create_task(work(queue_target, handlers, stop, grace=0))
    await until(lambda: asyncio.sleep(0, handling.together != []))
    stop.set()
    await task
    assert handling.alone == []
    assert await queue.fetchval("SELECT count(*) FROM addressee.jobs WHERE claimed_by IS NULL") == 3
