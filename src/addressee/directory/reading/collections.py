"""Pages of the collections of an environment, with the number of recipients in each."""

from __future__ import annotations

from msgspec import Struct

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

BEFORE_ALL_NAMES = ""


class CountedCollection(Struct, frozen=True):
    name: str
    count: int


async def list_collections(pool: Pool, environment_id: int, page: PageRequest[str]) -> Page[CountedCollection]:
    """Returns a page of the callers' own collections that have living recipients, by name."""
    found = await pool.fetch(
        *SQL["list_collections"](environment_id=environment_id, **page.parameters(BEFORE_ALL_NAMES))
    )
    return build_page([CountedCollection(*row) for row in found], page, lambda each: each.name)
