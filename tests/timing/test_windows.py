"""Windows, as they open and close: in each form, across midnight, and on the days on which clocks change."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addressee.timing.errors import TimingError
from addressee.timing.local_time import local
from addressee.timing.rules import NthWeekday
from addressee.timing.weekdays import ORDER
from addressee.timing.window_forms import windows
from addressee.timing.windows import Window, Windows

AMSTERDAM = "Europe/Amsterdam"
SAO_PAULO = "America/Sao_Paulo"
KATHMANDU = "Asia/Kathmandu"
APIA = "Pacific/Apia"
UTC_ZONE = "Etc/UTC"
MINUTE = timedelta(minutes=1)

OFFICE = {"open": [{"days": "weekdays", "from": "09:00", "until": "17:00"}]}
NIGHT = {"open": [{"from": "22:00", "until": "07:00"}]}
LUNCH = {"open": [{"from": "12:00", "until": "13:00"}, {"days": ["sat"], "from": "18:00", "until": "24:00"}]}
WEEK = [
    *({"day": day, "type": "send", "from": "09:00:00", "until": "18:00:00"} for day in ("monday", "tuesday", "friday")),
    *({"day": day, "type": "do_not_send"} for day in ("wednesday", "thursday", "sunday")),
    {"day": "saturday", "type": "send"},
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")[:-6]


# 4 June 2025 is a Wednesday.
@pytest.mark.parametrize(
    ("form", "zone", "at", "opens", "closes"),
    [
        (OFFICE, UTC_ZONE, "2025-06-04T08:59", "2025-06-04T09:00", "2025-06-04T08:59"),
        (OFFICE, UTC_ZONE, "2025-06-04T09:00", "2025-06-04T09:00", "2025-06-04T17:00"),
        (OFFICE, UTC_ZONE, "2025-06-06T17:00", "2025-06-09T09:00", "2025-06-06T17:00"),
        (OFFICE, AMSTERDAM, "2025-06-04T06:59", "2025-06-04T07:00", "2025-06-04T06:59"),
        (NIGHT, UTC_ZONE, "2025-06-04T12:00", "2025-06-04T22:00", "2025-06-04T12:00"),
        (NIGHT, UTC_ZONE, "2025-06-04T23:00", "2025-06-04T23:00", "2025-06-05T07:00"),
        (NIGHT, UTC_ZONE, "2025-06-04T06:00", "2025-06-04T06:00", "2025-06-04T07:00"),
        (LUNCH, UTC_ZONE, "2025-06-07T14:00", "2025-06-07T18:00", "2025-06-07T14:00"),
        (LUNCH, UTC_ZONE, "2025-06-07T19:00", "2025-06-07T19:00", "2025-06-08T00:00"),
        (WEEK, UTC_ZONE, "2025-06-04T12:00", "2025-06-06T09:00", "2025-06-04T12:00"),
        (WEEK, UTC_ZONE, "2025-06-06T19:00", "2025-06-07T00:00", "2025-06-06T19:00"),
        (WEEK, UTC_ZONE, "2025-06-07T12:00", "2025-06-07T12:00", "2025-06-08T00:00"),
        ({"open": [{}]}, UTC_ZONE, "2025-06-04T12:00", "2025-06-04T12:00", None),
        (
            {"tz_selection": "recipient", "windows": [{"frequency": "weekly_mo2fr", "stime":"9:00", "etime": "17:00"}]},
            *(AMSTERDAM, "2025-06-07T12:00", "2025-06-09T07:00", "2025-06-07T12:00"),
        ),
        (
            {"windows": [{"frequency": "monthly", "monthdays": [{"pos": 1, "day": "mo"}], "stime": "9:00"}]},
            *(UTC_ZONE, "2025-06-04T12:00", "2025-07-07T09:00", "2025-06-04T12:00"),
        ),
        (
            {"windows": [{"frequency": "monthly", "monthdays": [{"pos": 31}], "stime": "9:00", "etime": "10:00"}]},
            *(UTC_ZONE, "2025-06-04T12:00", "2025-06-30T09:00", "2025-06-04T12:00"),
        ),
        # The second pass through 2:00 to 2:30 on 26 October; a night that is an hour shorter, and 2:30 that is skipped.
        ({"open": [{"from": "02:00", "until": "02:30"}]}, AMSTERDAM, "2025-10-26T00:40", "2025-10-26T01:00", None),
        ({"open": [{"from": "02:15", "until": "02:45"}]}, AMSTERDAM, "2025-03-30T00:30", "2025-03-31T00:15", None),
        ({"open": [{"from": "02:30", "until": "04:00"}]}, AMSTERDAM, "2025-03-30T00:30", "2025-03-30T01:00", None),
        (NIGHT, AMSTERDAM, "2025-03-30T00:30", "2025-03-30T00:30", "2025-03-30T05:00"),
        # Midnight to 1:00 was skipped on 4 November 2018; 23:00 to midnight came twice on 17 February.
        (
            {"open": [{"days": "sun", "from": "00:00", "until": "06:00"}]},
            *(SAO_PAULO, "2018-11-04T02:30", "2018-11-04T03:00", None),
        ),
        ({"open": [{"from": "23:00", "until": "23:30"}]}, SAO_PAULO, "2018-02-18T01:45", "2018-02-18T02:00", None),
        # The first quarter of 1986 was skipped.
        ({"open": [{"from": "00:05", "until": "00:20"}]}, KATHMANDU, "1985-12-31T18:00", "1985-12-31T18:30", None),
        (OFFICE, KATHMANDU, "2025-06-04T00:00", "2025-06-04T03:15", None),
        # 30 December 2011, a Friday, was skipped: the office opens on Monday.
        (OFFICE, APIA, "2011-12-30T05:00", "2012-01-01T19:00", None),
        (NIGHT, APIA, "2011-12-30T09:00", "2011-12-30T09:00", "2011-12-30T17:00"),
    ],
)  # fmt: skip
def test_when_windows_open_and_close(form: Any, zone: str, at: str, opens: str, closes: str | None) -> None:
    found = windows(form)
    assert text(found.next_open(utc(at), ZoneInfo(zone))) == opens
    if closes is not None or form == {"open": [{}]}:
        assert text(found.next_closed(utc(at), ZoneInfo(zone))) == closes


def test_the_zone_of_windows() -> None:
    assert windows(OFFICE).zone is None
    assert windows({**OFFICE, "timezone": "recipient"}).zone is None
    assert windows({**OFFICE, "timezone": "tenant"}).zone == "tenant"
    assert windows({**OFFICE, "timezone": AMSTERDAM}).zone == AMSTERDAM
    assert windows({"windows": [{}], "tz_selection": "recipient"}).zone is None
    assert windows({"windows": [{}], "tz_selection": None, "tz_fixed": AMSTERDAM}).zone == AMSTERDAM
    assert windows({"windows": [{}]}).zone == UTC_ZONE


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("always", "windows are an object like"),
        ({}, "windows are an object like"),
        ({"open": []}, "windows are a list of 1 to 50 objects"),
        ({"open": ["mon"]}, "a window is an object with days, from, until"),
        ({"open": [{"form": "08:00"}]}, "a window has no 'form'"),
        ({"open": [{"from": "8 o'clock"}]}, "no time of day, like 09:00"),
        (
            {"open": [{"days": "someday"}]},
            "sun, and weekdays, weekends, every_day for several",
        ),
        ({"open": [{}], "timezone": "Mars/Base"}, "a time zone must be recipient, tenant, or a name"),
        ({"open": [{}], "tz": "UTC"}, "windows have no 'tz'"),
        ({"open": [{"from": []}]}, "no time of day, like 09:00"),
        ({"open": [{"until": {}}]}, "no time of day, like 09:00"),
        ({"open": [{}], "timezone": []}, "a time zone must be recipient, tenant, or a name"),
        ([*WEEK[:6], {**WEEK[6], "type": []}], "the type of a window is send or do_not_send"),
        (WEEK[:6], "an entry for each of the seven days of the week, once"),
        ([*WEEK[:6], WEEK[0]], "an entry for each of the seven days of the week, once"),
        ([*WEEK[:6], {**WEEK[6], "type": "maybe"}], "the type of a window is send or do_not_send"),
        ([{"day": day, "type": "do_not_send"} for day in ORDER], "these windows are never open"),
        ({"windows": [{"frequency": "yearly"}]}, "the frequency of a window is one of daily, weekly_mo2fr"),
        ({"windows": [{"frequency": "monthly"}]}, "a monthly window has monthdays"),
        ({"windows": [{"frequency": "weekly"}]}, "name at least one of mon, tue"),
    ],
)
def test_a_mistake_is_told(form: Any, message: str) -> None:
    with pytest.raises(TimingError, match=message):
        windows(form)


times = st.builds(time, st.sampled_from([0, 0, 1, 2, 3, 9, 23]), st.sampled_from([0, 15, 20, 30, 59]))
some_windows = st.builds(
    Windows,
    windows=st.lists(
        st.builds(
            Window,
            days=st.lists(st.sampled_from(ORDER), max_size=3, unique=True).map(tuple),
            month_days=st.lists(st.sampled_from([1, 4, 26, 30, 31, -1]), max_size=1).map(tuple),
            nth_days=st.lists(
                st.builds(NthWeekday, st.sampled_from(ORDER), st.sampled_from([1, -1, 5])), max_size=1
            ).map(tuple),
            start=times,
            end=times,
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
)
CHANGES = [
    (AMSTERDAM, "2025-03-29T20:00"),
    (AMSTERDAM, "2025-10-25T20:00"),
    (SAO_PAULO, "2018-11-03T22:00"),
    (SAO_PAULO, "2018-02-17T22:00"),
    (KATHMANDU, "1985-12-31T12:00"),
    (KATHMANDU, "2025-06-04T00:00"),
    (APIA, "2011-12-29T22:00"),
    (APIA, "2012-03-31T10:00"),
]


def is_open(found: Windows, at: datetime, zone: ZoneInfo) -> bool:
    """Whether windows are open, told from what clocks show, minute by minute of the day."""
    shown = local(at, zone)
    for window in found.windows:
        length = (
            window.end.hour * 60 + window.end.minute - window.start.hour * 60 - window.start.minute
        ) % 1440 or 1440
        for day in (shown.date(), shown.date() - timedelta(days=1)):
            start = datetime.combine(day, window.start)
            if window.is_on(day) and start <= shown < start + length * MINUTE:
                return True
    return False


@settings(max_examples=150)
@given(some_windows, st.sampled_from(CHANGES), st.integers(0, 1800), st.booleans())
def test_the_next_opening_is_open_and_nothing_before_it_is(
    found: Windows, change: tuple[str, str], minutes: int, opening: bool
) -> None:
    zone, at = ZoneInfo(change[0]), utc(change[1]) + minutes * MINUTE
    following = found.next_open(at, zone) if opening else found.next_closed(at, zone)
    if following is not None:
        assert is_open(found, following, zone) is opening
    for number in range(2000):
        minute = at + number * MINUTE
        if following is not None and minute >= following:
            break
        assert is_open(found, minute, zone) is not opening
