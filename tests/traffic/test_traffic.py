"""Counts over an hour, a day and a month, of minutes and of the hours that these have become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from addressee.database.pool import Pool
from addressee.traffic.expiry import expire_counts
from addressee.traffic.measures import MESSAGES, RUNS, WRITES, messages_by
from addressee.traffic.minute_counts import MinuteCounts
from addressee.traffic.traffic import DAY, HOUR, MONTH, Span, Traffic
from tests.conftest import Environment

NOW = datetime(2002, 3, 4, 12, 34, 56, tzinfo=UTC)


async def store(pool: Pool, environment: Environment, ago: timedelta, name: str, number: int) -> None:
    counts = MinuteCounts((NOW - ago).timestamp)
    counts.add(environment.id, name, number)
    await counts.flush(pool)


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (HOUR, datetime(2002, 3, 4, 11, 35, tzinfo=UTC), datetime(2002, 3, 4, 12, 34, tzinfo=UTC)),
        (DAY, datetime(2002, 3, 3, 13, 0, tzinfo=UTC), datetime(2002, 3, 4, 12, 30, tzinfo=UTC)),
        (MONTH, datetime(2002, 2, 3, tzinfo=UTC), datetime(2002, 3, 4, tzinfo=UTC)),
    ],
    ids=["hour", "day", "month"],
)
def test_steps_begin_at_whole_times_and_the_last_is_under_way(span: Span, first: datetime, last: datetime) -> None:
    begins = span.begins(NOW)
    assert (begins[0], begins[-1], len(begins)) == (first, last, span.steps)


async def test_each_step_has_what_was_counted_in_it(
    pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    await store(pool, environment, timedelta(), WRITES, 1)
    await store(pool, environment, timedelta(minutes=2), WRITES, 2)
    await store(pool, environment, timedelta(hours=3), WRITES, 4)
    await store(pool, environment, timedelta(days=3), WRITES, 8)
    await store(pool, environment, timedelta(days=3, hours=1), WRITES, 16)
    await store(pool, environment, timedelta(days=40), WRITES, 32)
    await store(pool, other_environment, timedelta(), WRITES, 64)
    async with pool.acquire() as connection:
        await expire_counts(connection, NOW)
    traffic = Traffic(pool)
    hour, day, month = [(await traffic.counts(environment.id, span, NOW)).of(WRITES) for span in (HOUR, DAY, MONTH)]
    assert hour == [0] * 57 + [2, 0, 1]
    assert day == [0] * 41 + [4, 0, 0, 0, 0, 0, 3]
    assert month == [0] * 26 + [24, 0, 0, 7]


async def test_subjects_have_their_own_counts(
    pool: Pool, environment: Environment, other_environment: Environment
) -> None:
    one, other = uuid4(), uuid4()
    for id, subject, ago, number in (
        (environment.id, one, 5, 1),
        (environment.id, one, 90, 2),
        (environment.id, one, 3000, 4),
        (environment.id, other, 5, 8),
        (other_environment.id, one, 5, 16),
    ):
        counts = MinuteCounts((NOW - timedelta(minutes=ago)).timestamp)
        counts.add(id, WRITES, number, subject)
        await counts.flush(pool)
    await store(pool, environment, timedelta(minutes=5), WRITES, 32)
    traffic, hour, day = Traffic(pool), NOW - timedelta(hours=1), NOW - timedelta(days=1)
    found = await traffic.of_subjects(environment.id, [one, UUID(int=7)], hour, day)
    last = (NOW - timedelta(minutes=5)).replace(second=0)
    assert found == {one: [(WRITES, 1, last)], UUID(int=7): []}
    assert (await traffic.counts(environment.id, HOUR, NOW)).by_name == {WRITES: [0] * 54 + [32] + [0] * 5}


async def test_names_have_totals(pool: Pool, environment: Environment) -> None:
    await store(pool, environment, timedelta(), messages_by("email"), 2)
    await store(pool, environment, timedelta(minutes=5), messages_by("email"), 3)
    await store(pool, environment, timedelta(), messages_by("sms"), 1)
    await store(pool, environment, timedelta(), RUNS, 9)
    counts = await Traffic(pool).counts(environment.id, HOUR, NOW)
    assert counts.totals(MESSAGES) == {"email": 5, "sms": 1}
    assert counts.of("nothing") == [0] * 60
