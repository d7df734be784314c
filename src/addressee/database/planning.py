"""Plans for tables that grow fast.

The plan of a prepared statement may have been made when a table was nearly empty, and read the whole table for each
row. The server keeps it until it analyzes the table again, a minute or two after it has grown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load

SQL = load(__package__)


@asynccontextmanager
async def planned_anew(pool: Pool) -> AsyncIterator[Connection]:
    """Opens a transaction whose statements are planned each time, and never read a whole table.

    It is for statements that touch many rows at once, each of which is found by an index.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(*SQL["plan_anew"]())
        yield connection
