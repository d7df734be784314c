"""Durations in all forms: texts, seconds, the objects of each client, ISO 8601."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.timing.durations import duration, short
from addressee.timing.errors import TimingError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10m", timedelta(minutes=10)),
        ("1d2h30m", timedelta(days=1, hours=2, minutes=30)),
        ("2w", timedelta(days=14)),
        ("90s", timedelta(seconds=90)),
        (300, timedelta(minutes=5)),
        (0, timedelta()),
        (1.5, timedelta(seconds=1.5)),
        ({"unit": "minutes", "value": 10}, timedelta(minutes=10)),
        ({"unit": "month", "value": 1}, timedelta(days=30)),
        ({"amount": 3, "unit": "days"}, timedelta(days=3)),
        ({"duration": 2, "duration_unit": "HOURS"}, timedelta(hours=2)),
        ({"hours": 1, "minutes": 30}, timedelta(minutes=90)),
        ("PT10M", timedelta(minutes=10)),
        ("P1DT2H30M", timedelta(days=1, hours=2, minutes=30)),
        ("P1W", timedelta(days=7)),
        ("P1M", timedelta(days=30)),
        ("PT0.5S", timedelta(seconds=0.5)),
    ],
)
def test_forms(value: Any, expected: timedelta) -> None:
    assert duration(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "10", "m", "10 minutes", "1h-30m", "--1h", "P", "PT", "P1DT", "1.5h", "tomorrow"),
        *(None, True, [], {}, {"unit": "minutes"}, {"unit": "years", "value": 1}, {"unit": "minutes", "value": "5"}),
        *({"unit": "minutes", "value": True}, {"hours": 1, "lightyears": 2}, {"hours": None}, float("nan")),
    ],
)
def test_what_is_no_duration_is_told_the_forms(value: Any) -> None:
    with pytest.raises(TimingError, match="a duration is a text like 10m or 1d2h30m"):
        duration(value)


@pytest.mark.parametrize("value", ["3651d", "999999999w", 10**30, {"days": 10**400}, "P999999999Y"])
def test_a_duration_ends_after_ten_years(value: Any) -> None:
    with pytest.raises(TimingError, match="at most 10 years"):
        duration(value)


@pytest.mark.parametrize("value", ["-30m", "-PT30M", -1800, {"unit": "minutes", "value": -30}])
def test_an_offset_has_a_sign(value: Any) -> None:
    assert duration(value, signed=True) == timedelta(minutes=-30)
    with pytest.raises(TimingError, match="must not be negative"):
        duration(value)


@given(st.integers(-(10**8), 10**8).map(lambda seconds: timedelta(seconds=seconds)))
def test_the_short_text_of_a_duration_is_that_duration(length: timedelta) -> None:
    assert duration(short(length), signed=True) == length


@given(st.one_of(st.text(max_size=12), st.dictionaries(st.text(max_size=8), st.integers() | st.none(), max_size=3)))
def test_nothing_but_a_duration_or_the_error_comes_of_anything(value: Any) -> None:
    with suppress(TimingError):
        assert duration(value) >= timedelta()
