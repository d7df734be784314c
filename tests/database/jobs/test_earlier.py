"""Jobs that the version before has queued, in its library's tables, are run by workers of this version."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from addressee.database.jobs.earlier import keep_moving
from addressee.database.jobs.queue import Wakeup
from addressee.database.migrate import migrate
from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from tests.support.queue import Number, worker
from tests.support.waiting import until

OLD_TABLES = Path(__file__).with_name("version_4_jobs.sql").read_text()

HOUR = "interval '1 hour'"

# Of number 4 the worker is dead, of number 5 alive.
OLD_JOBS = f"""
    INSERT INTO addressee_jobs.pgqueuer (status, entrypoint, payload, attempts, created, execute_after, heartbeat)
    VALUES
      ('queued', 'count', '{{"number":1}}', 0, now() - {HOUR}, now() - {HOUR}, now()),
      ('queued', 'count', '{{"number":2}}', 3, now() - {HOUR}, now() + {HOUR}, now()),
      ('failed', 'count', '{{"number":3}}', 10, now() - {HOUR}, now() - {HOUR}, now()),
      ('picked', 'count', '{{"number":4}}', 1, now() - {HOUR}, now() - {HOUR}, now() - {HOUR}),
      ('picked', 'count', '{{"number":5}}', 2, now() - {HOUR}, now() - {HOUR}, now())
"""
MOVED = [
    (b'{"number":1}', 0, False, False),
    (b'{"number":2}', 3, True, False),
    (b'{"number":3}', 10, False, True),
    (b'{"number":4}', 1, False, False),
    (b'{"number":5}', 2, False, False),
]


@pytest.fixture
async def pool(empty: Target) -> AsyncIterator[Pool]:
    await migrate(empty, finish=False)
    pool = await open_pool(empty)
    await pool.execute(OLD_TABLES)
    await pool.execute(OLD_JOBS)
    yield pool
    await pool.close()


async def moved(pool: Pool) -> list[tuple[object, ...]]:
    rows = await pool.fetch(
        """
        SELECT arguments, failures, due_at > now(), held_at IS NOT NULL
        FROM addressee.jobs
        WHERE name = 'count'
        ORDER BY arguments
        """
    )
    return [tuple(row) for row in rows]


async def test_what_no_worker_of_the_version_before_runs_is_moved_and_run(pool: Pool, empty: Target) -> None:
    done: list[int] = []

    async def count(job: Number) -> None:
        done.append(job.number)

    async def has_done(number: int) -> bool:
        return number in done

    stop = asyncio.Event()
    moving = asyncio.create_task(keep_moving(pool, Wakeup(pool), stop))
    async with worker(empty, count):
        await until(lambda: has_done(4))
        await pool.execute(
            "INSERT INTO addressee_jobs.pgqueuer (status, entrypoint, payload) VALUES ('queued', 'count', $1)",
            b'{"number":6}',
        )
        await until(lambda: has_done(6))
    stop.set()
    await moving
    assert done == [1, 4, 6]
    assert await moved(pool) == [MOVED[1], MOVED[2]]
    assert [row["payload"] for row in await pool.fetch("SELECT payload FROM addressee_jobs.pgqueuer")] == [MOVED[4][0]]


async def test_the_post_migration_moves_everything_and_drops_the_tables(pool: Pool, empty: Target) -> None:
    assert "0005_jobs.post" in await migrate(empty, finish=True)
    assert await moved(pool) == MOVED
    with pytest.raises(asyncpg.UndefinedTableError):
        await pool.execute("TABLE addressee_jobs.pgqueuer")


async def test_moving_ends_once_the_tables_are_gone(pool: Pool, empty: Target) -> None:
    await migrate(empty, finish=True)
    await asyncio.wait_for(keep_moving(pool, Wakeup(pool), asyncio.Event()), 10)
