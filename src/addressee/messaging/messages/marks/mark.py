"""Marks on messages, like seen or archived, and the conditions under which a message may have them (knock.md §3.9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import Enum, StrEnum

import asyncpg
import msgspec

from addressee.channels.provider import ChannelType
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.model import Message, lock_messages, lock_messages_and_heads, read_living_messages
from addressee.messaging.messages.status import Status
from addressee.messaging.realtime.changes import FeedChange, FeedTopic

SQL = load(__package__)

# The statuses in which a message may have reached its recipient.
GONE_OUT = frozenset({Status.SENT, Status.DELIVERED})


class Mark(StrEnum):
    SEEN = "seen"
    UNSEEN = "unseen"
    READ = "read"
    UNREAD = "unread"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    INTERACTED = "interacted"
    DISMISSED = "dismissed"
    CLICKED = "link_clicked"


# The marks that follow each other, in their order.
STAGES: Sequence[str] = (Mark.SEEN, Mark.DISMISSED, Mark.INTERACTED)


class MarkResult(Enum):
    """The result of a request to mark a message."""

    DONE = "done"
    MISSING = "missing"
    BLOCKED = "blocked"
    UNSUPPORTED = "unsupported"


def mark_result(message: Message | None, mark: Mark) -> MarkResult:
    """Returns the result of marking a message: DONE where it may be.

    Seen, dismissed and interacted follow each other, on a message that was sent, and none of them is taken back. Only
    messages in a feed are read, unread, archived and unarchived, as often as one likes.
    """
    if message is None:
        return MarkResult.MISSING
    if mark not in STAGES:
        return MarkResult.DONE if message.channel.type is ChannelType.IN_APP_FEED else MarkResult.UNSUPPORTED
    if message.status not in GONE_OUT:
        return MarkResult.BLOCKED
    rank = STAGES.index(message.stage) if message.stage in STAGES else -1
    return MarkResult.DONE if STAGES.index(mark) >= rank else MarkResult.BLOCKED


def has_mark(message: Message, mark: Mark) -> bool:
    """Returns whether a message has a mark."""
    match mark:
        case Mark.SEEN | Mark.UNSEEN:
            return (message.seen_at is not None) == (mark is Mark.SEEN)
        case Mark.READ | Mark.UNREAD:
            return (message.read_at is not None) == (mark is Mark.READ)
        case Mark.ARCHIVED | Mark.UNARCHIVED:
            return (message.archived_at is not None) == (mark is Mark.ARCHIVED)
        case Mark.INTERACTED:
            return message.interacted_at is not None or message.link_clicked_at is not None
        case Mark.DISMISSED:
            return message.dismissed_at is not None
        case Mark.CLICKED:
            return message.link_clicked_at is not None


async def add_marks(
    connection: Connection, environment_id: int, ids: Sequence[str], marks: Collection[Mark], now: datetime
) -> tuple[list[Message], list[FeedChange]]:
    """Marks messages in the caller's transaction, each in all of these ways.

    Returns them in the order asked for, and what changed, to be announced once the transaction has committed. A mark
    that a message has already keeps its time.
    """
    await lock_messages_and_heads(connection, environment_id, ids)
    messages = await read_living_messages(connection, environment_id, ids)
    lacking = {mark: [each.id for each in messages if not has_mark(each, mark)] for mark in marks}
    changes: list[FeedChange] = []
    for mark in Mark:
        if changing := lacking.get(mark):
            changes += await set_mark(connection, environment_id, changing, mark, now=now)
    return await read_living_messages(connection, environment_id, ids) if changes else messages, changes


async def set_mark(
    connection: Connection,
    environment_id: int,
    ids: Sequence[str],
    mark: Mark,
    *,
    owners: Collection[Identity] | None = None,
    metadata: Document | None = None,
    now: datetime,
) -> list[FeedChange]:
    """Marks messages in the caller's transaction, with `owners` only theirs.

    Returns those that changed, each for itself, to be announced once the transaction has committed.
    """
    # Locked first, as `lock_messages` asks of whoever changes several.
    await lock_messages(connection, environment_id, ids)
    rows = await connection.fetch(
        *SQL["mark_messages"](
            environment_id=environment_id,
            ids=ids,
            mark=mark,
            now=now,
            uids=None if owners is None else [owner.uid for owner in owners],
            metadata=None if metadata is None else msgspec.json.encode(metadata),
        )
    )
    marked = [
        NewEvent(
            row["id"],
            Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
            f"message.{mark}",
            metadata,
        )
        for row in rows
    ]
    await insert_events(connection, environment_id, marked, now)
    return [FeedChange(topic_of(environment_id, row), mark, (row["id"],)) for row in rows]


def topic_of(environment_id: int, row: asyncpg.Record) -> FeedTopic:
    return FeedTopic(environment_id, row["channel_id"], row["collection"], row["recipient_id"])
