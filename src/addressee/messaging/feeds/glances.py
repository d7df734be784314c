"""Glances at feeds, for those who are told that something has changed there."""

from __future__ import annotations

import asyncio

import msgspec

from addressee.directory.recipient import Place
from addressee.messaging.feeds.feed import FeedFilter, Feeds, Glance
from addressee.messaging.realtime.changes import FeedTopic


class Glances:
    """Reads glances. All who want the same one before it is read share it: tabs of one person, told at once."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._wanted: dict[tuple[FeedTopic, bytes], asyncio.Task[Glance]] = {}

    async def of(self, topic: FeedTopic, filter: FeedFilter) -> Glance:
        wanted = (topic, msgspec.json.encode(filter, order="deterministic"))
        reading = self._wanted.get(wanted)
        if reading is None:
            reading = self._wanted[wanted] = asyncio.create_task(self._read(wanted, filter))
        return await asyncio.shield(reading)

    async def _read(self, wanted: tuple[FeedTopic, bytes], filter: FeedFilter) -> Glance:
        topic = wanted[0]
        # Who asks from now on may know of something newer than this will see.
        del self._wanted[wanted]
        place = Place(topic.environment_id, topic.collection, topic.recipient_id)
        return await self._feeds.glance(place, topic.channel_id, filter)
