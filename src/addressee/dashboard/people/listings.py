"""A page of the recipients of a collection, in one of three orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from addressee.dashboard.people.rows import Row, rows_of
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import Page
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Recipient

PAGE_SIZE = 50


class Sorting(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    ID = "id"


ORDERS: Mapping[Sorting, Order] = {Sorting.NEWEST: Order.NEWEST_FIRST, Sorting.OLDEST: Order.OLDEST_FIRST}


class Listing(NamedTuple):
    """A page with the links to its neighbours. Recipients of a prefix come by id."""

    rows: Sequence[Row]
    total: int
    sorting: Sorting
    prefix: str
    previous: str | None
    next: str | None


async def listing(visit: EnvironmentVisit, collection: str, *segments: str) -> Listing:
    """Returns the page of a collection that the query asks for. `segments` are those of its path.

    Raises ParameterError, or RefusedError for a prefix that no id can have.
    """
    prefix = visit.query.text("prefix") or ""
    sorting = Sorting.ID if prefix else visit.query.choice("order", list(Sorting), Sorting.NEWEST)
    page = await read(visit, collection, sorting, prefix)
    shown = {"order": sorting if sorting is not Sorting.NEWEST else None, "prefix": prefix}
    return Listing(
        rows_of(visit, page.entries),
        await visit.services.directory.count(visit.environment.id, collection),
        sorting,
        prefix,
        page.before and visit.url(*segments, **shown, before=page.before),
        page.after and visit.url(*segments, **shown, after=page.after),
    )


async def read(visit: EnvironmentVisit, collection: str, sorting: Sorting, prefix: str) -> Page[Recipient]:
    directory, environment = visit.services.directory, visit.environment.id
    if sorting is Sorting.ID:
        return await directory.list_by_prefix(environment, collection, prefix, visit.query.page_request(str, PAGE_SIZE))
    return await directory.list(environment, collection, visit.query.page_request(UUID, PAGE_SIZE), ORDERS[sorting])
