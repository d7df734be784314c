"""Windows of the week in local time: whether they are open at an instant, and when they open or close next.

A window is open on its days from one time of day until another, which it does not hold; one that ends no later than it
begins ends on the next day. What counts is what a clock in the zone shows: a window that clocks skip the beginning of
opens after the gap, and one that they come back to is open again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from addressee.timing.local_time import first_instant, length_of_month, local, transition
from addressee.timing.rules import NthWeekday
from addressee.timing.weekdays import ORDER, Weekday

DAY = timedelta(days=1)

# Every window opens again within these days: the fifth Monday of a month is the rarest day that one can have.
MAX_DAYS = 400


class Window(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A window of some days of the week, of the month (negative ones count from its end), or nth weekdays of the month.

    Without days it is open on each. `start` and `end` are times of day: midnight as the end is that of the day itself.
    """

    days: tuple[Weekday, ...] = ()
    month_days: tuple[int, ...] = ()
    nth_days: tuple[NthWeekday, ...] = ()
    start: time = time()
    end: time = time()

    @property
    def crosses_midnight(self) -> bool:
        return self.end <= self.start

    def holds(self, shown: datetime) -> bool:
        """Returns whether the window is open when clocks show this."""
        at, day = shown.time(), shown.date()
        if not self.crosses_midnight:
            return self.start <= at < self.end and self.is_on(day)
        return (at >= self.start and self.is_on(day)) or (at < self.end and self.is_on(day - DAY))

    def is_on(self, day: date) -> bool:
        """Returns whether the window begins on a day."""
        if not (self.days or self.month_days or self.nth_days):
            return True
        length = length_of_month(day)
        # A month that is too short for a day has it on its last one.
        last = set(range(length, 32)) if day.day == length else set()
        nths = {(day.day - 1) // 7 + 1, -((length - day.day) // 7) - 1}
        name = ORDER[day.weekday()]
        return (
            name in self.days
            or not last.union({day.day, day.day - length - 1}).isdisjoint(self.month_days)
            or any(each.day is name and each.nth in nths for each in self.nth_days)
        )


class Windows(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Windows that are open together, when any of them is, in a `zone` of their own if they have one.

    A zone is a name, `tenant` for that of the tenant, or None for that of the recipient.
    """

    windows: tuple[Window, ...]
    zone: str | None = None

    def are_open(self, at: datetime, zone: ZoneInfo) -> bool:
        shown = local(at, zone)
        return any(window.holds(shown) for window in self.windows)

    def next_open(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns the first instant (UTC), from `at` on, at which they are open. None when they never open."""
        return self._next(at, zone, is_open=True)

    def next_closed(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns the first instant (UTC), from `at` on, at which they are closed. None when they never close."""
        return self._next(at, zone, is_open=False)

    def _next(self, at: datetime, zone: ZoneInfo, *, is_open: bool) -> datetime | None:
        if self.are_open(at, zone) is is_open:
            return at
        try:
            for changes in self._changes(at, zone):
                for change in sorted(changes):
                    if change > at and self.are_open(change, zone) is is_open:
                        return change
        except OverflowError:
            return None
        return None

    def _changes(self, at: datetime, zone: ZoneInfo) -> Iterator[list[datetime]]:
        """Yields the instants of each day, from that of `at` on, at which they may open or close.

        That is where clocks show the time of a beginning or an end, each time that they do, and where they are set.
        """
        day = local(at, zone).date()
        times = {time(), *(window.start for window in self.windows), *(window.end for window in self.windows)}
        for _ in range(MAX_DAYS):
            begins, ends = (first_instant(datetime.combine(each, time()), zone) for each in (day, day + DAY))
            changes = [first_instant(datetime.combine(day, each), zone) for each in times]
            if (change := transition(begins, ends, zone)) is not None:
                again = (datetime.combine(day, each, zone).replace(fold=1) for each in times)
                changes += [change, *(each.astimezone(begins.tzinfo) for each in again)]
            yield changes
            day += DAY
