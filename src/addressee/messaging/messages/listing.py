"""Lists of messages, newest first: some recipients', or an environment's.

A message belongs to whom it was sent to: once that recipient is deleted, nothing here finds it. Where the history was
kept it is found among everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from addressee.database.paging import PageRequest
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.messages.model import Position, flattened
from addressee.messaging.messages.status import Status

SQL = load(__package__)

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)

FRONT = Position(LATEST, "")

# How many messages of each run under an idempotency key are found.
MOST_UNDER_A_KEY = 10_000


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What all of a list's messages have in common; a part that is not given does not matter.

    `source` is a workflow's key. `engagements` are all of them (seen, read, interacted, link_clicked, archived,
    unseen, unread, unarchived), `channel_ids`, `categories` and `statuses` any of them, and so are `stages`: a
    `Message.stage`, or read, unread, archived. `trigger_data` is flat and exact. `since` is included, `until` is not.
    `idempotency_key` is the one that a trigger's caller chose; of each of its runs the newest 10,000 are found.
    `collection` is that of the recipients, `topic` the one that they were told by.
    """

    tenant: str | None = None
    channel_ids: Collection[UUID] | None = None
    source: str | None = None
    statuses: Collection[Status] = ()
    engagements: Collection[str] = ()
    stages: Collection[str] = ()
    message_ids: Collection[str] | None = None
    categories: Collection[str] = ()
    run_id: UUID | None = None
    recipient_run_id: UUID | None = None
    idempotency_key: str | None = None
    broadcast: bool | None = None
    topic: str | None = None
    collection: str | None = None
    trigger_data: Document = field(default_factory=dict)
    since: datetime = EARLIEST
    until: datetime = LATEST


async def asked_ids(connection: Connection, environment_id: int, filter: MessageFilter) -> list[str] | None:
    """The messages that the filter names, None: it names none. A recipient's run knows which ones it made."""
    named = [] if filter.message_ids is None else [set(filter.message_ids)]
    if filter.recipient_run_id is not None:
        rows = await connection.fetch(SQL["message_ids_of_recipient_run"], environment_id, filter.recipient_run_id)
        named.append({row["message_id"] for row in rows})
    if filter.idempotency_key is not None:
        rows = await connection.fetch(
            SQL["message_ids_of_key"], environment_id, filter.idempotency_key, MOST_UNDER_A_KEY
        )
        named.append({row["message_id"] for row in rows})
    return sorted(set.intersection(*named)) if named else None


def access_path(filter: MessageFilter, ids: list[str] | None, owners: Sequence[Recipient] | None) -> str:
    """The statement whose index leaves the fewest messages to look at."""
    if owners is not None:
        return "messages_of_recipients"
    if ids is not None:
        return "messages_among"
    if filter.run_id is not None:
        return "messages_of_run"
    if filter.topic is not None:
        return "messages_of_topic"
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
        None if filter.channel_ids is None else list(filter.channel_ids),
        filter.source,
        given(filter.statuses),
        given(filter.categories),
        ids,
        filter.run_id,
        list(filter.engagements),
        given(filter.stages),
        filter.broadcast,
        filter.topic,
        filter.collection,
    )


def owner_columns(owners: Sequence[Recipient]) -> tuple[list[str], list[UUID]]:
    """Ids and uids. Identities' messages are theirs wherever they live: a uid implies its collection."""
    return [owner.place.id for owner in owners], [owner.uid for owner in owners]


def recipient_columns(recipient: Recipient) -> tuple[int, str, UUID]:
    """A recipient's messages are those of its place and its identity; `uid` implies the collection."""
    return recipient.place.environment_id, recipient.place.id, recipient.uid


def entry_columns(
    environment_id: int, message_id: str, page: PageRequest[str]
) -> tuple[int, str, bool, str | None, int]:
    """The message, and which of its entries to read: whether towards newer ones, from which id, and how many."""
    start = page.before if page.backwards else (page.after or "")
    return environment_id, message_id, not page.backwards, start, page.size + 1


def page_columns(page: PageRequest[Position], since: datetime, until: datetime) -> tuple[bool, datetime, str, int]:
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
