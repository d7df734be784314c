"""Stored counts of feeds: kept for those who have many messages, so that reading a feed counts only the newest.

A recipient's head says up to when its messages are counted. What is stored later is newer, so it changes nothing here;
whoever marks, moves or deletes what is counted moves the counts by it (queries/parts/shift_feed_counts.sql).
"""

from __future__ import annotations

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity

SQL = load(__package__)

# A reader that has looked at so many messages to count them stores the counts.
MOST_UNCOUNTED = 1000

# The recipient's head is held for a page, and a reader waits for some of them.
PAGE_SIZE = 10_000
MOST_PAGES = 20


async def store_counts(connection: Connection, owner: Identity) -> None:
    """Brings the stored counts of an identity's feeds near to its newest message, unless somebody else does."""
    identity = {"environment_id": owner.environment_id, "recipient_id": owner.id, "uid": owner.uid}
    for _ in range(MOST_PAGES):
        async with connection.transaction():
            # A statement of its own: the next one sees what the last holder committed.
            if not await connection.fetchval(*SQL["hold_uncounted"](**identity)):
                return
            if await connection.fetchval(*SQL["count_on"](**identity, limit=PAGE_SIZE)) < PAGE_SIZE:
                return
