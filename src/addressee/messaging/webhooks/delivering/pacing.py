"""The pace of deliveries: when a failed one is tried again, and when an endpoint pauses or is disabled. Pure.

An endpoint that fails a few times in a row pauses as a whole: after each pause, one delivery is tried to see whether it
is back. So those that wait are not each tried meanwhile, and none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from addressee.messaging.webhooks.model import DisabledFor

# The pauses after which a delivery that failed is tried again. After the last of them it has failed.
RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)

# By which share a pause is longer at most, so that what failed together does not come back together.
JITTER = 0.1

# How long an endpoint may ask a delivery to wait, and itself to be left alone.
LONGEST_ASKED = timedelta(hours=24)
LONGEST_ASKED_PAUSE = timedelta(hours=1)

# The failures in a row after which an endpoint pauses: at first for so long, each time twice as long, up to a limit.
FAILURES_BEFORE_PAUSE = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)

# More are not counted: the pause has long been the longest.
MOST_FAILURES = 30

# After failures for so long, without a success, an endpoint is disabled.
DISABLED_AFTER = timedelta(days=5)

ASKING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an attempt. `status` is None if nothing was answered, `retry_after` a pause that was asked for."""

    status: int | None
    answer: str
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and self.status in range(200, 300)

    @property
    def is_gone(self) -> bool:
        return self.status == HTTPStatus.GONE

    @property
    def asked_pause(self) -> timedelta:
        """The pause that a busy endpoint asks for; other answers cannot ask for one."""
        asks = self.status in ASKING and self.retry_after is not None
        return self.retry_after if asks and self.retry_after is not None else timedelta()


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of an endpoint: its `failures` in a row since `failing_since`, and until when it pauses."""

    failing_since: datetime | None = None
    failures: int = 0
    paused_until: datetime | None = None
    disabled_for: DisabledFor | None = None

    @property
    def is_on_trial(self) -> bool:
        """Returns whether one delivery at a time is tried, to see whether the endpoint is back."""
        return self.failures >= FAILURES_BEFORE_PAUSE

    @property
    def goes_on(self) -> bool:
        return self.disabled_for is None and self.paused_until is None


def retry_at(attempts: int, result: Result, now: datetime, chance: Callable[[], float]) -> datetime | None:
    """Returns when a delivery is tried again of which so many attempts have failed, None if it is not."""
    if attempts > len(RETRIES):
        return None
    pause = RETRIES[attempts - 1] * (1 + JITTER * chance())
    return now + max(pause, min(result.asked_pause, LONGEST_ASKED))


def after(pace: Pace, results: Sequence[Result], now: datetime) -> Pace:
    """Returns the pace after results that became known together, in their order."""
    for result in results:
        pace = after_one(pace, result, now)
    return pace


def after_one(pace: Pace, result: Result, now: datetime) -> Pace:
    if result.is_success:
        # What was under way beside it says nothing against a success, but for an endpoint that was given up.
        return pace if pace.disabled_for is not None else Pace()
    since = pace.failing_since or now
    if result.is_gone:
        return replace(pace, failing_since=since, disabled_for=DisabledFor.GONE)
    if pace.disabled_for is None and now - since >= DISABLED_AFTER:
        return replace(pace, failing_since=since, disabled_for=DisabledFor.FAILING)
    # Those that fail together, once it pauses, are one failure: the pauses grow by what trials say.
    if pace.paused_until is None:
        pace = replace(pace, failures=min(pace.failures + 1, MOST_FAILURES))
    pause = max(pause_after(pace.failures), min(result.asked_pause, LONGEST_ASKED_PAUSE))
    until = pace.paused_until
    if pause:
        until = now + pause if until is None else max(until, now + pause)
    return replace(pace, failing_since=since, paused_until=until)


def pause_after(failures: int) -> timedelta:
    """Returns how long an endpoint pauses after so many failures in a row."""
    if failures < FAILURES_BEFORE_PAUSE:
        return timedelta()
    return min(FIRST_PAUSE * float(2 ** (failures - FAILURES_BEFORE_PAUSE)), LONGEST_PAUSE)
