"""Recurrence rules, and the occurrences that follow from them (knock.md §3.13). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from addressee.directory.errors import RefusedError
from addressee.timing.local_time import day_of_month, first_instant, instant_of, month_number
from addressee.timing.weekdays import ORDER, Weekday

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

MAX_INTERVAL = 1000

# A rule whose days never fall due, like every 24 hours but only on another weekday, is given up after this many.
MAX_CANDIDATES = 400


class Frequency(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: every `interval` hours, days, weeks or months, counted from an anchor.

    `hours` and `minutes` are the time of day in the recipient's zone; an hourly rule takes only the minutes, and
    counts hours that pass. `days` limits a rule to these days of the week; a weekly rule without them, and a monthly
    one without `day_of_month`, take the day of the anchor. A month that is too short for its day has it on its last.
    """

    frequency: Frequency
    interval: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTERVAL)] = 1
    days: tuple[Weekday, ...] = ()
    day_of_month: Annotated[int, msgspec.Meta(ge=1, le=31)] | None = None
    hours: Annotated[int, msgspec.Meta(ge=0, le=23)] = 0
    minutes: Annotated[int, msgspec.Meta(ge=0, le=59)] = 0


class Candidate(NamedTuple):
    """An instant at which a rule may fall due. `day` is the rule's own, also when the zone skips the time on it."""

    day: date
    at: datetime


class LastOccurrence(NamedTuple):
    """The last occurrence of a schedule, and the time zone in which it happened."""

    at: datetime
    zone: ZoneInfo


def earliest_occurrence(
    repeats: Sequence[Repeat], anchor: datetime, after: datetime, zone: ZoneInfo, last: LastOccurrence | None = None
) -> datetime | None:
    """Returns the earliest `next_occurrence` of all rules, None when no rule falls due again.

    For a recipient that has moved since `last`, no rule falls due on the local day on which it happened last, by the
    calendar of either zone.
    """
    found = [
        next_occurrence(repeat, anchor, after, zone, None if last is None else last_day(repeat, anchor, last, zone))
        for repeat in repeats
    ]
    return min((at for at in found if at is not None), default=None)


def next_occurrence(
    repeat: Repeat, anchor: datetime, after: datetime, zone: ZoneInfo, last_day: date | None = None
) -> datetime | None:
    """Returns the first instant (UTC) after `after`, and not before `anchor`, at which a rule falls due in a zone.

    Local times are instants as `timing.local_time` has it. It falls due on days after `last_day` only. None when that
    is beyond the year 9999, or when there is none in the rule's next 400 periods.
    """
    try:
        for candidate in islice(candidates(repeat, anchor, max(anchor, after), zone), MAX_CANDIDATES):
            is_later = last_day is None or candidate.day > last_day
            if is_later and is_on_its_weekdays(repeat, candidate) and candidate.at > after and candidate.at >= anchor:
                return candidate.at
    except OverflowError:
        return None
    return None


def is_on_its_weekdays(repeat: Repeat, candidate: Candidate) -> bool:
    return not repeat.days or ORDER[candidate.day.weekday()] in repeat.days


def last_day(repeat: Repeat, anchor: datetime, last: LastOccurrence, zone: ZoneInfo) -> date | None:
    """Returns the local day on which a rule happened last before its recipient moved to another zone.

    It is the later one of the days in both zones. None for a rule that counts hours, which pass alike in all zones.
    """
    if repeat.frequency is Frequency.HOURLY or last.zone.key == zone.key:
        return None
    days = [
        max(candidate.day, candidate.at.astimezone(zone).date())
        for candidate in takewhile(
            lambda candidate: candidate.at <= last.at,
            islice(candidates(repeat, anchor, max(anchor, last.at), last.zone), MAX_CANDIDATES),
        )
        if is_on_its_weekdays(repeat, candidate)
    ]
    return days[-1] if days else None


