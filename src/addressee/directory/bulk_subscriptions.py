"""Bulk calls on subscriptions: a row is an object with up to 100 recipients, written in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from addressee.database.pool import Pool
from addressee.directory.bulk import BulkOperation, Failure, conclude
from addressee.directory.clock import Clock
from addressee.directory.errors import RefusedError
from addressee.directory.reader import Reader
from addressee.directory.receipts import Receipt
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.subscriptions import add_subscriptions, delete_subscriptions

People = Mapping[Place, Recipient]


class Subscribing(Struct, frozen=True):
    """Recipients to be subscribed to an object. All of them must be known, and so must the object."""

    object: Place
    recipients: Sequence[Place]
    properties: Document | None = None


class Unsubscribing(Struct, frozen=True):
    """Recipients whose subscriptions to an object are to end; those that there are not are passed over."""

    object: Place
    recipients: Sequence[Place]


async def run(
    pool: Pool,
    reader: Reader,
    clock: Clock,
    environment_id: int,
    name: str,
    rows: Sequence[Subscribing | Unsubscribing | Failure],
    request: Receipt | None = None,
) -> BulkOperation:
    """Carries out the rows and keeps the outcome. A `Failure` among them is a row that was refused before."""
    started_at = clock.now()
    named = {place for row in rows if not isinstance(row, Failure) for place in (row.object, *row.recipients)}
    people = await reader.read_all(named)
    failures = []
    for row in rows:
        match row:
            case Failure():
                failures.append(row)
            case Subscribing():
                try:
                    await subscribe(pool, row, people, clock)
                except RefusedError as refusal:
                    failures.append(Failure(row.object.collection, row.object.id, refusal.message))
            case Unsubscribing():
                await unsubscribe(pool, row, people, clock)
    return await conclude(pool, clock, environment_id, name, len(rows), failures, started_at, request)


async def subscribe(pool: Pool, row: Subscribing, people: People, clock: Clock) -> None:
    """Raises RefusedError."""
    for place in (row.object, *row.recipients):
        if place not in people:
            raise RefusedError("missing", "recipients", f"{place.id!r} is not known in {place.collection}.")
    recipients = [people[place] for place in row.recipients]
    await add_subscriptions(pool, people[row.object], recipients, row.properties, clock.now())


async def unsubscribe(pool: Pool, row: Unsubscribing, people: People, clock: Clock) -> None:
    if row.object in people:
        recipients = [people[place] for place in row.recipients if place in people]
        await delete_subscriptions(pool, people[row.object], recipients, clock.now())
