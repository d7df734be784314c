"""Pages as Knock asks for them (knock.md §1.8)."""

from __future__ import annotations

from typing import TypeVar

from addressee.database.paging import CursorError, Page, page
from addressee.dialects.knock.errors import invalid
from addressee.dialects.knock.query import Query

Position = TypeVar("Position")

DEFAULT_SIZE = 50
MOST = 50
MOST_IN_A_FEED = 200

PAGING = ("after", "before", "page_size")


def asked_page(query: Query, position: type[Position], most: int = MOST) -> Page[Position]:
    size = query.number("page_size", DEFAULT_SIZE, 1, most)
    try:
        return page(size, query.text("after"), query.text("before"), position)
    except CursorError as error:
        raise invalid("before" if query.text("after") is None else "after", str(error)) from None
