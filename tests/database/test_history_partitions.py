"""The months of the history."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from addressee.database.history_partitions import drop_expired_partitions, ensure_partitions
from addressee.database.migrate import connect, migrate
from addressee.database.pool import Connection
from addressee.database.target import Target

FAR = datetime(2090, 11, 30, 23, tzinfo=UTC)


@pytest.fixture
async def connection(empty: Target) -> AsyncIterator[Connection]:
    """To a migrated database whose history has only the default partition."""
    await migrate(empty, finish=True)
    async with connect(empty) as connection:
        for name in await names(connection):
            await connection.execute(f"DROP TABLE addressee.{name}")
        yield connection


async def names(connection: Connection) -> list[str]:
    """Of the partitions for a month."""
    query = "SELECT relname FROM pg_class WHERE relname ~ '^changes_[0-9]{4}_[0-9]{2}$' ORDER BY relname"
    return [row["relname"] for row in await connection.fetch(query)]


async def add_change(connection: Connection, recorded_at: datetime) -> None:
    statement = """
        INSERT INTO addressee.changes (environment_id, collection, id, version, ordinal, recorded_at, uid, edit)
        VALUES (1, '$users', 'ann', 1, 0, $1, $2, 'identify')
    """
    await connection.execute(statement, recorded_at, uuid4())


async def recorded(connection: Connection) -> list[tuple[str, datetime]]:
    rows = await connection.fetch(
        "SELECT tableoid::regclass::text AS place, recorded_at FROM addressee.changes ORDER BY 2"
    )
    return [(row["place"].removeprefix("addressee."), row["recorded_at"]) for row in rows]


async def test_this_month_and_the_next_two_are_made_once(connection: Connection) -> None:
    await ensure_partitions(connection, FAR)
    await ensure_partitions(connection, FAR)
    assert await names(connection) == ["changes_2090_11", "changes_2090_12", "changes_2091_01"]


async def test_a_change_goes_to_the_partition_of_its_month_in_utc(connection: Connection) -> None:
    await ensure_partitions(connection, FAR)
    await add_change(connection, datetime(2090, 11, 30, 23, 59, 59, tzinfo=UTC))
    await add_change(connection, datetime(2090, 12, 1, tzinfo=UTC))
    assert [place for place, _ in await recorded(connection)] == ["changes_2090_11", "changes_2090_12"]


async def test_a_month_that_the_default_partition_holds_stays_there(connection: Connection) -> None:
    await add_change(connection, datetime(2090, 12, 24, tzinfo=UTC))
    await ensure_partitions(connection, FAR)
    assert await names(connection) == ["changes_2090_11", "changes_2091_01"]
    assert [place for place, _ in await recorded(connection)] == ["changes_default"]


async def test_expired_months_are_dropped_wherever_they_are(connection: Connection) -> None:
    kept = datetime(2090, 10, 1, tzinfo=UTC)
    await add_change(connection, datetime(2090, 9, 30, tzinfo=UTC))
    await ensure_partitions(connection, datetime(2090, 7, 1, tzinfo=UTC))
    await ensure_partitions(connection, kept)
    await add_change(connection, kept)
    assert (await names(connection))[:3] == ["changes_2090_07", "changes_2090_08", "changes_2090_10"]
    await drop_expired_partitions(connection, FAR, keep_months=1)
    assert await names(connection) == ["changes_2090_10", "changes_2090_11", "changes_2090_12"]
    assert await recorded(connection) == [("changes_2090_10", kept)]
