"""When a rule falls due next: across time zones, daylight saving and short months."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addressee.messaging.schedules.recurrence import (
    Frequency,
    LastOccurrence,
    Repeat,
    Timing,
    earliest_occurrence,
    next_occurrence,
)
from addressee.timing.local_time import local
from addressee.timing.weekdays import ORDER, Weekday

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
KOLKATA = "Asia/Kolkata"
APIA = "Pacific/Apia"
SANTIAGO = "America/Santiago"
KIRITIMATI = "Pacific/Kiritimati"
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hourly(interval: int = 1, minutes: int = 0, *days: Weekday) -> Repeat:
    return Repeat(frequency=Frequency.HOURLY, interval=interval, minutes=minutes, days=days)


def daily(hours: int, minutes: int = 0, interval: int = 1, days: tuple[Weekday, ...] = ()) -> Repeat:
    return Repeat(frequency=Frequency.DAILY, hours=hours, minutes=minutes, interval=interval, days=days)


def weekly(hours: int, *days: Weekday, interval: int = 1) -> Repeat:
    return Repeat(frequency=Frequency.WEEKLY, hours=hours, days=days, interval=interval)


def monthly(day: int | None, hours: int = 0, interval: int = 1) -> Repeat:
    return Repeat(frequency=Frequency.MONTHLY, day_of_month=day, hours=hours, interval=interval)


def series(repeat: Repeat, zone: str, anchor: str, number: int, after: str | None = None) -> list[str]:
    """The next occurrences, in UTC, to the minute."""
    found = []
    at = utc(after or anchor)
    for _ in range(number):
        following = next_occurrence(repeat, utc(anchor), at, ZoneInfo(zone))
        assert following is not None
        assert following.second == 0
        found.append(following.isoformat(timespec="minutes")[:-6])
        at = following
    return found


@pytest.mark.parametrize(
    ("repeat", "zone", "after", "expected"),
    [
        # Clocks go forward from 2:00 to 3:00 on 30 March: 2:30 falls due at 3:30, once.
        (daily(2, 30), BERLIN, "2025-03-28T12:00", ["2025-03-29T01:30", "2025-03-30T01:30", "2025-03-31T00:30"]),
        (daily(3, 0), BERLIN, "2025-03-28T12:00", ["2025-03-29T02:00", "2025-03-30T01:00", "2025-03-31T01:00"]),
        # Back from 3:00 to 2:00 on 26 October: 2:30 is there twice, the first counts.
        (daily(2, 30), BERLIN, "2025-10-24T12:00", ["2025-10-25T00:30", "2025-10-26T00:30", "2025-10-27T01:30"]),
        (daily(9), BERLIN, "2025-10-24T12:00", ["2025-10-25T07:00", "2025-10-26T08:00", "2025-10-27T08:00"]),
        (daily(2, 30), NEW_YORK, "2025-03-08T12:00", ["2025-03-09T07:30", "2025-03-10T06:30", "2025-03-11T06:30"]),
        (daily(1, 30), NEW_YORK, "2025-11-01T12:00", ["2025-11-02T05:30", "2025-11-03T06:30", "2025-11-04T06:30"]),
        # Half an hour: from 2:00 to 2:30 on 5 October, back on 6 April.
        (daily(2, 15), LORD_HOWE, "2025-10-03T20:00", ["2025-10-04T15:45", "2025-10-05T15:15", "2025-10-06T15:15"]),
        (daily(1, 45), LORD_HOWE, "2025-04-04T20:00", ["2025-04-05T14:45", "2025-04-06T15:15", "2025-04-07T15:15"]),
        (daily(9), KOLKATA, "2025-06-01T00:00", ["2025-06-01T03:30", "2025-06-02T03:30", "2025-06-03T03:30"]),
        # The island skipped 30 December 2011: what was meant for it falls due on the 31st, once.
        (daily(9), APIA, "2011-12-29T18:00", ["2011-12-29T19:00", "2011-12-30T19:00", "2011-12-31T19:00"]),
        (daily(0), APIA, "2011-12-28T18:00", ["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00"]),
        (weekly(9, Weekday.FRI), APIA, "2011-12-24T00:00", ["2011-12-30T19:00", "2012-01-05T19:00"]),
        # Midnight itself is skipped on 7 September.
        (daily(0), SANTIAGO, "2025-09-06T00:00", ["2025-09-06T04:00", "2025-09-07T04:00", "2025-09-08T03:00"]),
    ],
)
def test_across_changes_of_the_clocks(repeat: Repeat, zone: str, after: str, expected: list[str]) -> None:
    assert series(repeat, zone, "2011-01-01T00:00", len(expected), after) == expected


@pytest.mark.parametrize(
    ("zone", "anchor", "expected"),
    [
        (BERLIN, "2025-03-29T23:10", ["2025-03-30T00:00", "2025-03-30T01:00", "2025-03-30T02:00"]),
        (BERLIN, "2025-10-25T23:10", ["2025-10-26T00:00", "2025-10-26T01:00", "2025-10-26T02:00"]),
        (KOLKATA, "2025-06-01T00:00", ["2025-06-01T00:30", "2025-06-01T01:30", "2025-06-01T02:30"]),
    ],
)
def test_hours_are_hours_that_pass(zone: str, anchor: str, expected: list[str]) -> None:
    assert series(hourly(), zone, anchor, 3) == expected


def test_an_interval_counts_from_the_anchor() -> None:
    assert series(hourly(36, 15), "UTC", "2025-06-01T10:00", 3) == [
        "2025-06-01T10:15",
        "2025-06-02T22:15",
        "2025-06-04T10:15",
    ]
    assert series(daily(9, interval=3), "UTC", "2025-06-01T10:00", 3) == [
        "2025-06-04T09:00",
        "2025-06-07T09:00",
        "2025-06-10T09:00",
    ]
    assert series(weekly(9, Weekday.WED, Weekday.MON, interval=2), "UTC", "2025-06-03T10:00", 4) == [
        "2025-06-04T09:00",
        "2025-06-16T09:00",
        "2025-06-18T09:00",
        "2025-06-30T09:00",
    ]
    assert series(monthly(1, interval=5), "UTC", "2025-06-01T10:00", 2) == ["2025-11-01T00:00", "2026-04-01T00:00"]


def test_what_is_not_said_is_taken_from_the_anchor() -> None:
    assert series(weekly(9), "UTC", "2025-06-03T08:00", 2) == ["2025-06-03T09:00", "2025-06-10T09:00"]
    assert series(monthly(None), "UTC", "2025-06-03T08:00", 2) == ["2025-07-03T00:00", "2025-08-03T00:00"]


def test_the_anchor_itself_counts_and_nothing_before_it() -> None:
    anchor = utc("2025-06-10T09:00")
    assert next_occurrence(daily(9), anchor, utc("2025-06-01T00:00"), ZoneInfo("UTC")) == anchor
    assert next_occurrence(daily(9), anchor, anchor, ZoneInfo("UTC")) == anchor + timedelta(days=1)
    assert next_occurrence(hourly(), anchor, utc("2025-06-01T00:00"), ZoneInfo("UTC")) == anchor


def test_a_month_that_is_too_short_has_it_on_its_last_day() -> None:
    assert series(monthly(31, 9), "UTC", "2024-01-15T00:00", 4) == [
        "2024-01-31T09:00",
        "2024-02-29T09:00",
        "2024-03-31T09:00",
        "2024-04-30T09:00",
    ]


def test_days_of_the_week_limit_every_rule() -> None:
    workdays = tuple(Weekday)[:5]
    assert series(daily(9, days=workdays), "UTC", "2025-06-06T10:00", 2) == ["2025-06-09T09:00", "2025-06-10T09:00"]
    assert series(hourly(1, 0, Weekday.MON), "UTC", "2025-06-06T10:00", 1) == ["2025-06-09T00:00"]


def test_a_rule_that_never_falls_due_ends() -> None:
    monday = utc("2025-06-02T00:00")
    every_monday_but_on_sundays = hourly(168, 0, Weekday.SUN)
    assert next_occurrence(every_monday_but_on_sundays, monday, monday, ZoneInfo("UTC")) is None


@pytest.mark.parametrize("repeat", [hourly(1000), daily(9), weekly(9), monthly(1), monthly(1, interval=1000)])
def test_time_ends_with_the_year_9999(repeat: Repeat) -> None:
    end = utc("9999-12-31T20:00")
    assert next_occurrence(repeat, end, end, ZoneInfo(NEW_YORK)) is None


def test_of_several_rules_the_earliest_counts() -> None:
    rules = [weekly(9, Weekday.MON), daily(18, days=(Weekday.FRI,))]
    anchor = utc("2025-06-05T00:00")
    first = earliest_occurrence(rules, anchor, anchor, ZoneInfo("UTC"))
    assert first == utc("2025-06-06T18:00")
    assert earliest_occurrence(rules, anchor, first, ZoneInfo("UTC")) == utc("2025-06-09T09:00")
    assert earliest_occurrence([], anchor, anchor, ZoneInfo("UTC")) is None


# A plain model: walk minute by minute, and look at the clock.


def is_day_of(repeat: Repeat, anchor: date, day: date) -> bool:
    if repeat.days and tuple(Weekday)[day.weekday()] not in repeat.days:
        return False
    if repeat.frequency is Frequency.DAILY:
        return (day - anchor).days % repeat.interval == 0
    if repeat.frequency is Frequency.WEEKLY:
        first_monday = anchor - timedelta(days=anchor.weekday())
        weeks = (day - first_monday).days // 7
        return weeks % repeat.interval == 0 and (bool(repeat.days) or day.weekday() == anchor.weekday())
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    last = monthrange(day.year, day.month)[1]
    return months % repeat.interval == 0 and day.day == min(repeat.day_of_month or anchor.day, last)


def times_of(repeat: Repeat, anchor: date, since: datetime, until: datetime) -> list[datetime]:
    """The local times after one and up to another that a rule of days, weeks or months means."""
    dates = [since.date() + timedelta(days=number) for number in range((until.date() - since.date()).days + 1)]
    meant = [
        datetime.combine(day, time(repeat.hours, repeat.minutes)) for day in dates if is_day_of(repeat, anchor, day)
    ]
    return [at for at in meant if since < at <= until]


def walk(repeat: Repeat, anchor: datetime, after: datetime, zone: ZoneInfo, limit: timedelta) -> datetime | None:
    anchor_day = local(anchor, zone).date()
    at = after - timedelta(days=2)
    latest_shown = local(at, zone)
    due = []
    while at < after + limit:
        at += MINUTE
        shown = local(at, zone)
        if shown <= latest_shown:
            continue
        # The first minute that clocks skip is the one that they show instead. Days before the anchor's are never meant.
        if shown.minute == repeat.minutes or shown > latest_shown + MINUTE:
            due += [
                at + (meant - latest_shown - MINUTE)
                for meant in times_of(repeat, anchor_day, latest_shown, shown)
                if meant.date() >= anchor_day
            ]
        latest_shown = shown
    return min((each for each in due if after < each <= after + limit and each >= anchor), default=None)


zones = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, KOLKATA, APIA, SANTIAGO]).map(ZoneInfo)
near_a_change = st.sampled_from(
    [
        "2025-03-29T00:00",
        "2025-10-25T00:00",
        "2025-03-08T20:00",
        "2025-11-01T20:00",
        "2025-10-04T10:00",
        "2025-04-05T10:00",
        "2011-12-29T00:00",
        "2025-09-06T00:00",
    ]
).map(utc)
repeats = st.builds(
    Repeat,
    frequency=st.sampled_from([Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]),
    interval=st.integers(1, 3),
    days=st.one_of(st.just(()), st.lists(st.sampled_from(Weekday), min_size=2, unique=True).map(tuple)),
    day_of_month=st.one_of(st.none(), st.integers(1, 31)),
    hours=st.one_of(st.integers(0, 3), st.integers(0, 23)),
    minutes=st.integers(0, 59),
)


@settings(max_examples=60)
@given(repeats, zones, near_a_change, st.integers(0, 3000), st.integers(0, 60))
def test_it_is_what_a_walk_through_the_minutes_finds(
    repeat: Repeat, zone: ZoneInfo, start: datetime, minutes: int, days_since: int
) -> None:
    after = start + minutes * MINUTE
    anchor = after - timedelta(days=days_since)
    limit = timedelta(days=25)
    found = next_occurrence(repeat, anchor, after, zone)
    assert walk(repeat, anchor, after, zone, limit) == (None if found is None or found > after + limit else found)


@given(st.integers(1, 100), st.integers(0, 59), zones, near_a_change, st.integers(0, 10_000))
def test_hourly_occurrences_are_equally_far_apart(
    interval: int, minutes: int, zone: ZoneInfo, anchor: datetime, later: int
) -> None:
    repeat = hourly(interval, minutes)
    found = [anchor + later * MINUTE]
    for _ in range(5):
        following = next_occurrence(repeat, anchor, found[-1], zone)
        assert following is not None
        found.append(following)
    first = next_occurrence(repeat, anchor, anchor - MINUTE, zone)
    assert first is not None
    assert local(first, zone).minute == minutes
    assert (found[1] - first) % timedelta(hours=interval) == timedelta()
    assert {after - before for before, after in pairwise(found[1:])} == {timedelta(hours=interval)}
    assert timedelta() < found[1] - found[0] <= max(timedelta(hours=interval), first - found[0])


# Without changes of the clocks, from May to August, so that each local minute is there once.
ZONES = ["America/Los_Angeles", "America/Sao_Paulo", "Europe/London", "Asia/Kolkata", "Asia/Ho_Chi_Minh", KIRITIMATI]
START = utc("2025-06-02T00:00")
WALK = 9 * 24 * 60
QUARTER = 15


def matches(repeat: Repeat, shown: datetime) -> bool:
    day = repeat.frequency is Frequency.DAILY or ORDER[shown.weekday()] in repeat.days
    return day and (shown.hour, shown.minute) == (repeat.hours, repeat.minutes)


def walked(repeat: Repeat, zones: dict[int, ZoneInfo]) -> list[tuple[int, ZoneInfo]]:
    """The minutes at which it happens, and where, as somebody finds who looks at the clock every quarter of an hour.

    Whoever moves looks at what was missed there since it happened last.
    """
    zone, happened = zones[0], []
    last: tuple[int, ZoneInfo] | None = None

    def is_due(minute: int) -> bool:
        shown = local(START + minute * MINUTE, zone)
        if not matches(repeat, shown):
            return False
        if last is None:
            return minute > 0
        there, here = (local(START + last[0] * MINUTE, each).date() for each in (last[1], zone))
        return minute > last[0] and (last[1] is zone or shown.date() > max(there, here))

    for minute in range(0, WALK, QUARTER):
        has_moved = minute in zones and zones[minute] is not zone
        zone = zones.get(minute, zone)
        since = (0 if last is None else last[0]) if has_moved else minute
        due = next((each for each in range(since, minute + 1, QUARTER) if is_due(each)), None)
        if due is not None:
            last = (due, zone)
            happened.append(last)
    return happened


def computed(repeat: Repeat, zones: dict[int, ZoneInfo]) -> list[tuple[int, ZoneInfo]]:
    """The same, as schedules do it: the next one is computed when it happens, and when its recipient moves."""
    timing, zone, happened = Timing((repeat,)), zones[0], []
    last: tuple[datetime, ZoneInfo] | None = None

    def following(now: datetime) -> datetime:
        at, last_zone = last or (None, None)
        found = timing.next_occurrence(zone, created_at=START, last=at, now=now, last_zone=last_zone)
        assert found is not None
        return found

    next_at = following(START)
    for minute in range(0, WALK, QUARTER):
        now = START + minute * MINUTE
        if minute in zones and zones[minute] is not zone:
            zone = zones[minute]
            next_at = following(START)
        if next_at <= now:
            last = (next_at, zone)
            happened.append(((next_at - START) // MINUTE, zone))
            next_at = following(now)
    return happened


@settings(max_examples=60)
@given(
    hours=st.integers(0, 23),
    days=st.sets(st.sampled_from(ORDER), max_size=3),
    moves=st.dictionaries(
        st.integers(1, WALK // QUARTER - 1).map(lambda number: number * QUARTER), st.sampled_from(ZONES), max_size=5
    ),
    first=st.sampled_from(ZONES),
)
def test_who_moves_has_it_at_most_once_on_a_local_day(
    hours: int, days: set[Weekday], moves: dict[int, str], first: str
) -> None:
    repeat = weekly(hours, *days) if days else daily(hours)
    zones = {0: ZoneInfo(first), **{minute: ZoneInfo(zone) for minute, zone in sorted(moves.items())}}
    happened = computed(repeat, zones)
    assert happened == walked(repeat, zones)
    for (one, there), (other, here) in pairwise(happened):
        day = local(START + other * MINUTE, here).date()
        assert day > local(START + one * MINUTE, there).date()
        assert day > local(START + one * MINUTE, here).date()


def test_of_several_rules_each_has_its_own_days() -> None:
    """Who moves between morning and evening misses no evening."""
    rules = [daily(9), daily(18)]
    morning = LastOccurrence(utc("2025-06-02T07:00"), ZoneInfo(BERLIN))
    found = earliest_occurrence(rules, utc("2025-06-01T00:00"), morning.at, ZoneInfo("Europe/London"), morning)
    assert found == utc("2025-06-02T17:00")
    evening = LastOccurrence(utc("2025-06-02T16:00"), ZoneInfo(BERLIN))
    found = earliest_occurrence(rules, utc("2025-06-01T00:00"), evening.at, ZoneInfo("Europe/London"), evening)
    assert found == utc("2025-06-03T08:00")


def test_hours_that_pass_go_on_wherever_one_is() -> None:
    last = LastOccurrence(utc("2025-06-02T07:00"), ZoneInfo(BERLIN))
    found = earliest_occurrence([hourly(6)], utc("2025-06-02T01:00"), last.at, ZoneInfo(NEW_YORK), last)
    assert found == utc("2025-06-02T13:00")


@pytest.mark.parametrize(
    ("zone", "ends"), [(BERLIN, "2025-06-30T22:00"), (NEW_YORK, "2025-07-01T04:00"), ("Etc/UTC", "2025-07-01T00:00")]
)
def test_a_day_as_the_end_is_the_whole_of_it(zone: str, ends: str) -> None:
    timing = Timing((daily(23, 55),), ending_on=date(2025, 6, 30)).in_zone(ZoneInfo(zone))
    assert timing.ending_at == utc(ends) - timedelta(microseconds=1)
    at = utc("2025-06-28T23:00")
    found = []
    while (following := timing.next_occurrence(ZoneInfo(zone), created_at=at, last=at, now=at)) is not None:
        at = following
        found.append(local(at, ZoneInfo(zone)).isoformat(timespec="minutes"))
    assert found[-1] == "2025-06-30T23:55"
