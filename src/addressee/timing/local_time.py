"""Local times of a zone as instants: times that the zone skips, and times that it has twice.

Whatever falls due at a local time falls due at `instant_of`. A time that the zone skips is shifted forward by the gap:
2:30 becomes 3:30. Of a time that it has twice the first counts.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from addressee.timing.errors import TimingError

MONTHS_OF_A_YEAR = 12

SECOND = timedelta(seconds=1)


def instant_of(shown: datetime, zone: ZoneInfo) -> datetime:
    """Returns the instant (UTC) of a local time; one with an offset of its own is that instant in any zone."""
    return (shown if shown.tzinfo is not None else shown.replace(tzinfo=zone, fold=0)).astimezone(UTC)


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Returns the first instant (UTC) at which a clock in the zone shows this local time or a later one."""
    late = instant_of(shown, zone)
    if local(late, zone) == shown:
        return late
    # The time is skipped: read by the offset after the gap it is before the gap, by the one before it is after.
    early = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > SECOND:
        middle = early + timedelta(seconds=(late - early) // (2 * SECOND))
        if local(middle, zone) < shown:
            early = middle
        else:
            late = middle
    return late


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Returns the local time in a zone, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def transition(early: datetime, late: datetime, zone: ZoneInfo) -> datetime | None:
    """Returns the instant between two at which the zone's clocks were set, None when they were not."""
    offset = early.astimezone(zone).utcoffset()
    if late.astimezone(zone).utcoffset() == offset:
        return None
    while late - early > SECOND:
        middle = early + timedelta(seconds=(late - early) // (2 * SECOND))
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late


def time_of_day(value: object) -> time:
    """Returns a time of day, to the minute: 9:00, 09:00 or 09:00:00. Raises TimingError for anything else."""
    if isinstance(value, str):
        padded = f"0{value}" if value[1:2] == ":" else value
        try:
            found = time.fromisoformat(padded)
        except ValueError:
            pass
        else:
            if found.tzinfo is None and ":" in padded:
                return found.replace(second=0, microsecond=0)
    raise TimingError(f"{value!r} is no time of day, like 09:00")


def month_number(day: date) -> int:
    """Returns the number of a day's month, by which months are counted across years."""
    return day.year * MONTHS_OF_A_YEAR + day.month - 1


def day_of_month(number: int, day: int) -> date:
    """Returns that day of a month, or the month's last one. Raises OverflowError after the year 9999."""
    year, month = divmod(number, MONTHS_OF_A_YEAR)
    if year > MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day, length_of_month(date(year, month + 1, 1))))


def length_of_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]
