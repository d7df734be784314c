"""What a process counts is stored at its end at the latest; nothing is counted for connections without a keeper."""

from __future__ import annotations

from addressee.database.pool import Pool, open_pool
from addressee.database.target import Target
from addressee.traffic.counting import COUNTS, count, counting
from addressee.traffic.measures import WRITES
from tests.conftest import Environment


async def total(pool: Pool, environment: Environment) -> int:
    statement = "SELECT coalesce(sum(count), 0)::int FROM addressee.minute_counts WHERE environment_id = $1"
    number: int = await pool.fetchval(statement, environment.id)
    return number


async def test_the_end_of_a_process_stores_what_it_counted(
    pool: Pool, target: Target, environment: Environment
) -> None:
    own = await open_pool(target)
    async with counting(own):
        count(own, environment.id, WRITES)
        count(own, environment.id, WRITES, 2)
        count(own, environment.id, WRITES, 0)
    assert await total(pool, environment) == 3
    await own.close()


async def test_connections_without_a_keeper_count_nothing(pool: Pool, target: Target, environment: Environment) -> None:
    other = await open_pool(target)
    async with counting(other):
        count(pool, environment.id, WRITES)
    count(other, environment.id, WRITES)
    assert await total(pool, environment) == 0
    assert other not in COUNTS
    await other.close()


async def test_a_process_ends_although_its_counts_cannot_be_stored(target: Target, environment: Environment) -> None:
    own = await open_pool(target)
    async with counting(own):
        count(own, environment.id, WRITES)
        await own.close()
    assert own not in COUNTS
