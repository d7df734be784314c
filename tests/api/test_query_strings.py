"""Query strings are decoded in one way, whatever their names mean."""

from datetime import UTC, datetime

import pytest

from addressee.api.errors import MalformedError
from addressee.api.query_strings import instant, pairs


def test_names_and_values_keep_their_order() -> None:
    assert pairs("b=2&a=1&b=%C3%A9&c=x+y&d&=e") == [
        ("b", "2"), ("a", "1"), ("b", "é"), ("c", "x y"), ("d", ""), ("", "e")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "&&&"])
def test_there_may_be_none(text: str) -> None:
    assert pairs(text) == []


@pytest.mark.parametrize("text", ["a=%ff", "a=%ED%A0%80", "a=%00", "%00=a", "&".join(["a=1"] * 5001)])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        pairs(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01T09:30",
        "2026-03-01 09:30",
        "2026-03-01 09:30:00",
        "2026-03-01 09:30:00+00:00",
        "2026-03-01 09:30:00 00:00",
        "2026-03-01T10:30:00.000 0100",
        "20260301T093000 0000",
        "2026-03-01T08:30:00-01:00",
    ],
)
def test_a_time_is_written_in_several_ways(text: str) -> None:
    assert instant(text) == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "13", "2026-02-30", "2026-03-01T25:00", "9999-12-31T23:59:59-10:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        instant(text)
