"""Pages of lists (notiflows.md §1.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from addressee.api.query_strings import Query
from addressee.database.paging import Page, PageRequest
from addressee.directory.recipient import Document
from addressee.messaging.messages.listing import EARLIEST, LATEST

Position = TypeVar("Position")
Entry = TypeVar("Entry")

DEFAULT_SIZE = 25
MOST = 1000

PAGING = ("limit", "after", "before")
PERIOD = ("created_after", "created_before")

INSTANT = timedelta(microseconds=1)


def asked_page(
    query: Query, position: type[Position], default: int = DEFAULT_SIZE, most: int = MOST
) -> PageRequest[Position]:
    """Raises ParameterError."""
    return query.page_request(position, query.number("limit", default, most))


def asked_period(query: Query) -> tuple[datetime, datetime]:
    """From when, which is included, until when, which is not. Clients name the instants around that."""
    after, before = query.instant("created_after"), query.instant("created_before")
    return (EARLIEST if after is None else min(after, LATEST) + INSTANT), (LATEST if before is None else before)


def listed(part: Page[Entry], render: Callable[[Entry], Any]) -> Document:
    return {
        "items": [render(entry) for entry in part.entries],
        "page": {
            "limit": part.size,
            "after": part.after,
            "before": part.before,
            "has_more_after": part.after is not None,
            "has_more_before": part.before is not None,
        },
    }
