"""Counts of several processes add up, a flush is added once however often it is tried, and memory has a bound."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from addressee.database.pool import Pool
from addressee.traffic.measures import RUNS, WRITES
from addressee.traffic.minute_counts import LOST, MinuteCounts
from tests.conftest import Environment

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Watch:
    """A time in seconds that the test sets."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at.timestamp()


class FailingPool:
    """Connections that are cut: before the statement, or after it was carried out and before it was answered."""

    def __init__(self, pool: Pool, *, carries_out: bool) -> None:
        self._pool = pool
        self._carries_out = carries_out

    async def execute(self, *statement: object) -> str:
        if self._carries_out:
            await self._pool.execute(*statement)  # type: ignore[arg-type]
        raise asyncpg.ConnectionDoesNotExistError


async def stored(pool: Pool, environment: Environment) -> list[tuple[datetime, str, int]]:
    rows = await pool.fetch(
        "SELECT minute, name, count FROM addressee.minute_counts WHERE environment_id = $1 ORDER BY minute, name",
        environment.id,
    )
    return [tuple(row) for row in rows]


async def test_counts_of_several_processes_add_up(pool: Pool, environment: Environment) -> None:
    one, other = MinuteCounts(Watch()), MinuteCounts(Watch())
    one.add(environment.id, WRITES, 3)
    other.add(environment.id, WRITES, 4)
    other.add(environment.id, RUNS, 1)
    await asyncio.gather(one.flush(pool), other.flush(pool))
    one.add(environment.id, WRITES, 5)
    await one.flush(pool)
    await one.flush(pool)
    assert await stored(pool, environment) == [(NOON, RUNS, 1), (NOON, WRITES, 12)]


async def test_a_count_belongs_to_the_minute_in_which_it_was_made(pool: Pool, environment: Environment) -> None:
    watch = Watch(NOON.replace(second=59))
    counts = MinuteCounts(watch)
    counts.add(environment.id, WRITES, 1)
    watch.at = NOON.replace(minute=1)
    counts.add(environment.id, WRITES, 2)
    await counts.flush(pool)
    assert await stored(pool, environment) == [(NOON, WRITES, 1), (NOON.replace(minute=1), WRITES, 2)]


async def test_environments_are_counted_apart(
    pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    counts = MinuteCounts(Watch())
    counts.add(environment.id, WRITES, 1)
    counts.add(other_environment.id, WRITES, 2)
    await counts.flush(pool)
    assert await stored(pool, environment) == [(NOON, WRITES, 1)]
    assert await stored(pool, other_environment) == [(NOON, WRITES, 2)]


async def test_subjects_are_counted_apart_from_their_environment(pool: Pool, environment: Environment) -> None:
    one, other = UUID(int=1), UUID(int=2)
    counts = MinuteCounts(Watch())
    counts.add(environment.id, "a", 1)
    counts.add(environment.id, "a", 2, one)
    counts.add(environment.id, "a", 3, other)
    await counts.flush(pool)
    counts.add(environment.id, "a", 4, one)
    await counts.flush(pool)
    assert await stored(pool, environment) == [(NOON, "a", 1), (NOON, f"a/{one}", 6), (NOON, f"a/{other}", 3)]
    subjects = "SELECT subject FROM addressee.minute_counts WHERE environment_id = $1 ORDER BY name"
    assert [row["subject"] for row in await pool.fetch(subjects, environment.id)] == [None, one, other]


@pytest.mark.parametrize("carries_out", [False, True], ids=["before it was stored", "after it was stored"])
async def test_a_flush_that_fails_is_repeated_and_added_once(
    pool: Pool, environment: Environment, *, carries_out: bool
) -> None:
    counts = MinuteCounts(Watch())
    counts.add(environment.id, WRITES, 3)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await counts.flush(FailingPool(pool, carries_out=carries_out))  # type: ignore[arg-type]
    counts.add(environment.id, WRITES, 4)
    await counts.flush(pool)
    assert await stored(pool, environment) == [(NOON, WRITES, 7)]


async def test_a_process_remembers_a_bounded_number_of_counts(pool: Pool, environment: Environment) -> None:
    lost = LOST._value.get()
    counts = MinuteCounts(Watch(), max_counts=2)
    for name in ("a", "b", "c"):
        counts.add(environment.id, name, 1)
    counts.add(environment.id, "a", 1)
    await counts.flush(pool)
    counts.add(environment.id, "c", 1)
    await counts.flush(pool)
    assert await stored(pool, environment) == [(NOON, "a", 2), (NOON, "b", 1), (NOON, "c", 1)]
    assert LOST._value.get() - lost == 1
