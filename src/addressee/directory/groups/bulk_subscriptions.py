"""Bulk calls on subscriptions: each row, an object with up to 100 recipients, is a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.errors import RefusedError
from addressee.directory.groups.subscriptions import Subscriptions, check_subscription
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.bulk import BulkOperation, Failure, conclude
from addressee.directory.writing.planned_writes import PlannedWrites, WriteAll, plan
from addressee.directory.writing.receipts import Receipt
from addressee.directory.writing.writes import Write

People = Mapping[Place, Recipient]


class Subscribing(Struct, frozen=True):
    """A row that subscribes recipients to an object, all of which must exist.

    `writes` are of recipients that the row describes; they are carried out unless the row is refused.
    """

    object: Place
    recipients: Sequence[Place]
    properties: Document | None = None
    writes: Sequence[Write] = ()


class Unsubscribing(Struct, frozen=True):
    """A row that ends recipients' subscriptions to an object; missing ones are ignored."""

    object: Place
    recipients: Sequence[Place]


async def run(
    pool: Pool,
    reader: Reader,
    clock: Clock,
    environment_id: int,
    name: str,
    rows: Sequence[Subscribing | Unsubscribing | Failure],
    write_all: WriteAll,
    request: Receipt | None = None,
) -> BulkOperation:
    """Carries out the rows and stores the outcome. A `Failure` is a row that was refused before."""
    started_at, subscriptions = clock.now(), Subscriptions(pool, clock)
    planned = await plan(reader, places(rows), (), started_at, write_all)
    checked = [check(row, planned) if isinstance(row, Subscribing) else row for row in rows]
    refused = {
        id(write): result for write, result in await planned.carry_out_each() if isinstance(result, RefusedError)
    }
    failures = []
    for row in checked:
        match row:
            case Failure():
                failures.append(row)
            case Subscribing():
                try:
                    for write in row.writes:
                        if id(write) in refused:
                            raise refused[id(write)]
                    await subscriptions.add(*parts(row, planned.people), row.properties)
                except RefusedError as refusal:
                    failures.append(failure(row, refusal))
            case Unsubscribing():
                await unsubscribe(subscriptions, row, planned.people)
    return await conclude(pool, clock, environment_id, name, len(rows), failures, started_at, request)


def places(rows: Sequence[Subscribing | Unsubscribing | Failure]) -> set[Place]:
    named = {place for row in rows if not isinstance(row, Failure) for place in (row.object, *row.recipients)}
    return named | {write.place for row in rows if isinstance(row, Subscribing) for write in row.writes}


def check(row: Subscribing, planned: PlannedWrites) -> Subscribing | Failure:
    """Returns the row, with its writes planned, if it is valid, else a Failure."""
    try:
        with planned.adding(row.writes):
            object, recipients = parts(row, planned.people)
            check_subscription(object, [recipient.place for recipient in recipients], row.properties)
    except RefusedError as refusal:
        return failure(row, refusal)
    return row


def failure(row: Subscribing, refusal: RefusedError) -> Failure:
    return Failure(row.object.collection, row.object.id, refusal.message)


def parts(row: Subscribing, people: People) -> tuple[Recipient, list[Recipient]]:
    """Returns the row's object and recipients. Raises RefusedError for a missing one."""
    for place in (row.object, *row.recipients):
        if place not in people:
            raise RefusedError("missing", "recipients", f"{place.id!r} is not known in {place.collection}.")
    return people[row.object], [people[place] for place in row.recipients]


async def unsubscribe(subscriptions: Subscriptions, row: Unsubscribing, people: People) -> None:
    if row.object in people:
        recipients = [people[place] for place in row.recipients if place in people]
        await subscriptions.delete(people[row.object], recipients)
