"""Deletes sessions, invitations and failed tries that have expired."""

from __future__ import annotations

from datetime import datetime

from addressee.database.expiry import delete_before
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.operators.sessions import IDLE_LIFE
from addressee.operators.tries import FORGOTTEN_AFTER

SQL = load(__package__)


async def delete_expired_access(connection: Connection, now: datetime) -> None:
    await delete_before(connection, SQL["delete_old_sessions"], now - IDLE_LIFE)
    await delete_before(connection, SQL["delete_old_invitations"], now)
    await delete_before(connection, SQL["delete_old_tries"], now - FORGOTTEN_AFTER)
