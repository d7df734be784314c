"""Pages by cursor and pages by offset (suprsend.md §2.0)."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from addressee.database.paging import Page, PageRequest
from addressee.dialects.suprsend.shapes.pages import Meta, OffsetMeta
from addressee.dialects.suprsend.wire.query import Query

Position = TypeVar("Position")

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
    """A page asked for by number: up to `size` entries, from the one at `start` on."""

    size: int
    start: int


def parse_page(query: Query, position: type[Position], most: int = MOST) -> PageRequest[Position]:
    """Returns the page that a query asks for. Raises ParameterError."""
    return query.page_request(position, query.number("limit", DEFAULT_SIZE, most))


def cursor_meta(page: Page[Any], count: int) -> Meta:
    return Meta(count, page.size, page.before is not None, page.before, page.after is not None, page.after)


def parse_offset(query: Query, default: int = OFFSET_DEFAULT_SIZE) -> Offset:
    size = query.number("limit", default, OFFSET_MOST)
    return Offset(size, query.number("offset", 0, MAX_OFFSET, least=0))


def offset_meta(offset: Offset, count: int) -> OffsetMeta:
    return OffsetMeta(count, offset.size, offset.start)
