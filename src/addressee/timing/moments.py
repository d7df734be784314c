"""Points in time that data names: an instant, a duration from now, or the next tick of a rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from addressee.conditions.values import instant
from addressee.timing.durations import duration
from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import recurrence

FORMS = "it must be a timestamp like 2025-06-01T09:00:00Z, a duration like 10m, or a rule like {frequency: daily}"


def moment(value: Any, now: datetime, zone: ZoneInfo) -> datetime:
    """Returns the instant (UTC) that a value names, which may be past. Raises TimingError when it names none.

    A timestamp without an offset is in UTC; a duration counts from now; a rule falls due next after now, in the zone.
    """
    if (at := instant(value)) is not None:
        return at
    if is_rule(value):
        following = recurrence(value).next_after(now, zone)
        if following is None:
            raise TimingError("the rule never falls due")
        return following
    try:
        return shifted(now, duration(value))
    except TimingError:
        raise TimingError(FORMS) from None


def shifted(at: datetime, offset: timedelta) -> datetime:
    """Returns an instant before or after another. Raises TimingError when it is beyond the calendar."""
    try:
        return at + offset
    except OverflowError:
        raise TimingError("that is beyond the year 9999") from None


def is_rule(value: Any) -> bool:
    if isinstance(value, dict):
        return not value.keys().isdisjoint({"frequency", "cron", "rrule"})
    return isinstance(value, str) and ("FREQ=" in value.upper() or len(value.split()) == 5)
