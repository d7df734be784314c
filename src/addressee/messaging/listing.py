"""Lists of messages, newest first: one recipient's, or an environment's.

A message belongs to whom it was sent to: once that recipient is deleted, nothing here finds it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from addressee.database.paging import Page, Slice, cut
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.reader import Reader
from addressee.directory.recipient import Document, Recipient
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


async def list_messages(pool: Pool, environment_id: int, filter: MessageFilter, page: Page[Position]) -> Slice[Message]:
    """Messages to anybody. Where the filter names a workflow, a tenant, a run or messages, only those are read."""
    async with pool.acquire() as connection:
        ids = await asked_ids(connection, environment_id, filter)
        rows = await connection.fetch(
            SQL[access_path(filter, ids)],
            environment_id,
            *page_columns(page, filter.since, filter.until),
            *filter_columns(filter, ids),
        )
        messages = await assemble(connection, environment_id, rows)
    return cut(messages, page, lambda message: message.position)


async def list_messages_of(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    reference: Reference,
    filter: MessageFilter,
    page: Page[Position],
) -> Slice[Message]:
    """Messages to one recipient; none when it is not known."""
    recipient = await reader.read(reference.at(environment_id))
    if recipient is None:
        return Slice((), page.size)
    async with pool.acquire() as connection:
        ids = await asked_ids(connection, environment_id, filter)
        rows = await connection.fetch(
            SQL["messages_of_recipient"],
            environment_id,
            *page_columns(page, filter.since, filter.until),
            *filter_columns(filter, ids),
            recipient.place.id,
            recipient.uid,
        )
        messages = await assemble(connection, environment_id, rows)
    return cut(messages, page, lambda message: message.position)


async def asked_ids(connection: Connection, environment_id: int, filter: MessageFilter) -> list[str] | None:
    """The messages that the filter names, None: it names none. A recipient's run knows which ones it made."""
    named = None if filter.message_ids is None else set(filter.message_ids)
    if filter.recipient_run_id is not None:
        rows = await connection.fetch(SQL["message_ids_of_recipient_run"], environment_id, filter.recipient_run_id)
        made = {row["message_id"] for row in rows}
        named = made if named is None else named & made
    return None if named is None else sorted(named)


def access_path(filter: MessageFilter, ids: list[str] | None) -> str:
    """The statement whose index leaves the fewest messages to look at."""
    if ids is not None:
        return "messages_among"
    if filter.run_id is not None:
        return "messages_of_run"
    if filter.tenant is not None:
        return "messages_of_tenant"
    if filter.source is not None:
        return "messages_of_workflow"
    return "messages_in_order"


def filter_columns(filter: MessageFilter, ids: list[str] | None) -> tuple[Any, ...]:
    return (
        filter.since,
        filter.until,
        msgspec.json.encode(flattened(filter.trigger_data)),
        filter.tenant,
        filter.channel_id,
        filter.source,
        given(filter.statuses),
        given(filter.categories),
        ids,
        filter.run_id,
        list(filter.engagements),
    )


def recipient_columns(recipient: Recipient) -> tuple[int, str, UUID]:
    """A recipient's messages are those of its place and its identity; `uid` implies the collection."""
    return recipient.place.environment_id, recipient.place.id, recipient.uid


def page_columns(page: Page[Position], since: datetime, until: datetime) -> tuple[bool, datetime, str, int]:
    """Whether to read towards older messages, from where, and how many rows: one more than the page holds.

    An index is read from one bound. With two on the same side PostgreSQL may begin at the wrong one, and skip all that
    lies between: so the start is within the period already, and statements check its far end only.
    """
    if page.backwards:
        return (False, *max(page.before or FRONT, Position(since, "")), page.size + 1)
    return (True, *min(page.after or FRONT, Position(until, "")), page.size + 1)


def given(values: Collection[Any]) -> list[Any] | None:
    """No values mean that any will do."""
    return list(values) or None
