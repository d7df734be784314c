"""Looks at an inbox, for those who are told what changed in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from addressee.database.paging import PageRequest
from addressee.dialects.suprsend.realtime.events import (
    RESET_BADGE,
    Event,
    Marks,
    marks_of,
    of_mark,
    update_events,
)
from addressee.messaging.feeds.feed import FeedFilter, FeedItem
from addressee.messaging.feeds.following import read_newer
from addressee.messaging.feeds.inboxes import DEFAULT_TENANT, Inbox
from addressee.messaging.messages.listing import EARLIEST
from addressee.messaging.messages.marks.mark import Mark
from addressee.messaging.messages.model import Message, Position
from addressee.messaging.messaging import Messaging

# The newest items that are compared with what clients may have missed: as many as they show at first.
MOST_MISSED = 20

# The time by which clocks of processes may differ, and by which a mark may be committed late.
MARGIN = timedelta(seconds=5)

BEFORE_ALL = Position(EARLIEST, "")


class Look(NamedTuple):
    """The newest items of an inbox, newest first, and how many items are unread and not archived.

    `is_bell_silent`: nothing has come since the bell was reset.
    """

    items: Sequence[FeedItem]
    unread: int
    is_bell_silent: bool

    @property
    def newest(self) -> Position:
        return self.items[0].message.position if self.items else BEFORE_ALL

    def changed_since(self, time: datetime) -> list[Message]:
        """Returns what came or was marked after a time, oldest first: clients put what is new to them on top."""
        return [item.message for item in reversed(self.items) if item.message.updated_at > time - MARGIN]

    def marks_since(self, time: datetime) -> dict[str, str | None]:
        return marks_of(each for each in self.changed_since(time) if each.updated_at > each.inserted_at)

    def events_since(self, time: datetime) -> list[Event]:
        """Returns the events for a client that knows nothing of what came and was marked after a time."""
        return self.mark_events(marks_of(self.changed_since(time))) + self.bell_events()

    def mark_events(self, marks: Marks, new: Collection[str] = ()) -> list[Event]:
        """Returns the events of marks that were made before the look, on items that are not `new`."""
        is_all_read = self.unread == 0 and len(of_mark(marks, Mark.READ)) > 1
        newest = next((item.message.id for item in self.items if item.message.id not in new), None)
        return update_events(marks, is_all_read=is_all_read, newest=newest)

    def bell_events(self) -> list[Event]:
        return [RESET_BADGE] if self.is_bell_silent else []


class Looks:
    """Reads an inbox, archived items too."""

    def __init__(self, messaging: Messaging, inbox: Inbox) -> None:
        self._feeds = messaging.feeds
        self._inboxes = messaging.inboxes
        self._inbox = inbox
        is_default = inbox.tenant == DEFAULT_TENANT
        self._filter = FeedFilter(tenant=inbox.tenant, has_tenant=None if is_default else True)
        self._with_archived = replace(self._filter, archived="include")

    async def look(self) -> Look:
        inbox = self._inbox
        page: PageRequest[Position] = PageRequest(MOST_MISSED)
        feed = await self._feeds.read(inbox.owner, inbox.channel_id, self._with_archived, page, counted=self._filter)
        counts = await self._inboxes.counts(inbox, [])
        return Look(feed.items.entries, feed.unread, counts.fresh == 0)

    async def newer(self, known: Position) -> list[Position]:
        """Returns the positions of items after a position, oldest first; of very many, those of the newest."""
        items, _, _ = await read_newer(self._feeds, self._inbox.topic, self._with_archived, known)
        return [item.message.position for item in items]

    async def among(self, ids: Collection[str]) -> set[str]:
        """Returns those of some ids that are items of this inbox."""
        return {item.message.id for item in await self._inboxes.get(self._inbox, list(ids))} if ids else set()
