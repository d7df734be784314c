"""A worker on a database of its own: what it runs, how often, in which order, and what becomes of what fails."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from addressee.database.jobs.queue import Later, Priority, enqueue, queue_state
from addressee.database.jobs.worker import (
    JOBS_AT_ONCE,
    LANE_LENGTH,
    PLACES,
    SQL,
    Capacity,
    JobHandler,
    pause_after,
    work,
)
from addressee.database.pool import AWAY, Pool
from addressee.database.target import Target
from tests.database.jobs.counting import Counting, is_empty, spare_the_pauses
from tests.support.queue import Advance, Number, Start, add, empty, end_all_connections, wake, worker
from tests.support.waiting import until


class OfTomorrow(Number, frozen=True):
    name: ClassVar[str] = "of_tomorrow"


async def stored(queue: Pool, column: str) -> list[object]:
    return [row[0] for row in await queue.fetch(f"SELECT {column} FROM addressee.jobs ORDER BY id")]


class TestRunning:
    async def test_every_job_is_run_once_and_forgotten(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        await add(queue, *range(100))
        async with worker(queue_target, count), worker(queue_target, count):
            await until(lambda: empty(queue))
        assert sorted(count.done) == list(range(100))

    async def test_so_many_of_a_kind_at_a_time(self, queue: Pool, queue_target: Target) -> None:
        at_once: list[int] = []
        running = 0

        async def measure(_: Number) -> None:
            nonlocal running
            running += 1
            at_once.append(running)
            await queue.execute("SELECT pg_sleep(0.01)")
            running -= 1

        await add(queue, *range(100))
        async with worker(queue_target, measure):
            await until(lambda: empty(queue))
        assert len(at_once) == 100
        assert max(at_once) <= JOBS_AT_ONCE

    async def test_slow_jobs_of_one_kind_do_not_keep_another_waiting(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        slow = range(3 * JOBS_AT_ONCE)
        gate = asyncio.Event()
        count.gates = dict.fromkeys(slow, gate)
        await add(queue, *slow, kind=Advance)
        async with worker(queue_target, count, Advance, Start):
            await until(lambda: count.has_begun(*range(JOBS_AT_ONCE)))
            await add(queue, 100, 101, kind=Start)
            await until(lambda: count.has_done(100, 101))
            assert len(count.begun) == JOBS_AT_ONCE + 2
            gate.set()
            await until(lambda: empty(queue))

    async def test_what_one_worker_does_not_take_is_left_to_others(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        """Of the jobs that keep a worker busy, it takes as many as it is said to."""
        other = Counting()
        gate = asyncio.Event()
        count.gates = other.gates = dict.fromkeys(range(4), gate)
        await add(queue, *range(4))
        async with worker(queue_target, count, at_once=2):
            await until(lambda: count.has_begun(0, 1))
            async with worker(queue_target, other, at_once=2):
                await until(lambda: other.has_begun(2, 3))
                gate.set()
                await until(lambda: empty(queue))
        assert (sorted(count.done), sorted(other.done)) == ([0, 1], [2, 3])

    async def test_jobs_of_a_kind_that_is_not_known_wait_for_a_newer_worker(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        await add(queue, 1, kind=OfTomorrow)
        await add(queue, 2)
        async with worker(queue_target, count):
            await until(lambda: count.has_done(2))
        assert await stored(queue, "name") == ["of_tomorrow"]
        assert await stored(queue, "claimed_by") == [None]

    async def test_a_deferred_job_waits(self, queue: Pool, queue_target: Target, count: Counting) -> None:
        await add(queue, 1, delay=3600)
        await add(queue, 2)
        async with worker(queue_target, count):
            await until(lambda: count.has_done(2))
            await spare_the_pauses(queue)
            await until(lambda: empty(queue))
        assert count.done == [2, 1]


class TestPriorities:
    async def test_a_critical_job_is_next_however_many_of_bulk_wait(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        bulk = range(5000)
        gate = asyncio.Event()
        count.gates = dict.fromkeys(bulk, gate)
        async with queue.acquire() as connection:
            await enqueue(connection, [Later(Number(number), priority=Priority.BULK) for number in bulk])
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(*range(PLACES[Priority.BULK])))
            await add(queue, 9000, priority=Priority.NORMAL)
            await add(queue, 9001, priority=Priority.CRITICAL)
            await until(lambda: count.has_done(9000, 9001))
            assert count.done in ([9000, 9001], [9001, 9000])
            assert len(count.begun) == PLACES[Priority.BULK] + 2
            await queue.execute("DELETE FROM addressee.jobs WHERE claimed_by IS NULL")
            gate.set()
            await until(lambda: empty(queue))

    async def test_bulk_has_places_however_many_others_wait(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        others = range(100)
        gate = asyncio.Event()
        count.gates = dict.fromkeys(others, gate)
        await add(queue, *range(50), priority=Priority.CRITICAL)
        await add(queue, *range(50, 100))
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(*range(5), *range(50, 60)))
            await add(queue, 100, 101, priority=Priority.BULK)
            await until(lambda: count.has_done(100, 101))
            gate.set()
            await until(lambda: empty(queue))

    async def test_each_priority_is_found_in_one_scan_of_an_index(self, queue: Pool) -> None:
        await queue.execute(
            """
            INSERT INTO addressee.jobs (name, arguments, priority, due_at)
            SELECT 'count', '{}', number % 3 - 1, now() - number * interval '1 second'
            FROM generate_series(1, 30000) AS number
            """
        )
        await queue.execute("ANALYZE addressee.jobs")
        text, *arguments = SQL["claim_jobs"](
            worker_id=UUID(int=1),
            wanted=[Capacity("count", priority, 5) for priority in Priority],
            claimed_ids=[],
            names=["count"],
            lane_length=LANE_LENGTH,
            duration=timedelta(seconds=30),
        )
        async with queue.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *arguments)
        scans = [
            (node["Actual Loops"], node["Actual Rows"])
            for node in nodes(msgspec.json.decode(explained)[0]["Plan"])
            if node.get("Index Name") == "jobs_due_by_priority"
        ]
        assert scans == [(3, 5)]
        await queue.execute("TRUNCATE addressee.jobs")


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]


class TestFailing:
    def test_pauses_grow_up_to_five_minutes(self) -> None:
        pauses = [pause_after(failures).total_seconds() for failures in range(1, 12)]
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]

    async def test_a_job_is_tried_again_and_held_at_its_tenth_failure(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.failures[1] = [RuntimeError("as the test wants it")] * 10
        await add(queue, 1)
        async with worker(queue_target, count):
            for failures in range(1, 11):

                async def has_failed(failures: int = failures) -> bool:
                    return await stored(queue, "failures") == [failures]

                await until(has_failed)
                await spare_the_pauses(queue)
            (state,) = await queue_state(queue)
        assert (state.waiting, state.held) == (0, 1)
        assert count.begun == [1] * 10
        (failure,) = await stored(queue, "last_failure")
        assert str(failure).startswith("RuntimeError at counting.py:")
        assert "as the test wants it" not in str(failure)

    async def test_a_held_job_that_is_released_runs_again(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        await add(queue, 1)
        await queue.execute("UPDATE addressee.jobs SET failures = 10, held_at = now(), last_failure = 'Error'")
        async with worker(queue_target, count):
            await add(queue, 2)
            await until(lambda: count.has_done(2))
            assert count.begun == [2]
            await queue.execute("UPDATE addressee.jobs SET failures = 0, held_at = NULL, due_at = now()")
            await wake(queue)
            await until(lambda: empty(queue))
        assert count.done == [2, 1]


class TestClaims:
    async def test_a_job_of_a_dead_worker_is_taken_over(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        await add(queue, 1, 2)
        await queue.execute(
            """
            UPDATE addressee.jobs
            SET claimed_by = gen_random_uuid(),
                claimed_until = now() + CASE arguments WHEN '{"number":1}' THEN interval '-1 s' ELSE '30 s' END
            """
        )
        async with worker(queue_target, count):
            await until(lambda: count.has_done(1))
        assert count.done == [1]
        assert await stored(queue, "arguments") == [b'{"number":2}']

    async def test_a_job_that_takes_longer_than_a_claim_is_run_once(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates[1] = asyncio.Event()
        await add(queue, 1)
        claims = []

        async def has_been_extended() -> bool:
            (until,) = await stored(queue, "claimed_until")
            if until not in claims:
                claims.append(until)
            return len(claims) == 4

        short = timedelta(seconds=0.6)
        async with worker(queue_target, count, claim=short), worker(queue_target, count, claim=short):
            await until(has_been_extended)
            count.gates[1].set()
            await until(lambda: empty(queue))
        assert count.begun == [1]

    async def test_what_another_took_over_is_left_to_it(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates = {1: asyncio.Event(), 2: asyncio.Event()}
        count.failures[2] = [RuntimeError()]
        await add(queue, 1, 2)
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(1, 2))
            await queue.execute(
                "UPDATE addressee.jobs SET claimed_by = gen_random_uuid(), claimed_until = now() + interval '1 minute'"
            )
            for gate in count.gates.values():
                gate.set()
            await add(queue, 3)
            await until(lambda: count.has_done(1, 3))
        assert await stored(queue, "failures") == [0, 0]
        assert None not in await stored(queue, "claimed_by")


class TestStopping:
    async def test_a_stopped_worker_finishes_what_it_does_and_takes_nothing_else(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates[1] = asyncio.Event()
        await add(queue, 1)
        stop = asyncio.Event()
        working = asyncio.create_task(work(queue_target, [JobHandler(Number, count)], stop))
        await until(lambda: count.has_begun(1))
        stop.set()
        await add(queue, 2)
        count.gates[1].set()
        await working
        assert count.done == [1]
        assert await stored(queue, "arguments") == [b'{"number":2}']

    async def test_what_does_not_finish_in_time_is_given_back_at_once(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates[1] = asyncio.Event()
        await add(queue, 1, 2, 3, lane="a")
        async with worker(queue_target, count, grace=0.1):
            await until(lambda: count.has_begun(1))
        assert await stored(queue, "(claimed_by, claimed_until, failures)") == [(None, None, 0)] * 3
        del count.gates[1]
        async with worker(queue_target, count):
            await until(lambda: empty(queue))
        assert count.done == [1, 2, 3]

    async def test_a_cancelled_job_is_not_lost(self, queue: Pool, queue_target: Target) -> None:
        tasks: list[asyncio.Task[None] | None] = []
        started = asyncio.Event()

        async def hang_once(_: Number) -> None:
            tasks.append(asyncio.current_task())
            if len(tasks) == 1:
                started.set()
                await asyncio.Event().wait()

        await add(queue, 1)
        async with worker(queue_target, hang_once):
            await started.wait()
            assert tasks[0] is not None
            tasks[0].cancel()
            await until(lambda: empty(queue))
        assert len(tasks) == 2


class TestWithoutTheDatabase:
    async def test_work_goes_on_while_a_slow_job_still_runs(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        count.gates[1] = asyncio.Event()
        await add(queue, 1)
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(1))
            for number in (2, 3, 4):
                await end_all_connections(queue_target)
                await until(lambda number=number: is_added(queue, number))  # type: ignore[misc]
                await until(lambda number=number: count.has_done(number))  # type: ignore[misc]
            count.gates[1].set()
            await until(lambda: empty(queue))
        assert Counter(count.done)[1] == 1

    async def test_failures_because_it_was_away_do_not_count(self, queue: Pool, queue_target: Target) -> None:
        begun = 0

        async def need_the_database(_: Number) -> None:
            nonlocal begun
            begun += 1
            if begun <= 4:
                await queue.execute("SELECT pg_sleep(60)")

        async def sleeps(times: int) -> bool:
            asleep = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'pg_sleep.60'"
            )
            try:
                return begun == times and await queue.fetchval(asleep + " AND pid <> pg_backend_pid()") == 1
            except AWAY:
                return False

        await add(queue, 1)
        async with worker(queue_target, need_the_database, attempts=2):
            for times in range(1, 5):
                await until(lambda times=times: sleeps(times))  # type: ignore[misc]
                await end_all_connections(queue_target)
            await until(lambda: is_empty(queue))
        assert begun == 5

    async def test_a_failure_that_could_not_be_recorded_is_tried_again(
        self, queue: Pool, queue_target: Target, count: Counting
    ) -> None:
        """The database goes away while the job runs, and the job fails of itself."""
        count.gates[1] = asyncio.Event()
        count.failures[1] = [RuntimeError()]
        await add(queue, 1)
        async with worker(queue_target, count):
            await until(lambda: count.has_begun(1))
            await end_all_connections(queue_target)
            count.gates[1].set()

            async def has_failed_once() -> bool:
                try:
                    return await stored(queue, "(failures, held_at IS NULL)") == [(1, True)]
                except AWAY:
                    return False

            await until(has_failed_once)
            await spare_the_pauses(queue)
            await until(lambda: empty(queue))
        assert count.done == [1]


async def is_added(queue: Pool, number: int) -> bool:
    try:
        await add(queue, number)
    except AWAY:
        return False
    return True
