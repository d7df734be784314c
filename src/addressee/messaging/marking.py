"""What recipients do with their messages: seeing, reading, archiving, interacting (knock.md §3.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import USERS, Document
from addressee.messaging.events import Happening, insert_events
from addressee.messaging.message import Message
from addressee.messaging.reading import read_messages
from addressee.messaging.runs import Identity

SQL = load(__package__)


class Mark(StrEnum):
    SEEN = "seen"
    UNSEEN = "unseen"
    READ = "read"
    UNREAD = "unread"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    INTERACTED = "interacted"


async def mark_messages(
    pool: Pool,
    environment_id: int,
    ids: Sequence[str],
    mark: Mark,
    *,
    user: str | None,
    metadata: Document | None,
    now: datetime,
) -> list[Message]:
    """The messages among `ids` as they are afterwards, in that order; with `user`, only that user's own.

    Marking again refreshes the time. Taking away a mark that is not there changes nothing.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(SQL["mark_messages"], environment_id, sorted(set(ids)), mark, now, USERS, user)
        marked = [
            Happening(
                row["id"], Identity(row["collection"], row["recipient_id"], row["uid"]), f"message.{mark}", metadata
            )
            for row in rows
        ]
        await insert_events(connection, environment_id, marked, now)
        messages = await read_messages(connection, environment_id, ids)
    return [message for message in messages if belongs(message, user)]


def belongs(message: Message, user: str | None) -> bool:
    return user is None or (message.recipient.collection, message.recipient.id) == (USERS, user)
