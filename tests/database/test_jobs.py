"""Jobs on a database of their own: enqueued with a transaction, run once or again, held when they keep failing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from addressee.database.jobs import (
    MAX_CONCURRENT_JOBS,
    Handling,
    Hint,
    Job,
    enqueue,
    forget_finished,
    queue_state,
    work,
)
from addressee.database.migrate import migrate
from addressee.database.pool import AWAY, Pool, open_pool
from addressee.database.target import Target
from tests.support.servers import fresh_database
from tests.support.waiting import until


class Number(msgspec.Struct):
    number: int


@pytest.fixture(scope="module")
async def target(target: Target) -> AsyncIterator[Target]:
    async with fresh_database(target) as fresh:
        await migrate(fresh, finish=True)
        yield fresh


@pytest.fixture
async def pool(target: Target) -> AsyncIterator[Pool]:
    pool = await open_pool(target)
    yield pool
    await pool.execute("TRUNCATE addressee_jobs.pgqueuer, addressee_jobs.pgqueuer_log")
    await pool.close()


async def add(pool: Pool, *numbers: int, delay: timedelta | None = None) -> None:
    async with pool.acquire() as connection:
        await enqueue(connection, [Job("count", {"number": number}, delay) for number in numbers])


@asynccontextmanager
async def worker(
    pool: Pool,
    handler: Callable[[Number], Awaitable[None]],
    *,
    attempts: int = 10,
    heartbeat_timeout: timedelta = timedelta(seconds=30),
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    handlings = {"count": Handling(Number, handler, attempts)}
    task = asyncio.create_task(work(pool, handlings, stop, heartbeat_timeout=heartbeat_timeout))
    try:
        yield
    finally:
        stop.set()
        await task


async def empty(pool: Pool) -> bool:
    return await queue_state(pool) == []


async def test_a_job_exists_exactly_when_its_transaction_commits(pool: Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await enqueue(connection, [Job("count", {"number": 1})])
        await transaction.rollback()
        assert await empty(pool)
        async with connection.transaction():
            await enqueue(connection, [Job("count", {"number": 1}), Job("count", {"number": 2})])
            await enqueue(connection, [])
    (state,) = await queue_state(pool)
    assert (state.name, state.waiting, state.held) == ("count", 2, 0)


async def test_every_job_is_run_once_and_forgotten(pool: Pool) -> None:
    done: list[int] = []

    async def count(job: Number) -> None:
        done.append(job.number)

    await add(pool, *range(100))
    async with worker(pool, count), worker(pool, count):
        await until(lambda: empty(pool))
    assert sorted(done) == list(range(100))


async def test_a_worker_takes_only_so_much_at_a_time(pool: Pool) -> None:
    at_once: list[int] = []
    running = 0

    async def count(_: Number) -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        await pool.execute("SELECT pg_sleep(0.01)")
        running -= 1

    await add(pool, *range(100))
    async with worker(pool, count):
        await until(lambda: empty(pool))
    assert len(at_once) == 100
    assert max(at_once) <= MAX_CONCURRENT_JOBS


async def test_a_deferred_job_waits(pool: Pool) -> None:
    done: list[int] = []

    async def count(job: Number) -> None:
        done.append(job.number)

    await add(pool, 1, delay=timedelta(hours=1))
    await add(pool, 2)
    async with worker(pool, count):
        await until(lambda: contains(done, 2))
        await pool.execute("UPDATE addressee_jobs.pgqueuer SET execute_after = now() - interval '1 second'")
        await until(lambda: empty(pool))
    assert done == [2, 1]


async def contains(numbers: list[int], number: int) -> bool:
    return number in numbers


async def test_a_failing_job_is_tried_again_and_then_held(pool: Pool) -> None:
    attempts: list[int] = []

    async def fail(job: Number) -> None:
        attempts.append(job.number)
        raise RuntimeError("as the test wants it")

    async def held() -> bool:
        # The waits between attempts are not what is shown here.
        await pool.execute("UPDATE addressee_jobs.pgqueuer SET execute_after = now() WHERE status = 'queued'")
        return [(state.waiting, state.held) for state in await queue_state(pool)] == [(0, 1)]

    await add(pool, 1)
    async with worker(pool, fail, attempts=2):
        await until(held)
    assert attempts == [1, 1, 1]


async def test_a_job_of_a_dead_worker_is_taken_over(pool: Pool) -> None:
    done: list[int] = []

    async def count(job: Number) -> None:
        done.append(job.number)

    await add(pool, 1)
    await pool.execute(
        """
        UPDATE addressee_jobs.pgqueuer
        SET status = 'picked', heartbeat = now() - interval '31 seconds', queue_manager_id = gen_random_uuid()
        """
    )
    async with worker(pool, count):
        await until(lambda: empty(pool))
    assert done == [1]


async def test_a_stopped_worker_finishes_what_it_does(pool: Pool) -> None:
    started = asyncio.Event()
    go_on = asyncio.Event()
    done: list[int] = []

    async def count(job: Number) -> None:
        started.set()
        await go_on.wait()
        done.append(job.number)

    await add(pool, 1)
    stop = asyncio.Event()
    working = asyncio.create_task(work(pool, {"count": Handling(Number, count)}, stop))
    await started.wait()
    stop.set()
    go_on.set()
    await working
    assert done == [1]
    assert await empty(pool)


async def test_a_cancelled_job_is_not_lost(pool: Pool) -> None:
    started = asyncio.Event()
    tasks: list[asyncio.Task[None] | None] = []

    async def hang(_: Number) -> None:
        if not tasks:
            tasks.append(asyncio.current_task())
            started.set()
            await asyncio.Event().wait()

    await add(pool, 1)
    async with worker(pool, hang):
        await started.wait()
        assert tasks[0] is not None
        tasks[0].cancel()
        await until(lambda: empty(pool))
    attempts = await pool.fetchval("SELECT count(*) FROM addressee_jobs.pgqueuer_log WHERE status = 'successful'")
    assert attempts == 1


async def test_work_goes_on_after_the_database_ended_all_connections(pool: Pool, target: Target) -> None:
    done: list[int] = []

    async def count(job: Number) -> None:
        done.append(job.number)

    async with worker(pool, count):
        await add(pool, 1)
        await until(lambda: contains(done, 1))
        for _ in range(3):
            administrator = await asyncpg.connect(**target.arguments)
            await administrator.execute(
                """
                SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
            await administrator.close()
        await until(lambda: added(pool, 2))
        await until(lambda: contains(done, 2))
    assert sorted(set(done)) == [1, 2]


