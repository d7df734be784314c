"""The service that reads and marks recipients' in-app feeds (knock.md §3.10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.paging import Page, PageRequest, build_page, write_cursor
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.content.in_app import Block, Button, InAppContent
from addressee.messaging.environment.variables import read_variables
from addressee.messaging.errors import FeedItemMissingError
from addressee.messaging.feeds.counting import MOST_UNCOUNTED, store_counts
from addressee.messaging.messages.activities import Activity, Items, activities_of, read_items
from addressee.messaging.messages.listing import EARLIEST, LATEST, message_page_parameters
from addressee.messaging.messages.marks.mark import Mark, add_marks
from addressee.messaging.messages.model import Message, Position, assemble, flattened
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.recipients.people import Missing, People, read_people

SQL = load(__package__)

WithContent: TypeAlias = tuple[Message, InAppContent]


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """A filter of items; counts obey all of it but `status`.

    With `tenant`, items without one are found too, unless `has_tenant` is true. `source` is a workflow's key,
    `categories` any of them, `trigger_data` flat and exact, `topic` the one whose subscribers were notified. `since` is
    included, `until` is not. A read item may be unseen; `seen_unread` means seen and not read.
    """

    status: Literal["all", "unread", "read", "unseen", "seen", "seen_unread"] = "all"
    archived: Literal["exclude", "include", "only"] = "exclude"
    tenant: str | None = None
    has_tenant: bool | None = None
    source: str | None = None
    categories: Collection[str] = ()
    trigger_data: Document = field(default_factory=dict)
    topic: str | None = None
    since: datetime = EARLIEST
    until: datetime = LATEST

    @property
    def has_stored_counts(self) -> bool:
        """Returns whether stored counts tell how many items it finds: they know nothing of topics, data and times."""
        return (self.trigger_data, self.topic, self.since, self.until) == ({}, None, EARLIEST, LATEST)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A message in a feed. `cursor` is its position: `before` it are strictly newer items."""

    message: Message
    content: InAppContent
    actors: Sequence[Recipient | Missing]
    activities: Sequence[Activity]
    cursor: str

    @property
    def blocks(self) -> Sequence[Block]:
        return self.content.blocks

    @property
    def buttons(self) -> Sequence[Button]:
        return self.content.buttons


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed with the counts of all its items. `variables` are the environment's public ones."""

    items: Page[FeedItem]
    total: int
    unread: int
    unseen: int
    variables: Document


class Glance(NamedTuple):
    """The position of the newest item that a filter finds, None without any, and the counts of all."""

    newest: Position | None
    total: int
    unread: int
    unseen: int


