"""What recipients do with their messages: seeing, reading, archiving, interacting (knock.md §3.9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import Enum, StrEnum

import msgspec

from addressee.channels.providers import ChannelType
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.model import Message, lock_messages, read_living_messages
from addressee.messaging.messages.status import Status

SQL = load(__package__)

# The statuses of a message that its recipient may have before them.
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


# The marks that follow each other.
STAGES: Sequence[str] = (Mark.SEEN, Mark.DISMISSED, Mark.INTERACTED)


class Marked(Enum):
    """What became of the wish to mark a message."""

    DONE = "done"
    MISSING = "missing"
    BLOCKED = "blocked"
    UNSUPPORTED = "unsupported"


def verdict(message: Message | None, mark: Mark) -> Marked:
    """Whether a message may be marked so.

    Being seen, dismissed and interacted with follow each other, on a message that has gone out, and none is taken back.
    Only messages in a feed are read, archived and the contrary, as often as one likes.
    """
    if message is None:
        return Marked.MISSING
    if mark not in STAGES:
        return Marked.DONE if message.channel.type is ChannelType.IN_APP_FEED else Marked.UNSUPPORTED
    if message.status not in GONE_OUT:
        return Marked.BLOCKED
    rank = STAGES.index(message.stage) if message.stage in STAGES else -1
    return Marked.DONE if STAGES.index(mark) >= rank else Marked.BLOCKED


def carries(message: Message, mark: Mark) -> bool:
    """Whether a mark is on a message already."""
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
) -> list[Message]:
    """Marks messages in the caller's transaction, each in all of these ways, and returns them in the order asked for.

    What they are already stays, with its time.
    """
    await lock_messages(connection, environment_id, ids)
    messages = await read_living_messages(connection, environment_id, ids)
    lacking = {mark: [each.id for each in messages if not carries(each, mark)] for mark in marks}
    for mark in Mark:
        if changing := lacking.get(mark):
            await set_mark(connection, environment_id, changing, mark, now=now)
    return await read_living_messages(connection, environment_id, ids) if any(lacking.values()) else messages


async def set_mark(
    connection: Connection,
    environment_id: int,
    ids: Sequence[str],
    mark: Mark,
    *,
    owners: Collection[Identity] | None = None,
    metadata: Document | None = None,
    now: datetime,
) -> int:
    """Marks messages in the caller's transaction, with `owners` only theirs, and says how many changed."""
    # Locked first: what changes is then what others have left, and nobody waits for each other (lock_messages).
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
    return len(marked)
