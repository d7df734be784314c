"""Deletes sessions, invitations and failed tries that have expired, and acts that are older than the history."""

from __future__ import annotations

from datetime import datetime

from addressee.database.expiry import delete_before
from addressee.database.history_partitions import month
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.reading.history import HISTORY_MONTHS
from addressee.operators.signing_in.sessions import IDLE_LIFE
from addressee.operators.signing_in.tries import FORGOTTEN_AFTER

SQL = load(__package__)


async def delete_expired_access(connection: Connection, now: datetime) -> None:
    await delete_before(connection, SQL["delete_old_sessions"], now - IDLE_LIFE)
    await delete_before(connection, SQL["delete_old_invitations"], now)
    await delete_before(connection, SQL["delete_old_tries"], now - FORGOTTEN_AFTER)


async def delete_old_acts(connection: Connection, now: datetime) -> None:
    """Deletes acts of the months whose history is deleted."""
    await delete_before(connection, SQL["delete_old_acts"], month(now, -HISTORY_MONTHS))
