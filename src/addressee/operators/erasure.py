"""Erases of acts whom they were done to, when a recipient is erased. That somebody did something, and when, stays."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity

SQL = load(__package__)


async def erase_acts(connection: Connection, people: Sequence[Identity]) -> None:
    """Takes the subjects and details out of what was done to these identities."""
    await connection.execute(*SQL["erase_acts"](people=people))
