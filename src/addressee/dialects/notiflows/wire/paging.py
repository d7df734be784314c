"""Pages of lists (notiflows.md §1.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from addressee.api.requests.query_strings import Query
from addressee.database.paging import PageRequest
from addressee.messaging.messages.listing import EARLIEST, LATEST

Position = TypeVar("Position")

DEFAULT_SIZE = 25
MOST = 1000

PAGING = ("limit", "after", "before")
PERIOD = ("created_after", "created_before")

INSTANT = timedelta(microseconds=1)


def parse_page(
    query: Query, position: type[Position], default: int = DEFAULT_SIZE, most: int = MOST
) -> PageRequest[Position]:
    """Raises ParameterError."""
    return query.page_request(position, query.number("limit", default, most))


def parse_period(query: Query) -> tuple[datetime, datetime]:
    """Returns the first instant of the period and the first after it; the query names those just outside."""
    after, before = query.instant("created_after"), query.instant("created_before")
    return (EARLIEST if after is None else min(after, LATEST) + INSTANT), (LATEST if before is None else before)
