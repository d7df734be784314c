"""Several lists, each newest first and read page by page, as one list, newest first.

Each list keeps the order of its own, and of two heads the later one comes first. So what a page shows depends on where
each list stands only: whatever the sizes of pages, joined they are the whole.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

# What a list calls the place of an entry.
Position: TypeAlias = Any


class Entry(NamedTuple):
    """An entry of a list: what it tells of, when that was, and its position in the list."""

    source: str
    at: datetime
    position: Position
    subject: Any


@dataclass(frozen=True, slots=True)
class Source:
    """A list. `read` returns up to so many entries past a position, or from the front.

    `since` returns a position before all that happened at a moment or earlier, and after what happened later.
    """

    name: str
    read: Callable[[Position | None, int], Awaitable[Sequence[Entry]]]
    since: Callable[[datetime], Position]


class Interleaved(NamedTuple):
    """A page; `after` has the positions of all sources after it, by name, and is None at the end."""

    entries: Sequence[Entry]
    after: Mapping[str, Position] | None


async def read_interleaved(sources: Sequence[Source], start: Mapping[str, Position], size: int) -> Interleaved:
    """Returns a page of what sources hold past their positions. Of one moment, the first source's entries lead."""
    parts = [await source.read(start.get(source.name), size + 1) for source in sources]
    found = list(islice(merge(*parts, key=lambda entry: entry.at, reverse=True), size + 1))
    shown = found[:size]
    if len(found) <= size:
        return Interleaved(shown, None)
    # A source that had nothing to show yet must not show later what has come meanwhile: that is newer than this page.
    reached = {source.name: start.get(source.name) or source.since(shown[-1].at) for source in sources}
    return Interleaved(shown, reached | {entry.source: entry.position for entry in shown})
