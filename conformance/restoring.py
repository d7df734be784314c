"""Before each test of a suite: puts back everything that its environment held, as each expects to be alone."""

from __future__ import annotations

from addressee.channels.provider import ChannelType
from addressee.database.pool import Connection
from addressee.database.queries import load
from conformance.suites import ENVIRONMENT, Suite

SQL = load(__package__)


async def keep(connection: Connection) -> None:
    """Once; into tables of the schema `conformance`."""
    await connection.execute("CREATE SCHEMA conformance")
    for table in await tables(connection):
        await connection.execute(f"CREATE TABLE conformance.{table} AS SELECT * FROM addressee.{table}")


async def prepare(connection: Connection, suite: Suite, file: str) -> None:
    """For a test of `file`: undoes what the test before did, and makes a channel what the file takes it for."""
    environment_id = await connection.fetchval(*SQL["environment"](name=ENVIRONMENT))
    await restore(connection, environment_id)
    if file in suite.feeds:
        await change_channel(connection, environment_id, suite.feeds[file], ChannelType.IN_APP_FEED, "feed")


async def change_channel(
    connection: Connection, environment_id: int, id: str, type: ChannelType, provider: str
) -> None:
    await connection.execute(*SQL["change_channel"](environment_id=environment_id, id=id, type=type, provider=provider))


async def restore(connection: Connection, environment_id: int) -> None:
    of_it = f"WHERE environment_id = {environment_id:d}"
    async with connection.transaction():
        await connection.execute(
            "; ".join(
                f"DELETE FROM addressee.{table} {of_it};"
                f"INSERT INTO addressee.{table} ({columns}) OVERRIDING SYSTEM VALUE "
                f"SELECT {columns} FROM conformance.{table} {of_it}"
                for table, columns in (await tables(connection)).items()
            )
        )


async def tables(connection: Connection) -> dict[str, str]:
    """Returns the columns of each table whose rows belong to environments, as a list in SQL."""
    return {row["relname"]: row["columns"] for row in await connection.fetch(*SQL["tables_of_environments"]())}
