"""What recipients do with their messages: seeing, reading, archiving, interacting (knock.md §3.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.receipts import Receipt, keep
from addressee.directory.recipient import USERS, Document
from addressee.messaging.events import Happening, insert_events
from addressee.messaging.message import Message, lock_messages
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
    receipt: Receipt | None,
    now: datetime,
) -> list[Message]:
    """The messages among `ids` as they are afterwards, in that order; with `user`, only that user's own.

    Marking again refreshes the time. Taking away a mark that is not there changes nothing.
    """
    async with pool.acquire() as connection, connection.transaction():
        await set_mark(connection, environment_id, ids, mark, user=user, metadata=metadata, now=now)
        messages = await read_messages(connection, environment_id, ids)
        messages = [message for message in messages if belongs(message, user)]
        await keep(connection, receipt, messages, now)
    return messages


async def set_mark(
    connection: Connection,
    environment_id: int,
    ids: Sequence[str],
    mark: Mark,
    *,
    user: str | None = None,
    metadata: Document | None = None,
    now: datetime,
) -> int:
    """Marks messages in the caller's transaction, and says how many changed."""
    # Locked first: what changes is then what others have left, and nobody waits for each other (lock_messages).
    await lock_messages(connection, environment_id, ids)
    rows = await connection.fetch(SQL["mark_messages"], environment_id, list(ids), mark, now, USERS, user)
    marked = [
        Happening(row["id"], Identity(row["collection"], row["recipient_id"], row["uid"]), f"message.{mark}", metadata)
        for row in rows
    ]
    await insert_events(connection, environment_id, marked, now)
    return len(marked)


def belongs(message: Message, user: str | None) -> bool:
    return user is None or (message.recipient.collection, message.recipient.id) == (USERS, user)
