"""The service that reads and marks inboxes: feeds of one tenant, with a bell (realtime-suprsend.md §4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.content.in_app import Block, Button
from addressee.messaging.feeds.counting import MOST_UNCOUNTED, store_counts
from addressee.messaging.feeds.feed import owner_parameters, read_contents
from addressee.messaging.feeds.stores import Kind, Store, StoreCounts, Tags, count
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark, add_marks
from addressee.messaging.messages.marks.marks import Marks
from addressee.messaging.messages.model import Message
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.changes import ALL_READ, BELL_RESET, FeedChange, FeedTopic

SQL = load(__package__)

# Whose items are those of no tenant.
DEFAULT_TENANT = "default"


class Inbox(NamedTuple):
    """The items of a recipient in a channel that belong to a tenant."""

    owner: Place
    channel_id: UUID
    tenant: str

    @property
    def topic(self) -> FeedTopic:
        return FeedTopic(self.owner.environment_id, self.channel_id, self.owner.collection, self.owner.id)

    @property
    def selection(self) -> Selection:
        is_default = self.tenant == DEFAULT_TENANT
        return Selection(channel_id=self.channel_id, tenants=[self.tenant], or_no_tenant=is_default)

    def parameters(self, owner: Recipient) -> dict[str, Any]:
        return {**owner_parameters(owner), "channel_id": self.channel_id, "tenant": self.tenant}


class InboxItem(NamedTuple):
    """An item of an inbox. `tags` are those of its workflow."""

    message: Message
    blocks: Sequence[Block]
    tags: Sequence[str]
    buttons: Sequence[Button] = ()


class InboxPage(NamedTuple):
    """A page of a store. `total` is how many items the store has.

    After a page that `has_more`, none may follow if the last items share a millisecond.
    """

    items: Sequence[InboxItem]
    total: int
    has_more: bool


class InboxCounts(NamedTuple):
    """The number of items that came after the bell was reset, whatever became of them; and stores' counts, in order."""

    fresh: int
    stores: Sequence[StoreCounts]


