"""Pages of any list, whichever way they are walked."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.database.paging import (
    CursorError,
    Page,
    PageRequest,
    build_page,
    page_request,
    read_cursor,
    write_cursor,
)


def found(numbers: Sequence[int], asked: PageRequest[int]) -> list[int]:
    """What a query would find: up to one row more than the page holds, nearest to where it starts."""
    if asked.backwards and asked.before is not None:
        before = [number for number in numbers if number < asked.before]
        return before[-(asked.size + 1) :]
    after = -1 if asked.after is None else asked.after
    return [number for number in numbers if number > after][: asked.size + 1]


def part(numbers: Sequence[int], size: int, after: str | None = None, before: str | None = None) -> Page[int]:
    asked = page_request(size, after, before, int)
    return build_page(found(numbers, asked), asked, lambda number: number)


@given(st.integers(0, 30), st.integers(1, 7))
def test_walking_forward_finds_everything_once(count: int, size: int) -> None:
    numbers = range(count)
    walked: list[int] = []
    after = None
    while True:
        current = part(numbers, size, after)
        assert (current.before is None) == (after is None)
        walked += current.entries
        if (after := current.after) is None:
            break
    assert walked == list(numbers)


@given(st.integers(1, 30), st.integers(1, 7))
def test_walking_back_finds_everything_once(count: int, size: int) -> None:
    numbers = range(count)
    walked: list[int] = []
    before: str | None = write_cursor(count)
    while before is not None:
        current = part(numbers, size, before=before)
        assert current.after is not None
        walked[:0] = current.entries
        before = current.before
    assert walked == list(numbers)


def test_an_empty_list_has_no_cursors() -> None:
    assert part([], 3) == Page([], 3, None, None)


def test_after_counts_when_both_are_given() -> None:
    assert part(range(9), 2, write_cursor(3), write_cursor(8)).entries == [4, 5]


@given(st.text())
def test_a_cursor_of_another_list_is_refused(text: str) -> None:
    for cursor in (text, write_cursor(text), write_cursor([text]), write_cursor(None)):
        with pytest.raises(CursorError):
            read_cursor(cursor, tuple[int, str])


@pytest.mark.parametrize("broken", ["2026-03-01T12:00:00", "nothing"])
def test_positions_within_a_position_are_checked(broken: str) -> None:
    inner = tuple[datetime, str]
    cursor = write_cursor([["2026-03-01T12:00:00Z", "id"], [broken, "id"]])
    with pytest.raises(CursorError):
        read_cursor(cursor, tuple[inner, inner])


def test_a_cursor_is_safe_in_a_url() -> None:
    for number in range(1000):
        assert write_cursor(number).replace("-", "").replace("_", "").isalnum()
