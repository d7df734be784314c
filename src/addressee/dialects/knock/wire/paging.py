"""Parameters of paging (knock.md §1.8)."""

from __future__ import annotations

from typing import TypeVar

from addressee.database.paging import PageRequest
from addressee.dialects.knock.wire.query import Query

Position = TypeVar("Position")

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 50
MAX_FEED_PAGE_SIZE = 200

PAGING = ("after", "before", "page_size")


def parse_page(
    query: Query, position: type[Position], most: int = MAX_PAGE_SIZE, default: int = DEFAULT_PAGE_SIZE
) -> PageRequest[Position]:
    """Returns the page that a query asks for. Raises ParameterError."""
    return query.page_request(position, query.number("page_size", default, most))
