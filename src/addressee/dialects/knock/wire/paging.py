"""Pages as Knock asks for them (knock.md §1.8)."""

from __future__ import annotations

from typing import TypeVar

from addressee.database.paging import CursorError, PageRequest, page_request
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.query import Query

Position = TypeVar("Position")

DEFAULT_SIZE = 50
MOST = 50
MOST_IN_A_FEED = 200

PAGING = ("after", "before", "page_size")


def asked_page(
    query: Query, position: type[Position], most: int = MOST, default: int = DEFAULT_SIZE
) -> PageRequest[Position]:
    """An empty cursor is none. Raises KnockError for one that is no position."""
    after, before = query.text("after") or None, query.text("before") or None
    try:
        return page_request(query.number("page_size", default, 1, most), after, before, position)
    except CursorError as error:
        raise invalid("before" if after is None else "after", str(error)) from None
