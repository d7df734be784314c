"""Lists of recipients, by pages, in the order of their identities."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from uuid import UUID

from addressee.database.paging import Page, Slice, cut
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory import rows
from addressee.directory.recipient import Recipient

SQL = load(__package__)

FIRST_UID = UUID(int=0)
LAST_UID = UUID(int=2**128 - 1)


class Order(Enum):
    OLDEST_FIRST = "asc"
    NEWEST_FIRST = "desc"


async def list_named(pool: Pool, environment_id: int, collection: str, name: str, page: Page[UUID]) -> Slice[Recipient]:
    """A page of living recipients of that very name, oldest first. It looks at each: for small collections."""
    start = page.before if page.backwards else page.after
    found = await pool.fetch(
        SQL["list_recipients_named"],
        environment_id,
        collection,
        name,
        not page.backwards,
        start or FIRST_UID,
        page.size + 1,
    )
    return cut([rows.recipient_from(row) for row in found], page, lambda recipient: recipient.uid)


async def count_recipients(pool: Pool, environment_id: int, collection: str) -> int:
    """How many recipients live in a collection."""
    count: int = await pool.fetchval(SQL["recipient_count"], environment_id, collection)
    return count


async def list_recipients(
    pool: Pool,
    environment_id: int,
    collection: str,
    page: Page[UUID],
    order: Order = Order.OLDEST_FIRST,
) -> Slice[Recipient]:
    """A page of living recipients. An identity never changes, so who stays is met exactly once."""
    ascending = (order is Order.OLDEST_FIRST) is not page.backwards
    statement = "list_recipients" if ascending else "list_recipients_newest_first"
    start = page.before if page.backwards else page.after
    found = await pool.fetch(
        SQL[statement],
        environment_id,
        collection,
        start or (FIRST_UID if ascending else LAST_UID),
        page.size + 1,
    )
    recipients = [rows.recipient_from(row) for row in found]
    if page.backwards:
        recipients.reverse()
    return cut(recipients, page, lambda recipient: recipient.uid)


async def list_by_id(pool: Pool, environment_id: int, collection: str, size: int, start: int) -> Sequence[Recipient]:
    """Living recipients in the order of their ids, past the first `start`, which are passed over one by one."""
    found = await pool.fetch(SQL["list_recipients_by_id"], environment_id, collection, start, size)
    return [rows.recipient_from(row) for row in found]
