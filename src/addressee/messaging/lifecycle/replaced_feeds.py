"""Telling those who listen to feeds that are not what they were: of who was merged, and of who was deleted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from addressee.channels.provider import ChannelType
from addressee.database.pool import Pool
from addressee.directory.recipient import Identity
from addressee.messaging.environment.channels import all_channels
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.changes import LOOK, FeedChange, FeedTopic


async def have_feeds_looked_at(pool: Pool, announcer: Announcer, people: Iterable[Identity]) -> None:
    """Has whoever listens to a feed of these people, in any channel, look at it."""
    environment = attrgetter("environment_id")
    for environment_id, members in groupby(sorted(people, key=environment), environment):
        those = list(members)
        feeds = [each.id for each in await all_channels(pool, environment_id) if each.type is ChannelType.IN_APP_FEED]
        announcer.announce(
            FeedChange(FeedTopic(environment_id, channel_id, person.collection, person.id), LOOK)
            for channel_id in feeds
            for person in those
        )
