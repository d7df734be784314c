"""Histories that were retained of deleted recipients."""

from __future__ import annotations

from addressee.database.jobs.queue import enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity, Place
from addressee.directory.writing.erase import Erase

SQL = load(__package__)


async def forget_retained(connection: Connection, place: Place) -> list[Identity]:
    """Removes the histories that were retained at a place from all reads, and queues the job that erases them.

    It does so in the caller's transaction, and returns the identities whose histories they were.
    """
    people = [Identity(*row) for row in await connection.fetch(*SQL["forget_retained"](**place._asdict()))]
    if people:
        await enqueue(connection, [Erase(people)])
    return people