class Inboxes:
    """Reads and marks the inboxes of recipients. Those of recipients that are not known are empty."""

    def __init__(self, pool: Pool, reader: Reader, marks: Marks, announcer: Announcer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._marks = marks
        self._announcer = announcer
        self._clock = clock

    async def read(self, inbox: Inbox, store: Store, size: int, before: datetime) -> InboxPage:
        """Returns the newest items of a store below a time: `size` of them, or more if they share a millisecond."""
        owner = await self._reader.read(inbox.owner)
        if owner is None:
            return InboxPage((), 0, has_more=False)
        async with self._pool.acquire() as connection:
            tags = await read_tags(connection, inbox, None) if store.tags else {}
            total = count(store, await read_kinds(connection, inbox, owner), tags).total
            if total == 0:  # which looking through all items would tell as well
                return InboxPage((), 0, has_more=False)
            rows = await connection.fetch(
                *SQL["inbox_page"](
                    **inbox.parameters(owner),
                    before=before,
                    is_read=store.is_read,
                    is_archived=store.is_archived,
                    workflows=store.workflows(tags),
                    categories=store.categories or None,
                    limit=size + 1,
                )
            )
            items = await read_items(connection, inbox, page_of(rows, size))
        return InboxPage(items, total, has_more=len(rows) > size)

    async def counts(self, inbox: Inbox, stores: Sequence[Store]) -> InboxCounts:
        owner = await self._reader.read(inbox.owner)
        if owner is None:
            return InboxCounts(0, [StoreCounts(0, 0) for _ in stores])
        async with self._pool.acquire() as connection:
            kinds = await read_kinds(connection, inbox, owner)
            tags = await read_tags(connection, inbox, None) if any(store.tags for store in stores) else {}
        return InboxCounts(sum(kind.fresh for kind in kinds), [count(store, kinds, tags) for store in stores])

    async def get(self, inbox: Inbox, ids: Sequence[str]) -> list[InboxItem]:
        """Returns those of these items that the inbox has, archived ones too, in the order of their ids."""
        owner = await self._reader.read(inbox.owner)
        if owner is None:
            return []
        async with self._pool.acquire() as connection:
            return await read_items(connection, inbox, await find_rows(connection, inbox, owner, ids))

    async def mark(
        self, inbox: Inbox, ids: Sequence[str], marks: Collection[Mark], *, receipt: Receipt | None = None
    ) -> list[str]:
        """Marks those of these items that the inbox has, each in all of these ways, and returns their ids.

        A mark that an item has already keeps its time.
        """
        owner = await self._reader.read(inbox.owner)
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            rows = [] if owner is None else await find_rows(connection, inbox, owner, ids)
            found = [row["id"] for row in rows]
            _, changes = await add_marks(connection, inbox.owner.environment_id, found, marks, now)
            await keep(connection, receipt, found, now)
        self._announcer.announce(changes)
        return found

    async def mark_all_read(self, inbox: Inbox, *, receipt: Receipt | None = None) -> None:
        """Marks all items as seen and read, and resets the bell. Of very many, a job marks the older ones."""
        for action in (Action.SEEN, Action.READ):
            await self._marks.mark_all(inbox.owner.environment_id, action, inbox.selection, [inbox.owner])
        await self._reset_bell(inbox, receipt)
        self._announcer.announce([FeedChange(inbox.topic, ALL_READ, (inbox.tenant,))])

    async def reset_bell(self, inbox: Inbox, *, receipt: Receipt | None = None) -> None:
        """Says that the recipient has seen the number of new items; only those that come later are new."""
        if await self._reset_bell(inbox, receipt):
            self._announcer.announce([FeedChange(inbox.topic, BELL_RESET, (inbox.tenant,))])

    async def _reset_bell(self, inbox: Inbox, receipt: Receipt | None) -> bool:
        """Returns whether anything came since it was reset."""
        owner = await self._reader.read(inbox.owner)
        async with self._pool.acquire() as connection, connection.transaction():
            reset = owner and await connection.fetchval(*SQL["reset_feed_bell"](**inbox.parameters(owner)))
            await keep(connection, receipt, None, self._clock.now())
        return reset is not None


def page_of(rows: Sequence[asyncpg.Record], size: int) -> Sequence[asyncpg.Record]:
    """Returns the first rows, with those that share a millisecond with the last of them; in the order of their ids."""
    rest = rows[size:]
    shown = [*rows[:size], *takewhile(lambda row: row["inserted_at"] == rows[size - 1]["inserted_at"], rest)]
    return sorted(shown, key=lambda row: (row["inserted_at"], row["id"]), reverse=True)


async def read_kinds(connection: Connection, inbox: Inbox, owner: Recipient) -> list[Kind]:
    """Returns what an inbox has. Where many messages had to be counted, they are stored for who reads it next."""
    rows = await connection.fetch(*SQL["inbox_counts"](**inbox.parameters(owner), has_stored=True))
    kinds = [Kind(*row) for row in rows]
    if sum(kind.looked_at for kind in kinds) >= MOST_UNCOUNTED:
        await store_counts(connection, owner.identity)
    return [kind for kind in kinds if kind.workflow is not None]


async def find_rows(connection: Connection, inbox: Inbox, owner: Recipient, ids: Sequence[str]) -> list[asyncpg.Record]:
    """Returns the rows of those of these items that the inbox has, by their ids."""
    rows = await connection.fetch(
        *SQL["items_of_feed"](**owner_parameters(owner), channel_id=inbox.channel_id, ids=ids)
    )
    own = [row for row in rows if (row["tenant"] or DEFAULT_TENANT) == inbox.tenant]
    return sorted(own, key=lambda row: row["id"])


async def read_items(connection: Connection, inbox: Inbox, rows: Sequence[asyncpg.Record]) -> list[InboxItem]:
    tags = await read_tags(connection, inbox, {row["workflow"] for row in rows})
    found = await read_contents(connection, inbox.owner.environment_id, rows)
    return [
        InboxItem(message, content.blocks, tags.get(message.workflow, ()), content.buttons)
        for message, content in found
    ]


async def read_tags(connection: Connection, inbox: Inbox, workflows: Collection[str] | None) -> Tags:
    """Returns the tags of workflows that have any, None: of all in the environment."""
    rows = await connection.fetch(*SQL["tags_of_workflows"](environment_id=inbox.owner.environment_id, keys=workflows))
    return {row["key"]: row["tags"] for row in rows}