class Feeds:
    """Reads and marks the items of recipients' in-app feeds."""

    def __init__(self, pool: Pool, reader: Reader, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._announcer = announcer
        self._clock = clock

    async def read(
        self,
        recipient: Place,
        channel_id: UUID,
        filter: FeedFilter,
        page: PageRequest[Position],
        counted: FeedFilter | None = None,
    ) -> Feed:
        """Returns a page of a feed, newest first; an empty one for a recipient or a channel that is not known.

        The counts are over what `counted` finds, None: the same as `filter`.
        """
        found = await self._reader.read(recipient)
        async with self._pool.acquire() as connection:
            variables = (await read_variables(connection, recipient.environment_id)).public
            if found is None:
                return Feed(Page((), page.size), 0, 0, 0, variables)
            rows = await connection.fetch(*page_of_feed(found, channel_id, filter, page))
            counts = await read_counts(connection, found, counted or filter, channel_id)
            with_contents = await read_contents(connection, recipient.environment_id, rows)
        items = build_page(await self._items(found, with_contents), page, lambda item: item.message.position)
        return Feed(items, counts["total"], counts["unread"], counts["unseen"], variables)

    async def glance(self, recipient: Place, channel_id: UUID, filter: FeedFilter) -> Glance:
        """Returns what is to be seen of a feed at a glance: a fraction of what reading it takes."""
        found = await self._reader.read(recipient)
        if found is None:
            return Glance(None, 0, 0, 0)
        async with self._pool.acquire() as connection:
            newest = await connection.fetch(*page_of_feed(found, channel_id, filter, PageRequest(1)))
            counts = await read_counts(connection, found, filter, channel_id)
        position = Position(newest[0]["inserted_at"], newest[0]["id"]) if newest else None
        return Glance(position, counts["total"], counts["unread"], counts["unseen"])

    async def mark_items(
        self,
        owner: Recipient,
        channel_id: UUID,
        ids: Sequence[str],
        marks: Collection[Mark],
        *,
        receipt: Receipt | None = None,
    ) -> list[FeedItem]:
        """Marks items of a feed, each in all of these ways, and returns them in the order asked for.

        A mark that an item has already keeps its time. All of them are marked or none: raises FeedItemMissingError
        when one is not in this feed.
        """
        now, environment_id = self._clock.now(), owner.place.environment_id
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                *SQL["items_of_feed"](**owner_parameters(owner), channel_id=channel_id, ids=ids)
            )
            with_contents = await read_contents(connection, environment_id, rows)
        # Read before the transaction: the reader takes another connection, for which a transaction must not wait.
        items = {item.message.id: item for item in await self._items(owner, with_contents)}
        check_all_there(ids, items)
        async with self._pool.acquire() as connection, connection.transaction():
            messages, changes = await add_marks(connection, environment_id, ids, marks, now)
            check_all_there(ids, [message.id for message in messages])
            marked = [replace(items[message.id], message=message) for message in messages]
            await keep(connection, receipt, marked, now)
        self._announcer.announce(changes)
        return marked

    async def _items(self, owner: Recipient, messages: Sequence[WithContent]) -> list[FeedItem]:
        environment_id = owner.place.environment_id
        items = await read_items(self._pool, environment_id, [message for message, _ in messages])
        named = {identity for message, _ in messages for identity in (message.recipient, *message.actors)}
        people = await read_people(self._reader, environment_id, {*named, *items.actors}, known=[owner])
        return [feed_item(message, blocks, items, people) for message, blocks in messages]


def page_of_feed(
    owner: Recipient, channel_id: UUID, filter: FeedFilter, page: PageRequest[Position]
) -> tuple[Any, ...]:
    """Returns the statement that reads a page of a feed, with its arguments."""
    return SQL["feed"](
        **owner_parameters(owner),
        **message_page_parameters(page, filter.since, filter.until),
        **filter_parameters(filter, channel_id),
        status=filter.status,
    )


async def read_counts(connection: Connection, owner: Recipient, filter: FeedFilter, channel_id: UUID) -> asyncpg.Record:
    """Returns the counts of a feed. Where many messages had to be counted, they are stored for who reads it next."""
    has_stored = filter.has_stored_counts
    counts = await connection.fetchrow(
        *SQL["feed_counts"](**owner_parameters(owner), **filter_parameters(filter, channel_id), has_stored=has_stored)
    )
    assert counts is not None
    if has_stored and counts["looked_at"] >= MOST_UNCOUNTED:
        await store_counts(connection, owner.identity)
    return counts


def owner_parameters(owner: Recipient) -> dict[str, Any]:
    """Returns the parameters that name an owner; `uid` implies the collection."""
    return {"environment_id": owner.place.environment_id, "recipient_id": owner.place.id, "uid": owner.uid}


def filter_parameters(filter: FeedFilter, channel_id: UUID) -> dict[str, Any]:
    return {
        "since": filter.since,
        "until": filter.until,
        "trigger_data": msgspec.json.encode(flattened(filter.trigger_data)),
        "channel_id": channel_id,
        "archived": filter.archived,
        "tenant": filter.tenant,
        "has_tenant": filter.has_tenant,
        "workflow": filter.source,
        "categories": filter.categories or None,
        "topic": filter.topic,
    }


def check_all_there(ids: Sequence[str], found: Collection[str]) -> None:
    for id in ids:
        if id not in found:
            raise FeedItemMissingError(id)


async def read_contents(
    connection: Connection, environment_id: int, rows: Sequence[asyncpg.Record]
) -> list[WithContent]:
    """Returns messages of a feed from their rows, with their contents."""
    contents = [msgspec.json.decode(row["content"], type=InAppContent) for row in rows]
    messages = await assemble(connection, environment_id, rows)
    return list(zip(messages, contents, strict=True))


def feed_item(message: Message, content: InAppContent, items: Items, people: People) -> FeedItem:
    return FeedItem(
        message,
        content,
        actors=[people.as_of(actor, message.inserted_at) for actor in message.actors],
        activities=activities_of(message, items, people),
        cursor=write_cursor(message.position),
    )
