"""Filters of lists of messages, the statement that answers each, and the parameters of pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
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

PositionT = TypeVar("PositionT", bound=tuple[datetime, Any])

# The number of messages of each run under an idempotency key that are found.
MOST_UNDER_A_KEY = 10_000


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """A filter of messages; a part that is not given matches all.

    `source` is a workflow's key. `engagements` are all of them (seen, read, interacted, link_clicked, archived,
    unseen, unread, unarchived), `channel_ids`, `categories` and `statuses` any of them, and so are `stages`: a
    `Message.stage`, or read, unread, archived. `trigger_data` is flat and exact. `since` is included, `until` is not.
    `idempotency_key` is the one that a trigger's caller chose; of each of its runs the newest 10,000 are found.
    `collection` is that of the recipients, `topic` the one through which they were notified.
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


async def resolve_ids(connection: Connection, environment_id: int, filter: MessageFilter) -> list[str] | None:
    """Returns the ids of the messages that the filter names, None: it names none.

    A recipient's run knows which messages it made.
    """
    named = [] if filter.message_ids is None else [set(filter.message_ids)]
    if filter.recipient_run_id is not None:
        rows = await connection.fetch(
            *SQL["message_ids_of_recipient_run"](environment_id=environment_id, id=filter.recipient_run_id)
        )
        named.append({row["message_id"] for row in rows})
    if filter.idempotency_key is not None:
        rows = await connection.fetch(
            *SQL["message_ids_of_key"](
                environment_id=environment_id, idempotency_key=filter.idempotency_key, limit=MOST_UNDER_A_KEY
            )
        )
        named.append({row["message_id"] for row in rows})
    return sorted(set.intersection(*named)) if named else None


def access_path(filter: MessageFilter, ids: list[str] | None, owners: Sequence[Recipient] | None) -> str:
    """Returns the name of the statement whose index leaves the fewest messages to read."""
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


def filter_parameters(filter: MessageFilter, ids: Collection[str] | None) -> dict[str, Any]:
    return {
        "since": filter.since,
        "until": filter.until,
        "trigger_data": msgspec.json.encode(flattened(filter.trigger_data)),
        "tenant": filter.tenant,
        "channel_ids": filter.channel_ids,
        "workflow": filter.source,
        "statuses": filter.statuses or None,
        "categories": filter.categories or None,
        "ids": ids,
        "run_id": filter.run_id,
        "engagements": filter.engagements,
        "stages": filter.stages or None,
        "broadcast": filter.broadcast,
        "topic": filter.topic,
        "collection": filter.collection,
    }


def page_parameters(
    page: PageRequest[PositionT], front: PositionT, since: PositionT, until: PositionT
) -> dict[str, Any]:
    """Returns the direction and the start of a page of a period, and its limit: one row more than the page holds.

    `front`, `since` and `until` are the positions before the newest row and of the period's ends. An index is read from
    one bound. With two on the same side PostgreSQL may begin at the wrong one, and skip all that lies between: so the
    start is within the period already, and statements check its far end only.
    """
    if page.backwards:
        start_at, start_id = max(page.before or front, since)
    else:
        start_at, start_id = min(page.after or front, until)
    return {"backwards": page.backwards, "start_at": start_at, "start_id": start_id, "limit": page.size + 1}


def message_page_parameters(page: PageRequest[Position], since: datetime, until: datetime) -> dict[str, Any]:
    return page_parameters(page, FRONT, Position(since, ""), Position(until, ""))


def entry_page_parameters(page: PageRequest[str]) -> dict[str, Any]:
    """Returns the parameters of a page of a message's entries, oldest first."""
    start_id = page.before if page.backwards else (page.after or "")
    return {"backwards": page.backwards, "start_id": start_id, "limit": page.size + 1}
