"""The delay of a trigger: a duration, or a time (suprsend.md §2.4)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from addressee.dialects.suprsend.wire.errors import invalid

DURATION = re.compile(
    r"(?:(?P<days>\d{1,6})d)?(?:(?P<hours>\d{1,6})h)?(?:(?P<minutes>\d{1,6})m)?(?:(?P<seconds>\d{1,9})s)?"
)
SECONDS = re.compile(r"\d{1,9}")

# More seconds than any delay may have, and few enough for a timedelta.
TOO_LONG = 10**9


def start_delay(delay: float | str | None, trigger_at: str | None, now: datetime) -> timedelta:
    """Returns how long a run waits: until both are over, and not at all when they are past. Raises SuprSendError."""
    return max(
        timedelta() if delay is None else parse_delay(delay),
        timedelta() if trigger_at is None else parse_time(trigger_at) - now,
        timedelta(),
    )


def parse_delay(delay: float | str) -> timedelta:
    """Parses a number of seconds, or a text like `1d2h30m10s`, of which parts may be left out. Raises SuprSendError."""
    if isinstance(delay, str):
        text = delay.strip()
        if SECONDS.fullmatch(text):
            return timedelta(seconds=int(text))
        found = DURATION.fullmatch(text)
        if found is not None and text:
            return timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count is not None})
    elif 0 <= delay < math.inf:
        return timedelta(seconds=min(delay, TOO_LONG))
    raise invalid("delay", "delay must be a number of seconds, or a text like 1d2h30m10s.")


def parse_time(text: str) -> datetime:
    """Parses an ISO-8601 date and time, in UTC when it names no zone. Raises SuprSendError."""
    try:
        written = datetime.fromisoformat(text.strip())
        return written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    except (ValueError, OverflowError):
        message = "trigger_at must be an ISO-8601 date and time, like 2026-08-27T20:14:51Z."
        raise invalid("trigger_at", message) from None
