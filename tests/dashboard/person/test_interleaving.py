"""Lists as one: pages joined are the whole, in its order, whatever their size and whatever comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from addressee.dashboard.person.timeline.interleaving import Entry, Position, Source, read_interleaved

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

# When things happened that some lists tell of, in seconds: often at the same moment.
histories = st.lists(st.lists(st.integers(0, 9), max_size=12), max_size=4)


class Stored:
    """A list of moments, newest first, each with a number as its id."""

    def __init__(self, name: str, seconds: Sequence[int]) -> None:
        self.name = name
        moments = [NOON + timedelta(seconds=each) for each in seconds]
        self.rows = sorted(((at, number) for number, at in enumerate(moments)), reverse=True)

    async def read(self, after: Position | None, size: int) -> Sequence[Entry]:
        past = [row for row in self.rows if after is None or row < after]
        return [Entry(self.name, row[0], row, row) for row in past[:size]]

    def add(self, at: datetime) -> None:
        self.rows = sorted([*self.rows, (at, len(self.rows))], reverse=True)

    @property
    def source(self) -> Source:
        return Source(self.name, self.read, lambda moment: (moment, 10**9))


def stored(history: Sequence[Sequence[int]]) -> list[Stored]:
    return [Stored(f"list {number}", seconds) for number, seconds in enumerate(history)]


async def walk(lists: Sequence[Stored], size: int, between: Callable[[], None] = lambda: None) -> list[tuple[str, int]]:
    start: Mapping[str, Position] = {}
    found: list[tuple[str, int]] = []
    for _ in range(sum(len(each.rows) for each in lists) + 1):
        page = await read_interleaved([each.source for each in lists], start, size)
        assert len(page.entries) <= size
        found += [(entry.source, entry.subject[1]) for entry in page.entries]
        if page.after is None:
            return found
        start = page.after
        between()
    raise AssertionError("The pages do not end.")


def whole(lists: Sequence[Stored]) -> list[tuple[str, int]]:
    """Returns everything, newest first; of one moment, the first list's first."""
    rows = [(at, -rank, number, each.name) for rank, each in enumerate(lists) for at, number in each.rows]
    return [(name, number) for _, _, number, name in sorted(rows, reverse=True)]


@given(history=histories, size=st.integers(1, 20))
async def test_pages_joined_are_the_whole(history: Sequence[Sequence[int]], size: int) -> None:
    lists = stored(history)
    assert await walk(lists, size) == whole(lists)


@given(history=histories.filter(any), size=st.integers(1, 20))
async def test_what_comes_meanwhile_is_on_no_later_page(history: Sequence[Sequence[int]], size: int) -> None:
    lists = stored(history)
    expected = whole(lists)

    def happen() -> None:
        for each in lists:
            each.add(NOON + timedelta(minutes=1))

    assert await walk(lists, size, happen) == expected


async def test_a_list_out_of_order_keeps_its_own_order() -> None:
    """The clocks of two processes may differ, and what the second one wrote may have an earlier time."""
    (skewed,) = stored([[3, 1, 2]])
    skewed.rows = [(NOON + timedelta(seconds=each), number) for number, each in enumerate((1, 3, 2))]

    async def read(after: Position | None, size: int) -> Sequence[Entry]:
        start = 0 if after is None else after + 1
        return [Entry("skewed", row[0], start + at, row) for at, row in enumerate(skewed.rows[start : start + size])]

    source = Source("skewed", read, lambda moment: None)
    first = await read_interleaved([source], {}, 2)
    assert first.after is not None
    second = await read_interleaved([source], first.after, 2)
    assert [entry.subject[1] for entry in (*first.entries, *second.entries)] == [0, 1, 2]
