"""Deletes what has expired, some at a time, so that no statement takes long."""

from __future__ import annotations

from datetime import datetime

from addressee.database.pool import Connection
from addressee.database.queries import Statement

DELETED_AT_A_TIME = 10_000


async def delete_before(connection: Connection, statement: Statement, before: datetime) -> None:
    """Runs a DELETE of up to `:limit` rows that are no newer than `:before`, until fewer are left."""
    deleted = f"DELETE {DELETED_AT_A_TIME}"
    while deleted == f"DELETE {DELETED_AT_A_TIME}":
        deleted = await connection.execute(*statement(before=before, limit=DELETED_AT_A_TIME))
