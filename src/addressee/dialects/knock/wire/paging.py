"""Pages as Knock asks for them (knock.md §1.8)."""

from __future__ import annotations

from typing import TypeVar

from addressee.database.paging import PageRequest
from addressee.dialects.knock.wire.query import Query

Position = TypeVar("Position")

DEFAULT_SIZE = 50
MOST = 50
MOST_IN_A_FEED = 200

PAGING = ("after", "before", "page_size")


def asked_page(
    query: Query, position: type[Position], most: int = MOST, default: int = DEFAULT_SIZE
) -> PageRequest[Position]:
    """Raises ParameterError."""
    return query.page_request(position, query.number("page_size", default, most))
