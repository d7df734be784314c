"""Subscriptions: a workflow that is triggered for an object runs for its subscribers (knock.md §3.13).

A subscription refers to both sides by identity: it ends as soon as either is deleted, and whoever uses the id next does
not have it. Its row is erased later by a job.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.planning import planned_anew
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.documents import check_value
from addressee.directory.edits.context import check_size
from addressee.directory.errors import RefusedError
from addressee.directory.reading import rows
from addressee.directory.reading.uuid_ranges import ALWAYS, LAST_UID, UuidRange
from addressee.directory.recipient import Document, Identity, Place, Recipient
from addressee.directory.writing.receipts import Receipt, keep

SQL = load(__package__)

COUNT_SLOTS = 16
ERASED_AT_ONCE = 1000
MOVED_AT_ONCE = 1000

# The limit up to which the subscriptions and memberships of a recipient are counted.
MOST_COUNTED = 10_000

# The number of a subscription's own columns in a row; the recipient on the other side follows.
OWN_COLUMNS = 4


class Subscription(Struct, frozen=True):
    """A subscription with both sides. `id` is a UUIDv7, by which lists are ordered; it never changes."""

    id: UUID
    object: Recipient
    recipient: Recipient
    properties: Document
    inserted_at: datetime
    updated_at: datetime


class Subscriber(Struct, frozen=True):
    """A subscriber of an object by its identity alone. `id` is the subscription's.

    `bytes` is what the properties of the recipient and of the subscription take in storage.
    """

    id: UUID
    recipient: Identity
    properties: Document
    bytes: int


class Subscriptions:
    """Subscriptions of recipients of all environments."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def add(
        self,
        object: Recipient,
        recipients: Iterable[Recipient],
        properties: Document | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> Sequence[Subscription]:
        """Subscribes recipients to an object and returns their subscriptions, each once, in the order given.

        An existing subscription keeps its id, and its properties too when `properties` is None. Recipients that were
        deleted meanwhile are left out. Raises RefusedError, and what `receipts.keep` raises for `list[Subscription]`.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            subscriptions, _ = await subscribe(connection, object, recipients, properties, now)
            await keep(connection, receipt, subscriptions, now)
        return subscriptions

    async def delete(
        self, object: Recipient, recipients: Iterable[Recipient], *, receipt: Receipt | None = None
    ) -> Sequence[Subscription]:
        """Ends recipients' subscriptions to an object and returns the ended ones, in the order given.

        Raises what `receipts.keep` raises for `list[Subscription]`.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            subscriptions = await unsubscribe(connection, object, recipients, now)
            await keep(connection, receipt, subscriptions, now)
        return subscriptions

    async def subscribers(
        self, object: Recipient, page: PageRequest[UUID], among: Sequence[Place] | None = None
    ) -> Page[Subscription]:
        """Returns a page of the subscriptions to an object, newest first; `among` limits it to these recipients."""
        found = await fetch_page(self._pool, "list_subscribers", object, page, among)
        return build_page([subscription_of(row, object, listed(row)) for row in found], page, lambda each: each.id)

    async def objects(
        self, recipient: Recipient, page: PageRequest[UUID], among: Sequence[Place] | None = None
    ) -> Page[Subscription]:
        """Returns a page of a recipient's subscriptions, newest first; `among` limits it to these objects.

        Those to objects of the product's own collections, like audiences, are left out.
        """
        found = await fetch_page(self._pool, "list_subscribed_objects", recipient, page, among)
        return build_page([subscription_of(row, listed(row), recipient) for row in found], page, lambda each: each.id)

    async def count_subscribers(self, object: Recipient) -> int:
        """Returns the number of an object's subscribers. Deleted ones count until they are erased."""
        return (await self.count_subscribers_of([object]))[object.uid]

    async def count_subscribers_of(self, objects: Iterable[Recipient]) -> Counter[UUID]:
        """Like `count_subscribers`, for several objects in one query, by uid."""
        return await read_counts(self._pool, [object.identity for object in objects])

    async def count_objects(self, recipient: Recipient) -> int:
        """Returns the number of subscriptions in all pages of `objects`, at most 10,000."""
        statement = SQL["count_subscribed_objects"](**recipient.identity._asdict(), limit=MOST_COUNTED)
        count: int = await self._pool.fetchval(*statement)
        return count


async def subscribe(
    connection: Connection,
    object: Recipient,
    recipients: Iterable[Recipient],
    properties: Document | None,
    now: datetime,
) -> tuple[list[Subscription], frozenset[UUID]]:
    """See `Subscriptions.add`; also returns the ids of the new subscriptions."""
    wanted = {recipient.place: recipient for recipient in recipients}
    check_subscription(object, wanted, properties)
    ids = [uuid7() for _ in wanted]
    found = await connection.fetch(
        *SQL["add_subscriptions"](
            **object.identity._asdict(),
            recipients=[recipient.identity for recipient in wanted.values()],
            subscription_ids=ids,
            properties=None if properties is None else msgspec.json.encode(properties),
            now=now,
        )
    )
    new = frozenset(row["id"] for row in found) & frozenset(ids)
    await change_counts(connection, Counter({object.identity: len(new)}))
    return with_recipients(object, wanted, found), new


async def unsubscribe(
    connection: Connection, object: Recipient, recipients: Iterable[Recipient], now: datetime
) -> list[Subscription]:
    """See `Subscriptions.delete`."""
    wanted = {recipient.place: recipient for recipient in recipients}
    found = await connection.fetch(
        *SQL["delete_subscriptions"](
            **object.identity._asdict(),
            recipients=[recipient.identity for recipient in wanted.values()],
            now=now,
        )
    )
    await change_counts(connection, Counter({object.identity: -len(found)}))
    return with_recipients(object, wanted, found)


