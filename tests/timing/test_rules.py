"""Rules and when they fall due next: in each form, by each part, as a library has it, and as clocks change."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import recurrence

AMSTERDAM = "Europe/Amsterdam"
SAO_PAULO = "America/Sao_Paulo"
KATHMANDU = "Asia/Kathmandu"
APIA = "Pacific/Apia"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ticks(rule: Any, after: str, number: int, zone: str = "Etc/UTC") -> list[str]:
    """The next ticks of a rule, in UTC, to the minute."""
    parsed, at, found = recurrence(rule), utc(after), []
    for _ in range(number):
        following = parsed.next_after(at, ZoneInfo(zone))
        assert following is not None
        found.append(following.isoformat(timespec="minutes")[:-6])
        at = following
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"frequency": "hourly", "minutes": 15}, ["2025-06-04T10:15", "2025-06-04T11:15"]),
        ({"frequency": "daily", "hours": 9, "minutes": 30}, ["2025-06-05T09:30", "2025-06-06T09:30"]),
        ({"frequency": "daily", "hours": 9, "days": "weekends"}, ["2025-06-07T09:00", "2025-06-08T09:00"]),
        ({"frequency": "weekly", "days": ["mon", "thu"], "hours": 9}, ["2025-06-05T09:00", "2025-06-09T09:00"]),
        ({"frequency": "weekly", "hours": 9}, ["2025-06-09T09:00", "2025-06-16T09:00"]),
        ({"frequency": "monthly", "day_of_month": 31, "hours": 9}, ["2025-06-30T09:00", "2025-07-31T09:00"]),
        ({"frequency": "monthly", "hours": 9}, ["2025-07-01T09:00", "2025-08-01T09:00"]),
        ({"frequency": "weekly_mo2fr", "time": "09:00"}, ["2025-06-05T09:00", "2025-06-06T09:00"]),
        (
            {"frequency": "minutely", "interval": 5, "dtstart": "2025-06-04T10:02:00"},
            ["2025-06-04T10:02", "2025-06-04T10:07"],
        ),
        (
            {"frequency": "weekly", "interval": 2, "weekdays": ["we"], "time": "08:00", "dtstart": "2025-06-04T09:00"},
            ["2025-06-18T08:00", "2025-07-02T08:00"],
        ),
        (
            {"frequency": "monthly", "monthdays": [{"pos": 1, "day": "mo"}, {"pos": -1, "day": "fr"}], "time": "9:00"},
            ["2025-06-27T09:00", "2025-07-07T09:00"],
        ),
        (
            {"frequency": "monthly", "monthdays": [{"pos": 15, "day": ""}, {"pos": 1, "day": "mo"}]},
            ["2025-06-15T00:00", "2025-07-07T00:00"],
        ),
        ("FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9", ["2025-06-09T09:00", "2025-06-11T09:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17;BYMINUTE=30", ["2025-06-27T17:30", "2025-07-25T17:30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2025-07-31T00:00", "2025-08-31T00:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2025-06-30T00:00", "2025-07-31T00:00"]),
        ("DTSTART:20250101T093000\nRRULE:FREQ=DAILY;INTERVAL=2", ["2025-06-06T09:30", "2025-06-08T09:30"]),
        ("0 9 * * mon-fri", ["2025-06-05T09:00", "2025-06-06T09:00"]),
        ("*/20 * * * *", ["2025-06-04T10:20", "2025-06-04T10:40"]),
        ("30 8,18 1 * *", ["2025-07-01T08:30", "2025-07-01T18:30"]),
        ("0 0 13 * 5", ["2025-06-06T00:00", "2025-06-13T00:00"]),
        ("0 12 * 1-3 7", ["2026-01-04T12:00", "2026-01-11T12:00"]),
    ],
)
def test_each_form(rule: Any, expected: list[str]) -> None:
    assert ticks(rule, "2025-06-04T10:00", 2) == expected


def test_a_rule_has_a_zone_of_its_own_or_that_of_who_it_is_for() -> None:
    daily = {"frequency": "daily", "time": "09:00"}
    after = "2025-06-04T10:00"
    assert ticks(daily, after, 1, AMSTERDAM) == ["2025-06-05T07:00"]
    assert ticks({**daily, "tz": "Asia/Kolkata"}, after, 1, AMSTERDAM) == ["2025-06-05T03:30"]
    assert ticks({**daily, "tz_selection": "", "tz_fixed": "Asia/Kolkata"}, after, 1, AMSTERDAM) == ["2025-06-05T03:30"]
    assert ticks({**daily, "tz_selection": ""}, after, 1, AMSTERDAM) == ["2025-06-05T09:00"]
    assert ticks({**daily, "tz_selection": "recipient", "tz_fixed": "Asia/Kolkata"}, after, 1, AMSTERDAM) == [
        "2025-06-05T07:00"
    ]
    assert ticks({"cron": "0 9 * * *", "tz": "Asia/Kolkata"}, after, 1, AMSTERDAM) == ["2025-06-05T03:30"]
    assert ticks({"rrule": "FREQ=DAILY;BYHOUR=9", "tz": "recipient"}, after, 1, AMSTERDAM) == ["2025-06-05T07:00"]


@pytest.mark.parametrize(
    ("rule", "zone", "after", "expected"),
    [
        # Forward from 2:00 to 3:00 on 30 March: 2:30 is 3:30. Back from 3:00 to 2:00 on 26 October: the first 2:30.
        ("30 2 * * *", AMSTERDAM, "2025-03-29T12:00", ["2025-03-30T01:30", "2025-03-31T00:30"]),
        ("30 2 * * *", AMSTERDAM, "2025-10-25T12:00", ["2025-10-26T00:30", "2025-10-27T01:30"]),
        ("0 * * * *", AMSTERDAM, "2025-10-25T23:30", ["2025-10-26T00:00", "2025-10-26T01:00", "2025-10-26T02:00"]),
        ("0 9 * * *", AMSTERDAM, "2025-03-29T12:00", ["2025-03-30T07:00"]),
        # Midnight itself was skipped on 4 November 2018, and 23:00 to midnight came twice on 17 February.
        ("0 0 * * *", SAO_PAULO, "2018-11-03T12:00", ["2018-11-04T03:00", "2018-11-05T02:00"]),
        ("30 23 * * *", SAO_PAULO, "2018-02-17T12:00", ["2018-02-18T01:30", "2018-02-19T02:30"]),
        # A quarter of an hour was skipped as 1986 began.
        ("5 0 * * *", KATHMANDU, "1985-12-31T12:00", ["1985-12-31T18:35", "1986-01-01T18:20"]),
        ("0 9 * * *", KATHMANDU, "2025-06-04T10:00", ["2025-06-05T03:15"]),
        # 30 December 2011 was skipped: what was meant for it is due on the 31st, once.
        ("0 9 * * *", APIA, "2011-12-29T12:00", ["2011-12-29T19:00", "2011-12-30T19:00", "2011-12-31T19:00"]),
        ("0 9 * * fri", APIA, "2011-12-24T00:00", ["2011-12-30T19:00", "2012-01-05T19:00"]),
        ("0 9,18 30 12 *", APIA, "2011-12-24T00:00", ["2011-12-30T19:00", "2011-12-31T04:00", "2012-12-29T19:00"]),
    ],
)
def test_across_changes_of_the_clocks(rule: str, zone: str, after: str, expected: list[str]) -> None:
    assert ticks(rule, after, len(expected), zone) == expected


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (7, "a rule is an object with a frequency"),
        ("every morning", "a rule is an object with a frequency"),
        ({}, "the frequency of a rule is one of minutely, hourly, daily"),
        ({"frequency": "daily", "at": 9}, "a rule has no 'at'; it has"),
        ({"frequency": "daily", "hours": 24}, "hours must be a whole number from 0 to 23"),
        ({"frequency": "daily", "time": "9 o'clock"}, "no time of day, like 09:00"),
        ({"frequency": "daily", "interval": 0}, "interval must be a whole number from 1 to 1000"),
        ({"frequency": "weekly", "days": ["noday"]}, "'noday' is no day of the week; the days are mon, tue"),
        ({"frequency": "monthly", "monthdays": [1]}, "an entry of monthdays has a pos"),
        ({"frequency": "monthly", "day_of_month": 32}, "a day of the month must be a whole number from -31 to 31"),
        ({"frequency": "daily", "tz": "Mars/Base"}, "'Mars/Base' is no name of the IANA time zone database"),
        ({"frequency": "daily", "dtstart": "soon"}, "'soon' is no time like 2024-08-01T10:00:00"),
        ("FREQ=SECONDLY", "FREQ is one of MINUTELY, HOURLY"),
        ("FREQ=DAILY;COUNT=3", "rules here have no COUNT; end them by the time of the last one, like UNTIL=20261231"),
        ("FREQ=DAILY;BYWEEKNO=3", "rules here have no BYWEEKNO; they have FREQ, INTERVAL"),
        ("FREQ=DAILY;BYDAY=1MO", "BYDAY counts weekdays, like 1MO, in rules with FREQ=MONTHLY"),
        ("FREQ=DAILY;BYHOUR=24", "'24' in an RRULE is no number from 0 to 23"),
        ("FREQ=DAILY;WKST=SU", "weeks begin on Monday here"),
        ("0 24 * * *", "'24' is no number from 0 to 23, as cron's field 'hour' has"),
        ("0 9 * * fri-mon", "it must not run backwards"),
        ("0 9 * * someday", "'someday' is no number from 0 to 7"),
    ],
)
def test_a_mistake_is_told(rule: Any, message: str) -> None:
    with pytest.raises(TimingError, match=message):
        recurrence(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1,2,3,4,5",
        "DTSTART:20250603T000000\nFREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=DAILY;BYSETPOS=2",
        "0 0 31 2 *",
        "FREQ=DAILY;UNTIL=20250101T000000",
    ],
)
def test_a_rule_that_never_falls_due_is_given_up_soon(rule: str) -> None:
    began = time.process_time()
    assert recurrence(rule).next_after(utc("2025-06-04T10:00"), ZoneInfo(AMSTERDAM)) is None
    assert time.process_time() - began < 10


def test_time_ends_with_the_year_9999() -> None:
    for rule in ("0 9 * * *", "0 9 1 1 *", {"frequency": "weekly"}, {"frequency": "minutely"}):
        assert recurrence(rule).next_after(utc("9999-12-31T23:59:59"), ZoneInfo(AMSTERDAM)) is None


def some(numbers: Any, most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(numbers), min_size=1, max_size=most, unique=True).map(
        lambda chosen: ",".join(map(str, chosen))
    )


WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@st.composite
def texts(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    long = frequency not in {"MINUTELY", "HOURLY"}
    nths = [f"{nth}{day}" for nth in (1, 2, -1) for day in WEEKDAYS] if frequency in {"MONTHLY", "YEARLY"} else []
    choices = {
        "INTERVAL": st.sampled_from([1, 1, 2, 3, 7]).map(str),
        "BYMONTH": some(range(1, 13), 6),
        **({"BYMONTHDAY": some([1, 2, 15, 28, 29, 30, 31, -1, -2])} if frequency != "WEEKLY" else {}),
        # Of a list that has both, the library takes only what is both.
        "BYDAY": some(draw(st.sampled_from([WEEKDAYS, nths or WEEKDAYS]))),
        **({"BYHOUR": some(range(24))} if frequency != "HOURLY" else {}),
        **({"BYMINUTE": some(range(60))} if frequency != "MINUTELY" else {}),
        **({"BYSETPOS": some([1, -1, 2], 2)} if long else {}),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(choices)), max_size=4, unique=True))
    return ";".join([f"FREQ={frequency}", *(f"{name}={draw(choices[name])}" for name in chosen)])


@settings(max_examples=200, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(texts(), st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31)), st.integers(0, 300_000))
def test_it_is_what_a_library_for_calendars_finds(text: str, starts: datetime, minutes: int) -> None:
    starts = starts.replace(second=0, microsecond=0)
    if "FREQ=WEEKLY" in text and "BYSETPOS" in text:
        # The library counts positions of the first week from its first day on; the standard counts all of the week.
        starts -= timedelta(days=starts.weekday())
    whole = f"DTSTART:{starts:%Y%m%dT%H%M%S}\nRRULE:{text}"
    after = starts + timedelta(minutes=minutes)
    found = recurrence(whole).next_after(after.replace(tzinfo=UTC), ZoneInfo("Etc/UTC"))
    # Where we gave up, the library would search for a long time.
    if found is not None:
        assert rrulestr(whole).after(after) == found.replace(tzinfo=None)


@given(texts(), st.sampled_from([AMSTERDAM, SAO_PAULO, KATHMANDU, APIA]), st.integers(0, 10_000))
@settings(max_examples=100)
def test_ticks_are_after_and_in_order(text: str, zone: str, hours: int) -> None:
    rule, at = recurrence(text), utc("2011-12-01T00:00") + timedelta(hours=hours)
    for _ in range(3):
        following = rule.next_after(at, ZoneInfo(zone))
        if following is None:
            break
        assert following > at
        # Nothing falls due in between: the same is next from the middle.
        assert rule.next_after(at + (following - at) / 2, ZoneInfo(zone)) == following
        at = following
