"""Query strings are decoded in one way, whatever their names mean."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from addressee.api.errors import MalformedError, ParameterError
from addressee.api.requests.query_strings import Query, instant, pairs
from addressee.database.paging import write_cursor


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


def test_the_last_value_of_a_name_counts_and_an_empty_one_is_none() -> None:
    assert Query("a=1&a=2").text("a") == "2"
    assert Query("a=1&a=").text("a") is None
    assert Query("a=1&a=2").texts("a") == ["1", "2"]


@pytest.mark.parametrize(("text", "number"), [("", 7), ("n=3", 3), ("n=-3", 1), ("n=%2B99", 50)])
def test_a_number_is_moved_into_its_bounds(text: str, number: int) -> None:
    assert Query(text).number("n", 7, 50) == number


def test_the_page_after_a_cursor_counts_before_the_page_before_one() -> None:
    after, before = write_cursor(5), write_cursor(9)
    page = Query(f"after={after}&before={before}").page_request(int, 10)
    assert (page.size, page.after, page.before) == (10, 5, None)
    page = Query(f"after=&before={before}").page_request(int, 10)
    assert (page.after, page.before) == (None, 9)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("boolean", lambda query: query.boolean("boolean")),
        ("number", lambda query: query.number("number", 7, 50)),
        ("choice", lambda query: query.choice("choice", ("a", "b"), None)),
        ("instant", lambda query: query.instant("instant")),
        ("after", lambda query: query.page_request(int, 10)),
        ("before", lambda query: query.page_request(int, 10)),
    ],
)
def test_what_a_parameter_does_not_take_is_refused_by_its_name(name: str, read: Callable[[Query], object]) -> None:
    with pytest.raises(ParameterError) as refusal:
        read(Query(f"{name}=nonsense"))
    assert refusal.value.field == name