async def fetch_members(
    pool: Pool, object: Identity, page: PageRequest[UUID], uids: UuidRange = ALWAYS
) -> list[asyncpg.Record]:
    """Returns the rows of a page of an object's subscribers, newest first; `uids` limits the subscriptions' ids."""
    return await pool.fetch(
        *SQL["list_members"](**object._asdict(), **page.parameters(LAST_UID), first=uids.first, end=uids.end)
    )


async def list_objects_of_collection(
    pool: Pool, recipient: Recipient, collection: str, page: PageRequest[UUID], uids: UuidRange = ALWAYS
) -> list[Subscription]:
    """Returns a recipient's subscriptions to objects of one collection, newest first; one more than a page has."""
    found = await pool.fetch(
        *SQL["subscribed_objects_of_collection"](
            **recipient.identity._asdict(),
            **page.parameters(LAST_UID),
            object_collection=collection,
            first=uids.first,
            end=uids.end,
        )
    )
    return [subscription_of(row, listed(row), recipient) for row in found]


async def read_counts(database: Pool | Connection, objects: Sequence[Identity]) -> Counter[UUID]:
    """Returns the numbers of objects' subscribers, by uid."""
    if not objects:
        return Counter()
    found = await database.fetch(*SQL["subscriber_counts"](objects=objects))
    return Counter({row["object_uid"]: row["count"] for row in found})


async def next_subscribers(
    connection: Connection, object: Identity, after: UUID, limit: int, until: UUID = LAST_UID
) -> list[Subscriber]:
    """Returns up to `limit` subscribers of an object, oldest first; none once it is deleted.

    The ids of their subscriptions are after `after` and before `until`, both excluded.
    """
    found = await connection.fetch(*SQL["next_subscribers"](**object._asdict(), after=after, until=until, limit=limit))
    return [
        Subscriber(
            row["id"],
            Identity(object.environment_id, row["recipient_collection"], row["recipient_id"], row["recipient_uid"]),
            rows.document(row["properties"]),
            row["bytes"],
        )
        for row in found
    ]


async def move_subscriptions(
    connection: Connection, source: Identity, target: Identity, merge_id: UUID, *, back: bool
) -> bool:
    """Moves up to 1,000 subscriptions from one identity to another, for a merge or (`back`) its undoing.

    Subscriptions that the other has already are kept. Returns whether there may be more to move.
    """
    found = await connection.fetch(
        *SQL["move_subscriptions"](
            **source._asdict(),
            target_id=target.id,
            target_uid=target.uid,
            merge_id=merge_id,
            back=back,
            limit=MOVED_AT_ONCE,
        )
    )
    await change_counts(connection, Counter({Identity(*row[:4]): -1 for row in found if row["was_there"]}))
    return len(found) == MOVED_AT_ONCE


async def erase_subscriptions(pool: Pool, people: Sequence[Identity]) -> None:
    """Deletes the subscriptions of deleted identities, as objects and as recipients, and updates the counts.

    A transaction deletes 1,000 rows at most. The call may be repeated, and run concurrently.
    """
    for statement in ("erase_subscribers", "erase_subscriptions"):
        erased = ERASED_AT_ONCE
        while erased == ERASED_AT_ONCE:
            async with planned_anew(pool) as connection:
                found = await connection.fetch(*SQL[statement](people=people, limit=ERASED_AT_ONCE))
                await change_counts(
                    connection, Counter({Identity(*object): -n for object, n in Counter(found).items()})
                )
            erased = len(found)
    await pool.execute(*SQL["erase_subscription_counts"](people=people))


async def change_counts(connection: Connection, differences: Counter[Identity]) -> None:
    """Adds to objects' counts, in a random slot, so that concurrent transactions seldom wait for each other."""
    changed = {object: difference for object, difference in differences.items() if difference}
    if changed:
        slot = secrets.randbelow(COUNT_SLOTS)
        await connection.execute(
            *SQL["count_subscriptions"](objects=changed.keys(), differences=list(changed.values()), slot=slot)
        )


async def fetch_page(
    pool: Pool, statement: str, owner: Recipient, page: PageRequest[UUID], among: Sequence[Place] | None
) -> list[asyncpg.Record]:
    asked = {**owner.identity._asdict(), **page.parameters(LAST_UID)}
    if among is None:
        return await pool.fetch(*SQL[statement](**asked))
    return await pool.fetch(*SQL[f"{statement}_among"](**asked, among=set(among)))


def check_subscription(object: Recipient, recipients: Container[Place], properties: Document | None) -> None:
    """Raises RefusedError for what `Subscriptions.add` refuses."""
    if object.place in recipients:
        raise RefusedError("subscription", "recipients", f"{object.place.id} cannot subscribe to itself.")
    if properties is not None:
        check_value(properties, "properties")
        check_size("properties", properties)


def with_recipients(
    object: Recipient, wanted: dict[Place, Recipient], found: Iterable[asyncpg.Record]
) -> list[Subscription]:
    environment_id = object.place.environment_id
    by_place = {Place(environment_id, row["recipient_collection"], row["recipient_id"]): row for row in found}
    return [
        Subscription(
            row["id"], object, recipient, rows.document(row["properties"]), row["inserted_at"], row["updated_at"]
        )
        for place, recipient in wanted.items()
        if (row := by_place.get(place)) is not None
    ]


def listed(row: asyncpg.Record) -> Recipient:
    return rows.recipient_from(row[OWN_COLUMNS:])


def subscription_of(row: asyncpg.Record, object: Recipient, recipient: Recipient) -> Subscription:
    id, properties, inserted_at, updated_at = row[:OWN_COLUMNS]
    return Subscription(id, object, recipient, rows.document(properties), inserted_at, updated_at)
