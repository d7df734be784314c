"""Before each of the suite's tests: puts back everything that the environment held, as each expects to be alone."""

from __future__ import annotations

from addressee.channels.providers import ChannelType
from addressee.database.pool import Connection
from addressee.database.queries import load

SQL = load(__package__)

ENVIRONMENT = "development"

# The suite has one channel for everything: a feed in one file, a channel for push notifications elsewhere.
CHANNEL = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
FEEDS = "users/test_feeds.py"


async def keep(connection: Connection, environment_id: int) -> None:
    """Once; into tables of the schema `conformance`."""
    await connection.execute("CREATE SCHEMA conformance")
    for table in await tables(connection):
        rows = f"SELECT * FROM addressee.{table} WHERE environment_id = {environment_id:d}"
        await connection.execute(f"CREATE TABLE conformance.{table} AS {rows}")


async def prepare(connection: Connection, file: str) -> None:
    """For a test of `file`: undoes what the test before did, and makes the channel what the file takes it for."""
    environment_id = await connection.fetchval(SQL["environment"], ENVIRONMENT)
    await restore(connection, environment_id)
    if file == FEEDS:
        await change_channel(connection, environment_id, ChannelType.IN_APP_FEED, "feed")


async def change_channel(connection: Connection, environment_id: int, type: ChannelType, provider: str) -> None:
    await connection.execute(SQL["change_channel"], environment_id, CHANNEL, type, provider)


async def restore(connection: Connection, environment_id: int) -> None:
    async with connection.transaction():
        await connection.execute(
            "; ".join(
                f"DELETE FROM addressee.{table} WHERE environment_id = {environment_id:d};"
                f"INSERT INTO addressee.{table} SELECT * FROM conformance.{table}"
                for table in await tables(connection)
            )
        )


async def tables(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(SQL["tables_of_environments"])]
