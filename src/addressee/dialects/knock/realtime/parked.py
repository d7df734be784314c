"""The newest items that clients knew when they left, so that they are told of later ones when they come back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from addressee.messaging.messages.model import Position
from addressee.messaging.realtime.changes import FeedTopic

MAX_CLIENTS = 50_000


class Parked:
    """The newest items that clients of this process knew when they left, of the last MAX_CLIENTS that did."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[FeedTopic, str], Position | None] = OrderedDict()

    def leave(self, feed: FeedTopic, newest: Mapping[str, Position | None]) -> None:
        for reference, position in newest.items():
            if reference:
                self._known[feed, reference] = position
        while len(self._known) > MAX_CLIENTS:
            self._known.popitem(last=False)

    def come_back(self, feed: FeedTopic, references: Iterable[str]) -> dict[str, Position | None]:
        """Returns what is known of these clients, by their reference ids."""
        return {
            reference: self._known.pop((feed, reference))
            for reference in references
            if (feed, reference) in self._known
        }
