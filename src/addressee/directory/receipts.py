"""How long the repetition of a write under a caller's key is recognised."""

from datetime import datetime, timedelta

from addressee.database.pool import Connection
from addressee.database.queries import load

SQL = load(__package__)

RECEIPT_LIFE = timedelta(hours=24)


async def delete_expired_receipts(connection: Connection, now: datetime) -> None:
    await connection.execute(SQL["delete_expired_edit_receipts"], now - RECEIPT_LIFE)
