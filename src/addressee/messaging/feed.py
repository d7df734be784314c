"""One recipient's in-app feed (knock.md §3.10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from addressee.database.paging import Page, Slice, cut, write_cursor
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reader import Reader
from addressee.directory.recipient import Document, Recipient
from addressee.messaging.activities import Activity, activity_of
from addressee.messaging.content import Block, InAppContent
from addressee.messaging.listing import EARLIEST, LATEST, given, page_columns, recipient_columns
from addressee.messaging.message import Message, Position, assemble
from addressee.messaging.people import Missing, People, read_people
from addressee.messaging.reference import Reference
from addressee.messaging.runs import flattened
from addressee.messaging.variables import read_variables

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """What all items have in common; counts obey all of it but `status`.

    With `tenant`, items without one are found too, unless `has_tenant` is true. `source` is a workflow's key,
    `categories` any of them, `trigger_data` flat and exact. `since` is included, `until` is not.
    """

    status: Literal["all", "unread", "read", "unseen", "seen"] = "all"
    archived: Literal["exclude", "include", "only"] = "exclude"
    tenant: str | None = None
    has_tenant: bool | None = None
    source: str | None = None
    categories: Collection[str] = ()
    trigger_data: Document = field(default_factory=dict)
    since: datetime = EARLIEST
    until: datetime = LATEST


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A message in a feed. `cursor` is its position: `before` it are strictly newer items."""

    message: Message
    blocks: Sequence[Block]
    actors: Sequence[Recipient | Missing]
    activities: Sequence[Activity]
    cursor: str


@dataclass(frozen=True, slots=True)
class Feed:
    items: Slice[FeedItem]
    total: int
    unread: int
    unseen: int
    variables: Document


async def read_feed(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    reference: Reference,
    channel_id: UUID,
    filter: FeedFilter,
    page: Page[Position],
) -> Feed:
    recipient = await reader.read(reference.at(environment_id))
    async with pool.acquire() as connection:
        variables = await read_variables(connection, environment_id)
        if recipient is None:
            return Feed(Slice((), page.size), 0, 0, 0, variables)
        filters = (
            filter.since,
            filter.until,
            msgspec.json.encode(flattened(filter.trigger_data)),
            channel_id,
            filter.archived,
            filter.tenant,
            filter.has_tenant,
            filter.source,
            given(filter.categories),
        )
        owner = recipient_columns(recipient)
        rows = await connection.fetch(
            SQL["feed"], *owner, *page_columns(page, filter.since, filter.until), *filters, filter.status
        )
        counts = await connection.fetchrow(SQL["feed_counts"], *owner, *filters)
        messages = await assemble(connection, environment_id, rows)
        contents = [msgspec.json.decode(row["content"], type=InAppContent) for row in rows]
    named = {identity for each in messages for identity in (each.recipient, *each.actors)}
    people = await read_people(reader, environment_id, named, known=[recipient])
    items = [feed_item(message, said.blocks, people) for message, said in zip(messages, contents, strict=True)]
    assert counts is not None
    found = cut(items, page, lambda item: item.message.position)
    return Feed(found, counts["total"], counts["unread"], counts["unseen"], variables)


def feed_item(message: Message, blocks: Sequence[Block], people: People) -> FeedItem:
    return FeedItem(
        message,
        blocks,
        actors=[people.at(actor, message.inserted_at) for actor in message.actors],
        activities=[activity_of(message, people)],
        cursor=write_cursor(message.position),
    )
