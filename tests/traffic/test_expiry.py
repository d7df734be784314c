"""Minutes become hours after two days, and hours are deleted after a month."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from addressee.database.pool import Pool
from addressee.traffic.expiry import HOURS_LIFE, expire_counts
from addressee.traffic.measures import RUNS, WRITES
from addressee.traffic.minute_counts import MinuteCounts
from tests.conftest import Environment

NOW = datetime(2001, 3, 4, 12, 30, tzinfo=UTC)


async def store(pool: Pool, environment: Environment, at: datetime, name: str, number: int) -> None:
    counts = MinuteCounts(at.timestamp)
    counts.add(environment.id, name, number)
    await counts.flush(pool)


async def stored(pool: Pool, environment: Environment, unit: str) -> list[tuple[datetime, str, int]]:
    rows = await pool.fetch(
        f"SELECT {unit}, name, count FROM addressee.{unit}_counts WHERE environment_id = $1 ORDER BY {unit}, name",
        environment.id,
    )
    return [tuple(row) for row in rows]


async def expire(pool: Pool, now: datetime) -> None:
    async with pool.acquire() as connection:
        await expire_counts(connection, now)


async def test_old_minutes_are_added_to_their_hours(pool: Pool, environment: Environment) -> None:
    hour = datetime(2001, 3, 2, 11, tzinfo=UTC)
    await store(pool, environment, hour, WRITES, 1)
    await store(pool, environment, hour + timedelta(minutes=59), WRITES, 2)
    await store(pool, environment, hour + timedelta(minutes=59), RUNS, 4)
    await store(pool, environment, hour + timedelta(minutes=60), WRITES, 8)
    await asyncio.gather(expire(pool, NOW), expire(pool, NOW))
    assert await stored(pool, environment, "hour") == [(hour, RUNS, 4), (hour, WRITES, 3)]
    assert await stored(pool, environment, "minute") == [(hour + timedelta(hours=1), WRITES, 8)]
    await store(pool, environment, hour + timedelta(minutes=30), WRITES, 16)
    await expire(pool, NOW)
    assert await stored(pool, environment, "hour") == [(hour, RUNS, 4), (hour, WRITES, 19)]


async def test_old_minutes_of_subjects_are_deleted(pool: Pool, environment: Environment) -> None:
    for at in (NOW - timedelta(days=3), NOW):
        counts = MinuteCounts(at.timestamp)
        counts.add(environment.id, RUNS, 2, UUID(int=1))
        await counts.flush(pool)
    await expire(pool, NOW)
    assert await stored(pool, environment, "hour") == []
    assert await stored(pool, environment, "minute") == [(NOW, f"{RUNS}/{UUID(int=1)}", 2)]


async def test_old_hours_are_deleted(pool: Pool, environment: Environment) -> None:
    kept = NOW.replace(minute=0) - HOURS_LIFE + timedelta(hours=1)
    for hour in (kept - timedelta(hours=1), kept):
        await store(pool, environment, hour, WRITES, 1)
    await expire(pool, NOW)
    assert await stored(pool, environment, "hour") == [(kept, WRITES, 1)]
    assert await stored(pool, environment, "minute") == []
