"""Deletes what has expired, some at a time, so that no statement takes long."""

from __future__ import annotations

from datetime import datetime

from addressee.database.pool import Connection

DELETED_AT_A_TIME = 10_000


async def delete_before(connection: Connection, statement: str, before: datetime) -> None:
    """Runs a DELETE of rows up to `before` ($1), at most as many as $2 says, until fewer are left."""
    deleted = f"DELETE {DELETED_AT_A_TIME}"
    while deleted == f"DELETE {DELETED_AT_A_TIME}":
        deleted = await connection.execute(statement, before, DELETED_AT_A_TIME)
