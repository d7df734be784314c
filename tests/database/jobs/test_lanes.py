"""Lanes: jobs of one kind do not hold up those of another."""

import asyncio
from collections import Counter

import asyncpg

from addressee.database.jobs.worker import (
    LANE_LENGTH,
)
from addressee.database.pool import Pool
from addressee.database.target import Target
from tests.database.jobs.counting import Counting, is_empty, spare_the_pauses
from tests.support.queue import Advance, Number, Start, add, empty, end_all_connections, wake, worker
from tests.support.waiting import until


class TestLanes:
    async def test_jobs_of_a_lane_are_run_in_order_and_one_at_a_time_by_several_workers(
        self, queue: Pool, queue_target: Target
    ) -> None:
        done: dict[int, list[int]] = {0: [], 1: [], 2: []}
        running: Counter[int] = Counter()
        most: Counter[int] = Counter()

        async def count(job: Number) -> None:
            lane = job.number % 3
            running[lane] += 1
            most[lane] = max(most[lane], running[lane])
            await asyncio.sleep(0)
            done[lane].append(job.number)
            running[lane] -= 1

        for number in range(90):
            await add(queue, number, kind=(Start, Advance)[number % 2], lane=str(number % 3))
        async with (
            worker(queue_target, count, Start, Advance),
            worker(queue_target, count, Start, Advance),
            worker(queue_target, count, Start, Advance),
        ):
            for number in range(90, 180):
                await add(queue, number, kind=(Start, Advance)[number % 2], lane=str(number % 3))
            await until(lambda: empty(queue))
        assert done == {lane: list(range(lane, 180, 3)) for lane in range(3)}
        assert most == {0: 1, 1: 1, 2: 1}

    async def test_a_lane_waits_for_the_one_that_runs_elsewhere(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        await add(queue, 1, 2, lane="a")
        await queue.execute(
            """
            UPDATE addressee.jobs
            SET claimed_by = gen_random_uuid(), claimed_until = now() + interval '1 minute'
            WHERE arguments = '{"number":1}'
            """
        )
        async with worker(queue_target, count):
            await add(queue, 3, lane="b")
            await add(queue, 4)
            await until(lambda: count.has_done(3, 4))
            assert sorted(count.begun) == [3, 4]
            await queue.execute("DELETE FROM addressee.jobs WHERE claimed_by IS NOT NULL")
            await wake(queue)
            await until(lambda: count.has_done(2))

    async def test_one_that_failed_takes_its_place_anew(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.failures[1] = [RuntimeError()]
        await add(queue, 1, 2, 3, lane="a")
        async with worker(queue_target, count):
            await until(lambda: count.has_done(2, 3))
            await spare_the_pauses(queue)
            await until(lambda: empty(queue))
        assert count.begun == [1, 2, 3, 1]

    async def test_one_that_is_held_blocks_nobody(self, queue: Pool, queue_target: Target, count: Counting) -> None:
        await add(queue, 1, 2, lane="a")
        await queue.execute("UPDATE addressee.jobs SET held_at = now() WHERE arguments = '{\"number\":1}'")
        async with worker(queue_target, count):
            await until(lambda: count.has_done(2))
        assert count.done == [2]

    async def test_one_that_is_not_due_blocks_nobody(self, queue: Pool, queue_target: Target, count: Counting) -> None:
        await add(queue, 1, lane="a", delay=3600)
        await add(queue, 2, lane="a")
        async with worker(queue_target, count):
            await until(lambda: count.has_done(2))
        assert count.done == [2]

    async def test_one_that_the_database_left_keeps_its_place(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates[1] = asyncio.Event()
        count.failures[1] = [asyncpg.ConnectionDoesNotExistError()]
        await add(queue, 1, 2, 3, lane="a")
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(1))
            await end_all_connections(queue_target)
            count.gates[1].set()
            await until(lambda: is_empty(queue))
        assert count.done == [1, 2, 3]

    async def test_a_long_lane_does_not_keep_others_waiting(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        long = range(10 * LANE_LENGTH)
        gate = asyncio.Event()
        count.gates = {0: gate}
        async with queue.acquire() as connection:
            await connection.execute(
                """
                INSERT INTO addressee.jobs (name, arguments, lane, due_at)
                SELECT 'count', convert_to(format('{"number":%s}', number), 'UTF8'), 'a', now()
                FROM generate_series(0, $1::int - 1) AS number
                """,
                len(long),
            )
        await add(queue, 1000, 1001)
        async with worker(queue_target, count):
            await until(lambda: count.has_done(1000, 1001))
            assert sorted(count.begun) == [0, 1000, 1001]
            gate.set()
            await until(lambda: empty(queue))
        assert [number for number in count.done if number < 1000] == list(long)
