"""The times from the commit of a change until a client is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import Histogram

from addressee.messaging.realtime.changes import FeedChange

# The clocks of two machines differ by what their time servers leave; on one machine it is exact.
DELAYS = Histogram(
    "addressee_feed_delay_seconds",
    "Time from the commit of a change until a client was told of it",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)


class Delay:
    """The delay with which one client is told of what changes."""

    def __init__(self) -> None:
        self._since: float | None = None

    def begin(self, changes: Iterable[FeedChange]) -> None:
        """Counts from the commit of the earliest of these changes, unless that of an earlier one counts already."""
        times = [change.committed_at for change in changes if change.committed_at]
        if times:
            since = min(times)
            self._since = since if self._since is None else min(since, self._since)

    def take(self) -> float | None:
        """Returns since when the client waits, and counts anew; None where that is not known."""
        since, self._since = self._since, None
        return since


def observe(since: float | None) -> None:
    """Counts that a client was told now."""
    if since is not None:
        DELAYS.observe(max(0.0, time.time() - since))
