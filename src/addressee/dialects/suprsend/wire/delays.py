"""When a trigger is to start: after a while, or at a time (suprsend.md §2.4)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from addressee.dialects.suprsend.wire.errors import invalid

WRITTEN = re.compile(
    r"(?:(?P<days>\d{1,6})d)?(?:(?P<hours>\d{1,6})h)?(?:(?P<minutes>\d{1,6})m)?(?:(?P<seconds>\d{1,9})s)?"
)
SECONDS = re.compile(r"\d{1,9}")

# Beyond what is allowed, and not too much for a timedelta.
TOO_LONG = 10**9


def start_delay(delay: float | str | None, trigger_at: str | None, now: datetime) -> timedelta:
    """How long the start waits: both are over by then. What is past does not wait. Raises SuprSendError."""
    return max(
        timedelta() if delay is None else written_delay(delay),
        timedelta() if trigger_at is None else written_time(trigger_at) - now,
        timedelta(),
    )


def written_delay(delay: float | str) -> timedelta:
    """Seconds, or a text like `1d2h30m10s`, any part of which may be left out."""
    if isinstance(delay, str):
        text = delay.strip()
        if SECONDS.fullmatch(text):
            return timedelta(seconds=int(text))
        found = WRITTEN.fullmatch(text)
        if found is not None and text:
            return timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count is not None})
    elif 0 <= delay < math.inf:
        return timedelta(seconds=min(delay, TOO_LONG))
    raise invalid("delay", "delay must be a number of seconds, or a text like 1d2h30m10s.")


def written_time(text: str) -> datetime:
    """A time without a zone is in UTC."""
    try:
        written = datetime.fromisoformat(text.strip())
        return written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    except (ValueError, OverflowError):
        message = "trigger_at must be an ISO-8601 date and time, like 2026-08-27T20:14:51Z."
        raise invalid("trigger_at", message) from None
