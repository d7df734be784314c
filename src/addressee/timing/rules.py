"""Recurring rules in local time, as calendars know them (RFC 5545), and when they fall due next.

A rule has periods: every `interval` minutes, hours, days, weeks, months or years. A period of a day or more holds the
days that the rule's months, days of the month and weekdays leave of it, each with the rule's times of day. Shorter
periods are lengths of time that pass, in which a change of clocks does not count; only those on the rule's days count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from addressee.timing.local_time import (
    MONTHS_OF_A_YEAR,
    first_instant,
    instant_of,
    length_of_month,
    local,
    month_number,
)
from addressee.timing.weekdays import ORDER, Weekday
from addressee.timing.zones import choose_zone

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

MAX_INTERVAL = 1000

# Periods are counted from this Monday where a rule does not say from when.
EPOCH = date(1969, 12, 29)

# A rule that has fallen due in none of so many days, or of so many shorter periods, is given up.
MAX_DAYS = 20_000
MAX_STEPS = 20_000


class Frequency(StrEnum):
    MINUTELY = "minutely"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


PASSING = {Frequency.MINUTELY: MINUTE, Frequency.HOURLY: HOUR}


class NthWeekday(NamedTuple):
    """A weekday, or the nth one of its month (of its year, in a yearly rule without months); -1 is the last one."""

    day: Weekday
    nth: int = 0


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A recurring rule. An empty field does not restrict it; `starts` and `until` are local times, or instants.

    Negative `month_days` count from the end of the month. A rule that `clips` has a day that a month is too short for
    on its last one; otherwise that month has none. `positions` select among what a period holds, like the last one.
    Where neither a field nor `starts` says otherwise, a rule falls due at midnight, weekly ones on Monday, monthly ones
    on the first.
    """

    frequency: Frequency
    interval: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTERVAL)] = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[NthWeekday, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    starts: datetime | None = None
    until: datetime | None = None
    clips: bool = False

    def next_after(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns the first instant (UTC) after another at which the rule falls due, None when there is none.

        That is also None when it is too far away: after the year 9999, or behind MAX_DAYS or MAX_STEPS.
        """
        starts = None if self.starts is None else instant_of(self.starts, zone)
        floor = after if starts is None else max(after, starts - MINUTE / 60)
        try:
            at = first_after(floor, self._ticks(floor, zone))
        except OverflowError:
            return None
        return None if at is None or (self.until is not None and at > instant_of(self.until, zone)) else at

    def _ticks(self, near: datetime, zone: ZoneInfo) -> Iterator[list[datetime]]:
        """Yields what falls due in each period, from one before `near` on."""
        anchor = None if self.starts is None else local(instant_of(self.starts, zone), zone)
        if self.frequency in PASSING:
            start = first_instant(datetime.combine(EPOCH, time()), zone) if anchor is None else instant_of(anchor, zone)
            yield from passing_ticks(self, start, near, zone)
            return
        times = times_of(self, anchor)
        # A day that the zone skips is due on the next one.
        for days in periods(self, anchor, local(near, zone).date() - 2 * DAY):
            shown = [datetime.combine(day, at) for day in days for at in times]
            yield sorted(instant_of(each, zone) for each in at_positions(shown, self.positions))


class Recurrence(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Rules that fall due together, at each of their ticks, in a `zone` of their own if they have one."""

    rules: tuple[Rule, ...]
    zone: str | None = None

    def next_after(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """Returns the first instant (UTC) after another at which a rule falls due, None when there is none.

        `zone` is where it does unless the rules have a zone of their own.
        """
        own = zone if self.zone is None else choose_zone(self.zone, zone.key).zone
        found = (rule.next_after(after, own) for rule in self.rules)
        return min((at for at in found if at is not None), default=None)


def first_after(after: datetime, ticks: Iterator[list[datetime]]) -> datetime | None:
    """Returns the first tick after an instant. A tick that was shifted may lie behind one of the next period."""
    for period in ticks:
        if following := [at for at in period if at > after]:
            return min([*following, *(at for at in next(ticks, []) if at > after)])
    return None


def times_of(rule: Rule, anchor: datetime | None) -> list[time]:
    """Returns the times of day at which a rule falls due."""
    default = time() if anchor is None else anchor.time()
    hours, minutes = rule.hours or (default.hour,), rule.minutes or (default.minute,)
    return [time(hour, minute) for hour in sorted(set(hours)) for minute in sorted(set(minutes))]


def at_positions(found: list[datetime], positions: tuple[int, ...]) -> Iterable[datetime]:
    """Returns those at the positions, counted from 1, or from the end; all without positions."""
    if not positions:
        return found
    indexes = {position - 1 if position > 0 else len(found) + position for position in positions}
    return [found[index] for index in sorted(indexes) if 0 <= index < len(found)]


def periods(rule: Rule, anchor: datetime | None, near: date) -> Iterator[list[date]]:
    """Yields the days on which a rule falls due in each period, from the one that holds `near`, or the first, on."""
    origin = EPOCH if anchor is None else anchor.date()
    examined = 0
    for first, last in spans(rule, origin, near):
        examined += (last - first).days + 1
        if examined > MAX_DAYS:
            return
        yield [day for day in days_between(first, last) if is_due(rule, day, None if anchor is None else origin)]


def spans(rule: Rule, origin: date, near: date) -> Iterator[tuple[date, date]]:
    """Yields the first and the last day of each period."""
    match rule.frequency:
        case Frequency.DAILY:
            length = rule.interval * DAY
            first = origin + max(0, (near - origin) // length) * length
            while True:
                yield first, first
                first += length
        case Frequency.WEEKLY:
            length = rule.interval * WEEK
            monday = origin - origin.weekday() * DAY
            monday += max(0, (near - monday) // length) * length
            while True:
                yield monday, monday + 6 * DAY
                monday += length
        case Frequency.MONTHLY:
            yield from month_spans(month_number(origin), month_number(near), rule.interval)
        case _:
            january = origin.year * MONTHS_OF_A_YEAR
            yield from month_spans(january, near.year * MONTHS_OF_A_YEAR, rule.interval, MONTHS_OF_A_YEAR)


def month_spans(origin: int, near: int, interval: int, months: int = 1) -> Iterator[tuple[date, date]]:
    step = interval * months
    number = origin + max(0, (near - origin) // step) * step
    while True:
        yield first_of_month(number), first_of_month(number + months) - DAY
        number += step


def first_of_month(number: int) -> date:
    year, month = divmod(number, MONTHS_OF_A_YEAR)
    if year > date.max.year:
        raise OverflowError
    return date(year, month + 1, 1)


def days_between(first: date, last: date) -> Iterator[date]:
    yield from (first + number * DAY for number in range((last - first).days + 1))


def is_due(rule: Rule, day: date, anchor: date | None) -> bool:
    """Returns whether a rule falls due on a day of one of its periods."""
    is_month = not rule.months or day.month in rule.months
    if rule.month_days or rule.weekdays or rule.frequency in {*PASSING, Frequency.DAILY}:
        return is_month and is_month_day(rule, day) and is_weekday(rule, day)
    start = EPOCH if anchor is None else anchor
    if rule.frequency is Frequency.WEEKLY:
        return is_month and day.weekday() == start.weekday()
    number = 1 if anchor is None else anchor.day
    if rule.frequency is Frequency.YEARLY and not rule.months:
        is_month = day.month == (1 if anchor is None else anchor.month)
    return is_month and day.day == number


def is_month_day(rule: Rule, day: date) -> bool:
    if not rule.month_days:
        return True
    length = length_of_month(day)
    numbers = {day.day, day.day - length - 1}
    if rule.clips and day.day == length:
        numbers |= set(range(length + 1, 32))
    return not numbers.isdisjoint(rule.month_days)


def is_weekday(rule: Rule, day: date) -> bool:
    if not rule.weekdays:
        return True
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    if rule.frequency is not Frequency.YEARLY or rule.months:
        first, last = day.replace(day=1), day.replace(day=length_of_month(day))
    nths = {0, (day - first).days // 7 + 1, -((last - day).days // 7) - 1}
    name = ORDER[day.weekday()]
    return any(each.day is name and each.nth in nths for each in rule.weekdays)


def passing_ticks(rule: Rule, start: datetime, near: datetime, zone: ZoneInfo) -> Iterator[list[datetime]]:
    """Yields what falls due in each period of a rule whose minutes or hours pass, on its days and in its hours."""
    length = rule.interval * PASSING[rule.frequency]
    number = max(0, (near - start) // length)
    for _ in islice(iter(int, 1), MAX_STEPS):
        at = start + number * length
        shown = local(at, zone)
        number += 1
        if not is_due(rule, shown.date(), None):
            midnight = first_instant(datetime.combine(shown.date() + DAY, time()), zone)
            number = max(number, -((start - midnight) // length))
        elif not rule.hours or shown.hour in rule.hours:
            yield sorted(at + timedelta(minutes=minute - shown.minute) for minute in rule.minutes) or [at]
