"""Pages by cursor and pages by offset (suprsend.md §2.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from addressee.database.paging import Page, PageRequest
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.recipient import Document

Position = TypeVar("Position")
Entry = TypeVar("Entry")

DEFAULT_SIZE = 10
MOST = 100
MOST_MESSAGES = 1000
MOST_MEMBERS = 1000

OFFSET_DEFAULT_SIZE = 20
OFFSET_MOST = 1000
MAX_OFFSET = 1_000_000

CURSORS = ("limit", "after", "before")
OFFSETS = ("limit", "offset")


class Offset(NamedTuple):
    size: int
    start: int


def asked_page(query: Query, position: type[Position], most: int = MOST) -> PageRequest[Position]:
    """Raises ParameterError."""
    return query.page_request(position, query.number("limit", DEFAULT_SIZE, most))


def cursor_page(part: Page[Entry], count: int, render: Callable[[Entry], Any]) -> Document:
    """`count` is how many there are on all pages."""
    return {
        "meta": {
            "count": count,
            "limit": part.size,
            "has_prev": part.before is not None,
            "before": part.before,
            "has_next": part.after is not None,
            "after": part.after,
        },
        "results": [render(entry) for entry in part.entries],
    }


def asked_offset(query: Query, default: int = OFFSET_DEFAULT_SIZE) -> Offset:
    size = query.number("limit", default, OFFSET_MOST)
    return Offset(size, query.number("offset", 0, MAX_OFFSET, least=0))


def offset_page(asked: Offset, count: int, results: Iterable[Any]) -> Document:
    """`count` is how many there are on all pages."""
    return {
        "meta": {"count": count, "limit": asked.size, "offset": asked.start},
        "results": list(results),
    }
