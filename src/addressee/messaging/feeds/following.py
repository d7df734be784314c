"""Following a feed: its new items as they come, and what changes in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import NamedTuple

from addressee.database.paging import PageRequest
from addressee.directory.errors import UnavailableError, unavailable_when_away
from addressee.directory.recipient import Place
from addressee.messaging.feeds.feed import Feed, FeedFilter, FeedItem, Feeds
from addressee.messaging.messages.listing import EARLIEST
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import NEW, OF_TENANTS, FeedChange, FeedTopic
from addressee.messaging.realtime.delays import Delay, observe
from addressee.messaging.realtime.hub import Hub

# New items that are read at once, and how often: whoever is further behind reads the feed anew.
PAGE_SIZE = 50
PAGES_AT_ONCE = 10

# More changes that wait are not told one by one.
MAX_WAITING = 200


class Counts(NamedTuple):
    total: int
    unread: int
    unseen: int


class News(NamedTuple):
    """News of a feed: new items, oldest first; marks and deletions of others; and the counts after all that.

    Where it `is_incomplete`, more has changed, and whoever shows the feed reads it anew.
    """

    items: Sequence[FeedItem]
    changes: Sequence[FeedChange]
    counts: Counts
    is_incomplete: bool


class Inbox:
    """The changes that a follower was told of and has not looked at yet."""

    def __init__(self) -> None:
        self._changes: list[FeedChange] = []
        self._told = asyncio.Event()
        self._is_full = False
        self.delay = Delay()

    def take(self, changes: Sequence[FeedChange]) -> None:
        """Takes what was told. Of tenants nothing is of interest: marks of all their items are told as marks, too."""
        told = [each for each in changes if each.kind not in OF_TENANTS]
        if changes and not told:
            return
        self.delay.begin(told)
        self._is_full = self._is_full or len(self._changes) + len(told) > MAX_WAITING
        if not self._is_full:
            self._changes.extend(told)
        self._told.set()

    async def wait(self, seconds: float) -> bool:
        """Returns whether something was told within a time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        return self._told.is_set()

    def empty(self) -> tuple[list[FeedChange], bool]:
        """Returns what was told besides new items, and whether that is all."""
        changes = [each for each in self._changes if each.kind != NEW]
        is_whole = not self._is_full and all(each.message_ids for each in changes)
        self._changes, self._is_full = [], False
        self._told.clear()
        return changes, is_whole


async def follow(
    feeds: Feeds, hub: Hub, topic: FeedTopic, filter: FeedFilter, since: Position | None, beat_seconds: float
) -> AsyncGenerator[News | None, None]:
    """Yields news of a feed until the process stops: the first at once, with the items after `since` if that is given.

    Yields None when there was none for `beat_seconds`. Items are neither missed nor repeated. Without the database it
    ends: whoever follows comes back, and names the last item.
    """
    inbox = Inbox()
    hub.add(topic, inbox.take)
    hub.followers += 1
    try:
        newest, is_near, counts = since, True, None
        while not hub.is_closed:
            waited_since = inbox.delay.take()
            changes, is_whole = inbox.empty()
            if newest is None:
                feed = await read(feeds, topic, filter, PageRequest(1))
                items: list[FeedItem] = []
                newest = newest_of(feed.items.entries) or Position(EARLIEST, "")
            else:
                items, is_near, feed = await read_newer(feeds, topic, filter, newest)
                newest = newest_of(items[::-1]) or newest
            before, counts = counts, Counts(feed.total, feed.unread, feed.unseen)
            is_explained = bool(items or changes) or counts == before or before is None
            if items or changes or counts != before:
                yield News(items, changes, counts, not (is_whole and is_near and is_explained))
                observe(waited_since)
            while not hub.is_closed and not await inbox.wait(beat_seconds):
                yield None
    except UnavailableError:
        return
    finally:
        hub.followers -= 1
        hub.remove(topic, inbox.take)


async def read(feeds: Feeds, topic: FeedTopic, filter: FeedFilter, page: PageRequest[Position]) -> Feed:
    place = Place(topic.environment_id, topic.collection, topic.recipient_id)
    with unavailable_when_away():
        return await feeds.read(place, topic.channel_id, filter, page)


async def read_newer(
    feeds: Feeds, topic: FeedTopic, filter: FeedFilter, known: Position
) -> tuple[list[FeedItem], bool, Feed]:
    """Returns the items after a position, oldest first; whether these are all; and the feed as it was read last."""
    items: list[FeedItem] = []
    for _ in range(PAGES_AT_ONCE):
        feed = await read(feeds, topic, filter, PageRequest(PAGE_SIZE, before=known))
        items += reversed(feed.items.entries)
        if len(feed.items.entries) < PAGE_SIZE:
            return items, True, feed
        known = items[-1].message.position
    newest = await read(feeds, topic, filter, PageRequest(PAGE_SIZE))
    return list(reversed(newest.items.entries)), False, newest


def newest_of(items: Sequence[FeedItem]) -> Position | None:
    """Returns the position of the first item."""
    return items[0].message.position if items else None
