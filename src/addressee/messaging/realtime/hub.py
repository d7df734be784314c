"""The hub of a process: who listens to which feed, and what has changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from prometheus_client import Counter, Gauge

from addressee.messaging.realtime.changes import LOOK, OF_TENANTS, FeedChange, FeedTopic, read_payload

# Changes of a feed within this time are told together.
COALESCED_SECONDS = 0.05

# More changes of a feed at once are told as "look again".
MAX_CHANGES = 50

LISTENERS = Gauge("addressee_feed_listeners", "Feeds that clients listen to", multiprocess_mode="livesum")
JOINS = Counter("addressee_feed_joins", "How often clients began to listen to a feed")
CHANGES = Counter("addressee_feed_changes", "Changes of feeds that somebody listened to")
LOOKS = Counter("addressee_feed_looks", "Listeners that were told to look for themselves")

# Called with what changed, in order; without changes: something may have, which only a look can tell.
Listener: TypeAlias = Callable[[Sequence[FeedChange]], None]


class Hub:
    """Hands the changes of feeds to those who listen to them in this process. Listeners must not block or raise."""

    def __init__(self) -> None:
        self._listeners: dict[FeedTopic, set[Listener]] = {}
        # What is told at the next flush; an empty list: look again.
        self._pending: dict[FeedTopic, list[FeedChange]] = {}
        # What a look cannot tell is told after it.
        self._pending_of_tenants: dict[FeedTopic, dict[FeedChange, None]] = {}
        self._flush: asyncio.TimerHandle | None = None
        self.is_closed = False
        # Who follows a feed to the end of a connection of its own.
        self.followers = 0

    @property
    def topics(self) -> Sequence[FeedTopic]:
        """The feeds that somebody listens to."""
        return list(self._listeners)

    def add(self, topic: FeedTopic, listener: Listener) -> None:
        self._listeners.setdefault(topic, set()).add(listener)
        LISTENERS.inc()
        JOINS.inc()

    def remove(self, topic: FeedTopic, listener: Listener) -> None:
        """Ends what `add` began; a listener that is not there is none."""
        listeners = self._listeners.get(topic)
        if listeners is not None and listener in listeners:
            listeners.discard(listener)
            LISTENERS.dec()
            if not listeners:
                del self._listeners[topic]

    def take(self, payload: str) -> None:
        """Takes the payload of a notification."""
        self.tell(read_payload(payload))

    def tell(self, changes: Iterable[FeedChange]) -> None:
        for change in changes:
            if change.topic not in self._listeners:
                continue
            if change.kind in OF_TENANTS:
                self._pending_of_tenants.setdefault(change.topic, {})[change] = None
                continue
            if change.kind == LOOK:
                self.look_again([change.topic])
                continue
            waiting = self._pending.get(change.topic)
            if waiting is None:
                self._pending[change.topic] = [change]
            elif len(waiting) == MAX_CHANGES:
                waiting.clear()
            elif waiting:
                waiting.append(change)
        self._flush_soon()

    def look_again(self, topics: Iterable[FeedTopic] | None = None) -> None:
        """Has those who listen to feeds look at them: at some, or at all."""
        for topic in self._listeners if topics is None else topics:
            self._pending[topic] = []
        self._flush_soon()

    def close(self) -> None:
        """Has listeners look a last time, as the process stops."""
        self.is_closed = True
        self.look_again()

    def _flush_soon(self) -> None:
        if (self._pending or self._pending_of_tenants) and self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(COALESCED_SECONDS, self._tell_all)

    def _tell_all(self) -> None:
        pending, self._pending, self._flush = self._pending, {}, None
        of_tenants, self._pending_of_tenants = self._pending_of_tenants, {}
        for topic, changes in pending.items():
            self._tell_listeners(topic, changes)
        for topic, all_changes in of_tenants.items():
            self._tell_listeners(topic, list(all_changes))

    def _tell_listeners(self, topic: FeedTopic, changes: Sequence[FeedChange]) -> None:
        listeners = list(self._listeners.get(topic, ()))
        if changes:
            CHANGES.inc(len(changes))
        else:
            LOOKS.inc(len(listeners))
        for listener in listeners:
            listener(changes)
