"""Lists of messages, what they said, and what happened to them.

A message belongs to whom it was sent to: once that recipient is deleted, nothing here finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.paging import Page, Slice, cut
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.reader import Reader
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.content import Content
from addressee.messaging.delivery import Status
from addressee.messaging.message import Message, Position, assemble
from addressee.messaging.reference import Reference
from addressee.messaging.runs import flattened

SQL = load(__package__)

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)

FRONT = Position(LATEST, "")


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What all of a list's messages have in common; a part that is not given does not matter.

    `source` is a workflow's key. `engagements` are all of them (seen, read, interacted, link_clicked, archived,
    unseen, unread, unarchived), `categories` and `statuses` any of them. `trigger_data` is flat and exact.
    `since` is included, `until` is not.
    """

    tenant: str | None = None
    channel_id: UUID | None = None
    source: str | None = None
    statuses: Collection[Status] = ()
    engagements: Collection[str] = ()
    message_ids: Collection[str] | None = None
    categories: Collection[str] = ()
    run_id: UUID | None = None
    recipient_run_id: UUID | None = None
    trigger_data: Document = field(default_factory=dict)
    since: datetime = EARLIEST
    until: datetime = LATEST


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """`type` as in knock.md §2.0: `message.queued` and so on. Ids sort by time."""

    id: str
    type: str
    message_id: str
    recipient: Reference
    data: Document | None
    inserted_at: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    message_id: str
    inserted_at: datetime
    content: Content


async def list_messages(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    reference: Reference,
    filter: MessageFilter,
    page: Page[Position],
) -> Slice[Message]:
    recipient = await reader.read(reference.at(environment_id))
    if recipient is None:
        return Slice((), page.size)
    async with pool.acquire() as connection:
        rows = await connection.fetch(
            SQL["messages_of_recipient"],
            *recipient_columns(recipient),
            *page_columns(page),
            filter.since,
            filter.until,
            msgspec.json.encode(flattened(filter.trigger_data)),
            filter.tenant,
            filter.channel_id,
            filter.source,
            given(filter.statuses),
            given(filter.categories),
            None if filter.message_ids is None else list(filter.message_ids),
            filter.run_id,
            filter.recipient_run_id,
            list(filter.engagements),
        )
        messages = await assemble(connection, environment_id, rows)
    return cut(messages, page, lambda message: message.position)


async def read_messages(connection: Connection, environment_id: int, ids: Sequence[str]) -> list[Message]:
    """Those of `ids` that there are, in that order."""
    rows = await connection.fetch(SQL["messages"], environment_id, list(ids))
    found = {message.id: message for message in await assemble(connection, environment_id, rows)}
    return [found[id] for id in dict.fromkeys(ids) if id in found]


async def read_contents(pool: Pool, environment_id: int, ids: Sequence[str]) -> list[Contents]:
    """Of those of `ids` that there are, in that order."""
    rows = await pool.fetch(SQL["contents"], environment_id, list(ids))
    found = {
        row["id"]: Contents(row["id"], row["inserted_at"], msgspec.json.decode(row["content"], type=Content))
        for row in rows
    }
    return [found[id] for id in dict.fromkeys(ids) if id in found]


async def list_events(pool: Pool, environment_id: int, message_id: str, page: Page[str]) -> Slice[MessageEvent] | None:
    """Oldest first. None when there is no such message."""
    rows = await pool.fetch(
        SQL["events_of_message"],
        environment_id,
        message_id,
        not page.backwards,
        page.before if page.backwards else (page.after or ""),
        page.size + 1,
    )
    if not rows and not await pool.fetchval(SQL["message_exists"], environment_id, message_id):
        return None
    return cut([event_from(row) for row in rows], page, lambda event: event.id)


def event_from(row: asyncpg.Record) -> MessageEvent:
    return MessageEvent(
        row["id"],
        row["type"],
        row["message_id"],
        Reference(row["collection"], row["recipient_id"]),
        row["data"] and msgspec.json.decode(row["data"]),
        row["inserted_at"],
    )


def recipient_columns(recipient: Recipient) -> tuple[int, str, UUID]:
    """A recipient's messages are those of its place and its identity; `uid` implies the collection."""
    return recipient.place.environment_id, recipient.place.id, recipient.uid


def page_columns(page: Page[Position]) -> tuple[bool, datetime, str, int]:
    """Whether to read towards older messages, from where, and how many rows: one more than the page holds."""
    start = page.before if page.backwards else page.after
    return (not page.backwards, *(start or FRONT), page.size + 1)


def given(values: Collection[Any]) -> list[Any] | None:
    """No values mean that any will do."""
    return list(values) or None
