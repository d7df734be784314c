"""Pages of recipients, ordered by `uid` unless stated otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.documents import MAX_ID_LENGTH, check_text
from addressee.directory.reading import rows
from addressee.directory.reading.uuid_ranges import ALWAYS, FIRST_UID, LAST_UID, UuidRange
from addressee.directory.recipient import Recipient

SQL = load(__package__)

LAST_CHARACTER = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)
BEFORE_ALL_IDS = ""
BEYOND_ALL_IDS = chr(LAST_CHARACTER) * (MAX_ID_LENGTH + 1)

# A prefix that fewer ids have is rare: all its recipients are read and sorted. For a common one the recipients are
# read by uid, as enough of them match soon.
RARE = 10_000


class Order(Enum):
    OLDEST_FIRST = "asc"
    NEWEST_FIRST = "desc"


@dataclass(frozen=True, slots=True)
class Selection:
    """The recipients whose uid is in a range and whose id starts with a prefix."""

    uids: UuidRange = ALWAYS
    id_prefix: str = ""


EVERYBODY = Selection()


async def list_named(
    pool: Pool, environment_id: int, collection: str, name: str, page: PageRequest[UUID]
) -> Page[Recipient]:
    """Returns a page of living recipients with exactly this name, oldest first.

    It scans the collection, which must be small.
    """
    found = await pool.fetch(
        *SQL["list_recipients_named"](
            environment_id=environment_id, collection=collection, name=name, **page.parameters(FIRST_UID)
        )
    )
    return build_page([rows.recipient_from(row) for row in found], page, lambda recipient: recipient.uid)


async def count_recipients(pool: Pool, environment_id: int, collection: str) -> int:
    """Returns the number of living recipients in a collection."""
    count: int = await pool.fetchval(*SQL["recipient_count"](environment_id=environment_id, collection=collection))
    return count


async def count_kinds(pool: Pool, environment_id: int) -> Mapping[str | None, int]:
    """Returns the numbers of living recipients by our own collections; under None that of all other ones."""
    return {row["kind"]: row["count"] for row in await pool.fetch(*SQL["count_kinds"](environment_id=environment_id))}


async def list_recipients(
    pool: Pool,
    environment_id: int,
    collection: str,
    page: PageRequest[UUID],
    order: Order = Order.OLDEST_FIRST,
    selection: Selection = EVERYBODY,
) -> Page[Recipient]:
    """Returns a page of living recipients by uid, which never changes: none is skipped or repeated between pages.

    Raises RefusedError for a prefix that no id can have.
    """
    ascending = (order is Order.OLDEST_FIRST) is not page.backwards
    uids = remaining_range(selection.uids, page.start, ascending=ascending)
    parameters = {"environment_id": environment_id, "collection": collection, **uids._asdict(), "limit": page.size + 1}
    if selection.id_prefix:
        first_id, end_id = prefix_range(selection.id_prefix)
        ids = {"first_id": first_id, "end_id": end_id}
        looked_at = await pool.fetchval(
            *SQL["count_ids"](environment_id=environment_id, collection=collection, **ids, limit=RARE)
        )
        statement = "list_recipients_of_rare_ids" if looked_at < RARE else "list_recipients_of_common_ids"
        found = await pool.fetch(*SQL[statement](**parameters, **ids, ascending=ascending))
    else:
        statement = "list_recipients" if ascending else "list_recipients_newest_first"
        found = await pool.fetch(*SQL[statement](**parameters))
    recipients = [rows.recipient_from(row) for row in found]
    if page.backwards:
        recipients.reverse()
    return build_page(recipients, page, lambda recipient: recipient.uid)


async def list_by_prefix(
    pool: Pool, environment_id: int, collection: str, prefix: str, page: PageRequest[str]
) -> Page[Recipient]:
    """Returns a page of living recipients whose ids start with a prefix, by id.

    Unlike `list_recipients`, it reads no more than the page, however many ids start so. Raises RefusedError for a
    prefix that no id can have.
    """
    first_id, end_id = prefix_range(prefix)
    found = await pool.fetch(
        *SQL["list_recipients_of_prefix"](
            environment_id=environment_id,
            collection=collection,
            first_id=first_id,
            end_id=end_id,
            **page.parameters(BEFORE_ALL_IDS),
        )
    )
    return build_page([rows.recipient_from(row) for row in found], page, lambda recipient: recipient.place.id)


def remaining_range(uids: UuidRange, start: UUID | None, *, ascending: bool) -> UuidRange:
    """Returns the part of a range past `start`, in the direction of reading."""
    if start is None:
        return uids
    if ascending:
        return uids._replace(first=max(uids.first, next_uid(start)))
    return uids._replace(end=min(uids.end, start))


def next_uid(uid: UUID) -> UUID:
    return UUID(int=min(uid.int + 1, LAST_UID.int))


def prefix_range(prefix: str) -> tuple[str, str]:
    """Returns the bounds of the ids that start with `prefix`: the first included, the second excluded."""
    check_text(prefix, "id_prefix")
    return prefix, prefix_end(prefix)


def prefix_end(prefix: str) -> str:
    """Returns the smallest text, by code points, that is greater than all ids that start with `prefix`."""
    kept = prefix.rstrip(chr(LAST_CHARACTER))
    if not kept:
        return BEYOND_ALL_IDS
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(SURROGATES.stop if following in SURROGATES else following)


async def list_by_id(pool: Pool, environment_id: int, collection: str, size: int, start: int) -> Sequence[Recipient]:
    """Returns up to `size` living recipients by id, past the first `start`, which are scanned."""
    found = await pool.fetch(
        *SQL["list_recipients_by_id"](environment_id=environment_id, collection=collection, offset=start, limit=size)
    )
    return [rows.recipient_from(row) for row in found]
