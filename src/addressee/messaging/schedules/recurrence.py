"""When something that repeats happens next (knock.md §3.13). Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from addressee.directory.errors import RefusedError
from addressee.directory.timezones import is_timezone

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONTHS_OF_A_YEAR = 12

MAX_INTERVAL = 1000

# A rule whose days never fall due, like every 24 hours but only on another weekday, is given up after this many.
MAX_CANDIDATES = 400


class Frequency(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


ORDER = tuple(Weekday)


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
    """`day` is the day that the rule meant: a time that its zone skips happens later."""

    day: date
    at: datetime


class Happened(NamedTuple):
    """When something happened last, and in which time zone."""

    at: datetime
    zone: ZoneInfo


def next_of_all(
    repeats: Sequence[Repeat], anchor: datetime, after: datetime, zone: ZoneInfo, last: Happened | None = None
) -> datetime | None:
    """The earliest of what `next_occurrence` says of each, None when no rule happens again.

    Whoever has moved since `last` has no rule happen on the local day on which it happened last: neither on the day
    that it was there, nor on the one that it was here.
    """
    found = [
        next_occurrence(repeat, anchor, after, zone, None if last is None else last_day(repeat, anchor, last, zone))
        for repeat in repeats
    ]
    return min((at for at in found if at is not None), default=None)


def next_occurrence(
    repeat: Repeat, anchor: datetime, after: datetime, zone: ZoneInfo, last_day: date | None = None
) -> datetime | None:
    """The first instant (UTC) after `after`, and not before `anchor`, at which the rule falls due in the zone.

    A local time that the zone skips falls due at the first instant after the gap, one that it has twice at the first
    of the two. It falls due on days after `last_day` only. None when that is beyond the year 9999, or when there is
    none in the rule's next 400 periods.
    """
    try:
        for candidate in islice(candidates(repeat, anchor, max(anchor, after), zone), MAX_CANDIDATES):
            is_later = last_day is None or candidate.day > last_day
            if is_later and is_meant(repeat, candidate) and candidate.at > after and candidate.at >= anchor:
                return candidate.at
    except OverflowError:
        return None
    return None


def is_meant(repeat: Repeat, candidate: Candidate) -> bool:
    return not repeat.days or ORDER[candidate.day.weekday()] in repeat.days


def last_day(repeat: Repeat, anchor: datetime, last: Happened, zone: ZoneInfo) -> date | None:
    """The local day on which a rule happened last before its recipient moved to another zone.

    The later one of what calendars showed in both zones. None for a rule that counts hours, which go on everywhere.
    """
    if repeat.frequency is Frequency.HOURLY or last.zone.key == zone.key:
        return None
    days = [
        max(candidate.day, candidate.at.astimezone(zone).date())
        for candidate in takewhile(
            lambda candidate: candidate.at <= last.at,
            islice(candidates(repeat, anchor, max(anchor, last.at), last.zone), MAX_CANDIDATES),
        )
        if is_meant(repeat, candidate)
    ]
    return days[-1] if days else None


def candidates(repeat: Repeat, anchor: datetime, near: datetime, zone: ZoneInfo) -> Iterator[Candidate]:
    """The rule's occurrences in order, whatever its days of the week, from one at or before `near` on."""
    if repeat.frequency is Frequency.HOURLY:
        yield from hours(repeat, anchor, near, zone)
        return
    at = time(repeat.hours, repeat.minutes)
    # A day that a zone skips as a whole happens on the next one.
    start = near.astimezone(zone).date() - DAY
    for day in days(repeat, anchor.astimezone(zone).date(), start):
        yield Candidate(day, first_instant(datetime.combine(day, at), zone))


def hours(repeat: Repeat, anchor: datetime, near: datetime, zone: ZoneInfo) -> Iterator[Candidate]:
    shown = anchor.astimezone(zone)
    past_the_hour = timedelta(minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)
    first = anchor.astimezone(UTC) + (timedelta(minutes=repeat.minutes) - past_the_hour) % HOUR
    step = repeat.interval * HOUR
    for number in count(max(0, (near - first) // step)):
        at = first + number * step
        yield Candidate(at.astimezone(zone).date(), at)


def days(repeat: Repeat, anchor: date, start: date) -> Iterator[date]:
    """The days of a rule that counts days, weeks or months, from a period that holds `start` or is before it."""
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


def month_number(day: date) -> int:
    return day.year * MONTHS_OF_A_YEAR + day.month - 1


def day_of_month(number: int, day: int) -> date:
    """That day of a month, or the month's last one. Raises OverflowError after the year 9999."""
    year, month = divmod(number, MONTHS_OF_A_YEAR)
    if year > MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which a clock in the zone shows this local time or a later one."""
    late = shown.replace(tzinfo=zone).astimezone(UTC)
    if local(late, zone) == shown:
        return late
    # The time is skipped: read by the offset after the gap it is before the gap, by the one before it is after.
    early = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if local(middle, zone) < shown:
            early = middle
        else:
            late = middle
    return late


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in the zone shows."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


class Timing(msgspec.Struct, frozen=True):
    """When a schedule falls due: again and again, from `scheduled_at` if it is given, or once, at `scheduled_at`.

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

    def shown_in(self, zone: ZoneInfo) -> Timing:
        """With `ending_at` at the end of the last day, if there is one, as it is in a zone."""
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
        """The one to wait for, once `last` was the last one (None: there was none yet), in `last_zone`.

        What repeats does so after now; what happens once may be late.
        """
        at = self.scheduled_at
        if self.repeats:
            happened = None if last is None or last_zone is None else Happened(last, last_zone)
            after = now if last is None else max(now, last)
            at = next_of_all(self.repeats, self.scheduled_at or created_at, after, zone, happened)
        elif at is not None and last is not None and last >= at:
            at = None
        return None if at is None or self.has_ended(at, zone) else at

    def has_ended(self, at: datetime, zone: ZoneInfo) -> bool:
        if self.ending_on is not None:
            return at.astimezone(zone).date() > self.ending_on
        return self.ending_at is not None and at > self.ending_at


def zone_of(*names: str | None) -> ZoneInfo:
    """The first of these zones that is known here, else UTC."""
    known = (name for name in names if name is not None and is_timezone(name))
    return ZoneInfo(next(known, "Etc/UTC"))


def zone_named(name: str | None) -> ZoneInfo | None:
    """None when the zone is not known here."""
    return ZoneInfo(name) if name is not None and is_timezone(name) else None
