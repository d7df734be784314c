"""The times that requests took, by operation and status.

Times are kept for a tenth of a second and then added to the metrics together: the library takes longer for one value
than a request may.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from prometheus_client import Histogram

BOUNDS = (0.01, 0.05, 0.25, 1.0, 5.0)

# A dialect, an operation and a status.
Series: TypeAlias = tuple[str, str, int]


class Times(Histogram):
    """A histogram that takes many values at once."""

    def observe_all(self, values: Sequence[float]) -> None:
        self._sum.inc(sum(values))
        for bucket, count in Counter(bisect_left(BOUNDS, value) for value in values).items():
            self._buckets[bucket].inc(count)


class RequestTimes:
    """Keeps the times of answered requests until they are added to a histogram."""

    SECONDS = 0.1

    def __init__(self, times: Times) -> None:
        self._times = times
        self._kept: dict[Series, list[float]] = defaultdict(list)

    def observe(self, series: Series, seconds: float) -> None:
        """Counts an answer. Callers cannot add series: unknown paths share one, and so do unauthenticated requests."""
        if not self._kept:
            asyncio.get_running_loop().call_later(self.SECONDS, self.add)
        self._kept[series].append(seconds)

    def add(self) -> None:
        """Adds what is kept to the histogram."""
        kept, self._kept = self._kept, defaultdict(list)
        for (dialect, operation, status), values in kept.items():
            self._times.labels(dialect, operation, str(status)).observe_all(values)


REQUEST_TIMES = RequestTimes(
    Times(
        "addressee_request_seconds",
        "Time from the head of a request to its answer",
        ["dialect", "operation", "status"],
        buckets=BOUNDS,
    )
)