async def added(pool: Pool, number: int) -> bool:
    try:
        await add(pool, number)
    except AWAY:
        return False
    return True


async def test_a_hint_spares_the_wait_and_many_are_one(pool: Pool) -> None:
    heard: list[str] = []
    async with pool.acquire() as connection:
        await connection.add_listener("ch_pgqueuer", lambda *event: heard.append(event[-1]))
        hint = Hint(pool)
        for _ in range(100):
            hint.give()
        await until(lambda: told(heard))
        await pool.fetchval("SELECT 1")
        assert len(heard) == 1
        await connection.reset()


async def told(heard: list[str]) -> bool:
    return bool(heard)


async def test_the_queues_state_tells_how_long_the_oldest_job_is_due(pool: Pool) -> None:
    await add(pool, 1)
    await add(pool, 2, delay=timedelta(hours=1))
    await pool.execute(
        "UPDATE addressee_jobs.pgqueuer SET execute_after = now() - interval '90 seconds' WHERE execute_after <= now()"
    )
    (state,) = await queue_state(pool)
    assert (state.waiting, state.held) == (2, 0)
    assert 90 <= state.oldest_seconds < 120


async def test_the_librarys_log_is_forgotten(pool: Pool) -> None:
    await add(pool, 1, 2)
    await pool.execute(
        """
        UPDATE addressee_jobs.pgqueuer_log
        SET aggregated = true, created = now() - interval '8 days'
        WHERE job_id = (SELECT min(job_id) FROM addressee_jobs.pgqueuer_log)
        """
    )
    async with pool.acquire() as connection:
        await forget_finished(connection, datetime.now(UTC) - timedelta(days=7))
    assert await pool.fetchval("SELECT count(*) FROM addressee_jobs.pgqueuer_log") == 1
