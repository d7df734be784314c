"""A feed that a socket has joined: which of its clients are told, and when (realtime-knock.md §3, §5, §7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from addressee.directory.clock import Clock
from addressee.messaging.feeds.feed import FeedFilter, Glance
from addressee.messaging.feeds.glances import Glances
from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import NEW, FeedChange, FeedTopic
from addressee.messaging.realtime.delays import Delay, observe

# The one event of a feed.
NEW_MESSAGE = "new-message"

# A client drops what it is told while it fetches. So after items that came this close to each other, it is told once
# more, and so it is of what came this shortly before or after its join: then it fetches the feed. It is not of older
# items, as a client passes over what is chosen in it while it fetches.
TRAILING_SECONDS = 1.0
SETTLING_SECONDS = 5.0

# A client that comes back, of which nothing is known, is told of items that are younger than this.
RECENT = timedelta(minutes=10)

log = structlog.get_logger()


class FeedChannel:
    """A joined feed. `tell` sends a payload; `filters` are those of its clients, by their reference ids.

    A client without a reference id has the empty one.
    """

    def __init__(
        self,
        feed: FeedTopic,
        filters: Mapping[str, FeedFilter],
        glances: Glances,
        tell: Callable[[dict[str, Any]], None],
        clock: Clock,
    ) -> None:
        self.feed = feed
        self.filters = filters
        self._glances = glances
        self._tell = tell
        self._clock = clock
        # The position of the newest item that each client was told of.
        self.newest: dict[str, Position | None] = {}
        self._looking: asyncio.Task[None] | None = None
        self._delay = Delay()
        self._has_begun = False
        self._is_outdated = False
        self._burst_until = 0.0
        # Clients that are told once more when a burst has ended, and those for which that is due.
        self._in_burst: set[str] = set()
        self._repeated: set[str] = set()
        self._repeating: asyncio.TimerHandle | None = None

    def begin(self, glances: Mapping[str, Glance], known: Mapping[str, Position | None]) -> None:
        """Tells clients of items that are newer than those they know, by a look, and from then on of others."""
        now = self._clock.now()
        recent, fresh = now - RECENT, now - timedelta(seconds=SETTLING_SECONDS)
        for reference, glance in glances.items():
            is_recent = is_after_moment(glance, recent)
            self.newest[reference] = known.get(reference, None if is_recent else glance.newest)
        self._tell_newer(glances)
        self._burst_until = asyncio.get_running_loop().time() + SETTLING_SECONDS
        self._repeat_in_burst({each for each, glance in glances.items() if is_after_moment(glance, fresh)})
        self._has_begun = True
        if self._is_outdated:
            self._look_soon()

    def changed(self, changes: Sequence[FeedChange]) -> None:
        """Has clients told of new items; without changes there may be some. Of marks they are not told (§3)."""
        new = [change for change in changes if change.kind == NEW]
        if new or not changes:
            self._delay.begin(new)
            self._look_soon()

    def end(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        if self._repeating is not None:
            self._repeating.cancel()

    def _look_soon(self) -> None:
        self._is_outdated = True
        if self._has_begun and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look_and_tell())

    async def _look_and_tell(self) -> None:
        while self._is_outdated:
            self._is_outdated = False
            since = self._delay.take()
            try:
                if self._tell_newer(await self.look()):
                    observe(since)
            except Exception as error:
                # The database is away: once it is back, all look again.
                log.warning("feed not looked at", reason=type(error).__name__)

    async def look(self) -> dict[str, Glance]:
        """Returns what there is for each client now, by its reference id."""
        found = await asyncio.gather(*(self._glances.of(self.feed, each) for each in self.filters.values()))
        return dict(zip(self.filters, found, strict=True))

    def _tell_newer(self, glances: Mapping[str, Glance]) -> bool:
        """Tells clients that do not know of the newest item, and those that are to be told once more.

        Returns whether there was anything new.
        """
        newer = {
            reference
            for reference, glance in glances.items()
            if glance.newest is not None and is_after(glance.newest, self.newest[reference])
        }
        attended = [reference for reference in glances if reference in newer or reference in self._repeated]
        self._repeated = set()
        if attended:
            self.newest |= {reference: glances[reference].newest for reference in newer}
            self._tell(payload_of(attended, glances))
        self._repeat_in_burst(newer)
        return bool(newer)

    def _repeat_in_burst(self, references: set[str]) -> None:
        if not references:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._burst_until:
            if self._repeating is not None:
                self._repeating.cancel()
            self._in_burst |= references
            self._repeating = loop.call_later(TRAILING_SECONDS, self._repeat)
        self._burst_until = max(self._burst_until, loop.time() + TRAILING_SECONDS)

    def _repeat(self) -> None:
        self._repeated |= self._in_burst
        self._in_burst = set()
        self._look_soon()


def is_after_moment(glance: Glance, moment: datetime) -> bool:
    return glance.newest is not None and glance.newest.inserted_at > moment


def is_after(position: Position, known: Position | None) -> bool:
    return known is None or position > known


def payload_of(attended: Sequence[str], glances: Mapping[str, Glance]) -> dict[str, Any]:
    """Returns the payload of `new-message`. Older clients read the counts at its top."""
    metadata = {reference: metadata_of(glance) for reference, glance in glances.items()}
    return {
        "event": NEW_MESSAGE,
        "attn": [reference for reference in attended if reference],
        "data": {reference: {"metadata": counts} for reference, counts in metadata.items() if reference},
        "metadata": next(iter(metadata.values())),
    }


def metadata_of(glance: Glance) -> dict[str, int]:
    return {"total_count": glance.total, "unread_count": glance.unread, "unseen_count": glance.unseen}