def candidates(repeat: Repeat, anchor: datetime, near: datetime, zone: ZoneInfo) -> Iterator[Candidate]:
    """Yields the rule's occurrences in order, on any day of the week, from one at or before `near` on."""
    if repeat.frequency is Frequency.HOURLY:
        yield from hours(repeat, anchor, near, zone)
        return
    at = time(repeat.hours, repeat.minutes)
    # An occurrence on a day that the zone skips as a whole happens on the next day.
    start = near.astimezone(zone).date() - DAY
    for day in days(repeat, anchor.astimezone(zone).date(), start):
        yield Candidate(day, instant_of(datetime.combine(day, at), zone))


def hours(repeat: Repeat, anchor: datetime, near: datetime, zone: ZoneInfo) -> Iterator[Candidate]:
    shown = anchor.astimezone(zone)
    past_the_hour = timedelta(minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)
    first = anchor.astimezone(UTC) + (timedelta(minutes=repeat.minutes) - past_the_hour) % HOUR
    step = repeat.interval * HOUR
    for number in count(max(0, (near - first) // step)):
        at = first + number * step
        yield Candidate(at.astimezone(zone).date(), at)


def days(repeat: Repeat, anchor: date, start: date) -> Iterator[date]:
    """Yields the days of a rule that counts days, weeks or months, from a period that holds `start` or is before it."""
    match repeat.frequency:
        case Frequency.DAILY:
            step = repeat.interval * DAY
            for number in count(max(0, (start - anchor) // step)):
                yield anchor + number * step
        case Frequency.WEEKLY:
            monday = anchor - anchor.weekday() * DAY
            step = repeat.interval * WEEK
            weekdays = sorted(ORDER.index(day) for day in repeat.days) or [anchor.weekday()]
            for number in count(max(0, (start - monday) // step)):
                yield from (monday + number * step + weekday * DAY for weekday in weekdays)
        case Frequency.MONTHLY:
            month = month_number(anchor)
            for number in count(max(0, (month_number(start) - month) // repeat.interval)):
                yield day_of_month(month + number * repeat.interval, repeat.day_of_month or anchor.day)


class Timing(msgspec.Struct, frozen=True):
    """The times at which a schedule falls due: repeatedly, from `scheduled_at` if it is given, or once, at that time.

    Nothing falls due after `ending_at`, or after the day `ending_on` in the recipient's time zone if that is given.
    """

    repeats: tuple[Repeat, ...] = ()
    scheduled_at: datetime | None = None
    ending_at: datetime | None = None
    ending_on: date | None = None

    def check(self) -> None:
        """Raises RefusedError for what would never fall due."""
        if not self.repeats and self.scheduled_at is None:
            message = "Give scheduled_at, repeats, or both: with neither of them a schedule never runs."
            raise RefusedError("required", "scheduled_at", message)

    def in_zone(self, zone: ZoneInfo) -> Timing:
        """Returns the timing in a zone: `ending_at` is the end of the day `ending_on`, if there is one."""
        if self.ending_on is None:
            return self
        try:
            following = first_instant(datetime.combine(self.ending_on + DAY, time()), zone)
        except OverflowError:
            return msgspec.structs.replace(self, ending_at=None, ending_on=None)
        return msgspec.structs.replace(self, ending_at=following - timedelta(microseconds=1))

    def next_occurrence(
        self,
        zone: ZoneInfo,
        *,
        created_at: datetime,
        last: datetime | None,
        now: datetime,
        last_zone: ZoneInfo | None = None,
    ) -> datetime | None:
        """Returns the next occurrence after `last` (None: there was none yet), which happened in `last_zone`.

        Occurrences of rules are after now; a single one may be late.
        """
        at = self.scheduled_at
        if self.repeats:
            happened = None if last is None or last_zone is None else LastOccurrence(last, last_zone)
            after = now if last is None else max(now, last)
            at = earliest_occurrence(self.repeats, self.scheduled_at or created_at, after, zone, happened)
        elif at is not None and last is not None and last >= at:
            at = None
        return None if at is None or self.has_ended(at, zone) else at

    def has_ended(self, at: datetime, zone: ZoneInfo) -> bool:
        if self.ending_on is not None:
            return at.astimezone(zone).date() > self.ending_on
        return self.ending_at is not None and at > self.ending_at
