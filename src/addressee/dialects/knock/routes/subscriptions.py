"""Subscriptions: recipients of what is sent to an object (knock.md §2.2, §3.2, §3.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias
from uuid import UUID

from msgspec import structs

from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import typed, typed_body
from addressee.api.routes import Routes
from addressee.database.paging import Page
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import RecipientParser, note, places_of, plan, recipient_parser
from addressee.dialects.knock.routes.objects import require_object
from addressee.dialects.knock.shapes import subscriptions as shapes
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.common import Entries
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.places import object_collection, user_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError, refused_below
from addressee.directory.groups.bulk_subscriptions import Subscribing, Unsubscribing
from addressee.directory.groups.subscriptions import Subscription, check_subscription
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.bulk import Failure

routes = Routes(keys=SECRET)

MODES = ("object", "recipient")

Row: TypeAlias = shapes.ObjectSubscriptions | shapes.ObjectUnsubscriptions


@routes.get(
    "/v1/users/{user_id}/subscriptions",
    "users.list_subscriptions",
    query=(*PAGING, "include[]", "objects[]"),
    response=Entries[shapes.Subscription],
)
async def list_of_user(call: Call) -> Entries[shapes.Subscription]:
    """List what a user subscribes to, newest first."""
    query = Query(call.query_string)
    page, objects = parse_page(query, UUID), places(call, query, "objects")
    recipient = await call.services.directory.read(user_place(call))
    if recipient is None:
        raise missing("The user")
    part = await call.services.directory.subscriptions.objects(recipient, page, objects)
    return await rendered(call, query, part)


@routes.get(
    "/v1/objects/{collection}/{object_id}/subscriptions",
    "objects.list_subscriptions",
    query=(*PAGING, "mode", "recipients[]", "objects[]", "include[]"),
    response=Entries[shapes.Subscription],
)
async def list_of_object(call: Call) -> Entries[shapes.Subscription]:
    """List who subscribes to an object, or what it subscribes to, newest first.

    The mode `recipient` lists what the object subscribes to.
    """
    query = Query(call.query_string)
    mode = query.choice("mode", MODES, "object")
    page, recipients, objects = (
        parse_page(query, UUID),
        places(call, query, "recipients"),
        places(call, query, "objects"),
    )
    owner = await require_object(call)
    directory = call.services.directory
    if mode == "recipient":
        part = await directory.subscriptions.objects(owner, page, objects)
    else:
        part = await directory.subscriptions.subscribers(owner, page, recipients)
    return await rendered(call, query, part)


def places(call: Call, query: Query, name: str) -> list[Place] | None:
    """Returns the recipients that a parameter narrows the list to; None: it narrows nothing."""
    return query.places(call.environment.id, name) or None


async def rendered(call: Call, query: Query, page: Page[Subscription]) -> Entries[shapes.Subscription]:
    """Returns a page; where preferences are asked for, with those sets of its recipients that count."""
    if "preferences" not in query.texts("include"):
        return rendering.entries(page, rendering.subscription)
    recipients = await call.services.preferences.current([each.recipient for each in page.entries])
    entries = [
        structs.replace(each, recipient=recipient) for each, recipient in zip(page.entries, recipients, strict=True)
    ]
    return rendering.entries(replace(page, entries=entries), partial(rendering.subscription, with_preferences=True))


@routes.post(
    "/v1/objects/{collection}/{object_id}/subscriptions",
    "objects.add_subscriptions",
    request=shapes.AddSubscriptions,
    response=list[shapes.Subscription],
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def add(call: Call) -> list[shapes.Subscription]:
    """Subscribe up to 100 recipients to an object.

    Recipients that are described are identified first; one that is named by its id must exist (§3.2).
    """
    given = typed_body(call, shapes.AddSubscriptions)
    named = places_of(call, "recipients", given.recipients)
    recipient = await require_object(call)
    parser = await recipient_parser(call, given.recipients)
    planned = await plan(call, named, parser.mentions("recipients", given.recipients))
    require_recipients(named, planned.people)
    check_subscription(recipient, planned.people, given.properties)
    await planned.carry_out()
    await note(call, planned)
    added = await call.services.directory.subscriptions.add(
        recipient,
        require_recipients(named, planned.people),
        given.properties,
        receipt=call.receipt(answer),
    )
    return answer(added)


def require_recipients(named: Sequence[Place], people: Mapping[Place, Recipient]) -> list[Recipient]:
    """Returns the recipients that are named. Raises KnockError for the first that does not exist."""
    found = [people.get(place) for place in named]
    for index, recipient in enumerate(found):
        if recipient is None:
            field = f"recipients[{index}]"
            raise invalid(field, f"{field}: {named[index].id!r} is not known; identify it first, or describe it here.")
    return [recipient for recipient in found if recipient is not None]


@routes.delete(
    "/v1/objects/{collection}/{object_id}/subscriptions",
    "objects.delete_subscriptions",
    query=("recipients[]",),
    request=shapes.DeleteSubscriptions,
    response=list[shapes.Subscription],
)
async def delete(call: Call) -> list[shapes.Subscription]:
    """End up to 100 subscriptions to an object.

    The answer lists the subscriptions that existed.
    """
    given = subscribers_to_delete(call)
    named = places_of(call, "recipients", given.recipients)
    recipient = await require_object(call)
    people = await call.services.directory.read_all(named)
    subscribers = [people[place] for place in named if place in people]
    ended = await call.services.directory.subscriptions.delete(recipient, subscribers, receipt=call.receipt(answer))
    return answer(ended)


def subscribers_to_delete(call: Call) -> shapes.DeleteSubscriptions:
    """Returns the body; of older SDKs, which send none, the recipients in the query (§5.4)."""
    places = Query(call.query_string).places(call.environment.id, "recipients")
    named = [{"collection": place.collection, "id": place.id} for place in places]
    if named and not call.body:
        return typed({"recipients": named}, shapes.DeleteSubscriptions)
    return typed_body(call, shapes.DeleteSubscriptions)


def answer(subscriptions: Sequence[Subscription]) -> list[shapes.Subscription]:
    return [rendering.subscription(each) for each in subscriptions]


@routes.post(
    "/v1/objects/{collection}/bulk/subscriptions/add",
    "objects.bulk.add_subscriptions",
    request=shapes.BulkAddSubscriptions,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_add(call: Call) -> BulkOperation:
    """Subscribe up to 100 recipients to each of up to 100 objects of a collection.

    A row that cannot be used fails alone, and nothing of it is written.
    """
    collection = object_collection(call)
    given = typed_body(call, shapes.BulkAddSubscriptions).subscriptions
    parser = await recipient_parser(call, [recipient for row in given for recipient in row.recipients])
    rows = [adding_row(parser, collection, index, row) for index, row in enumerate(given)]
    return await run(call, f"objects.{collection}.upsert_subscriptions", rows)


def adding_row(
    parser: RecipientParser, collection: str, index: int, row: shapes.ObjectSubscriptions
) -> Subscribing | Failure:
    try:
        with refused_below(f"subscriptions[{index}]"):
            object, recipients = object_of(parser.call, collection, row), recipients_of(parser.call, row)
        writes = parser.mentions(f"subscriptions[{index}].recipients", row.recipients)
        return Subscribing(object, recipients, row.properties, writes)
    except RefusedError as refusal:
        return Failure(collection, str(row.id), refusal.message)


@routes.post(
    "/v1/objects/{collection}/bulk/subscriptions/delete",
    "objects.bulk.delete_subscriptions",
    request=shapes.BulkDeleteSubscriptions,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_delete(call: Call) -> BulkOperation:
    """End up to 100 subscriptions to each of up to 100 objects of a collection."""
    collection = object_collection(call)
    given = typed_body(call, shapes.BulkDeleteSubscriptions).subscriptions
    rows = [ending_row(call, collection, index, row) for index, row in enumerate(given)]
    return await run(call, f"objects.{collection}.delete_subscriptions", rows)


def ending_row(call: Call, collection: str, index: int, row: shapes.ObjectUnsubscriptions) -> Unsubscribing | Failure:
    try:
        with refused_below(f"subscriptions[{index}]"):
            return Unsubscribing(object_of(call, collection, row), recipients_of(call, row))
    except RefusedError as refusal:
        return Failure(collection, str(row.id), refusal.message)


def object_of(call: Call, collection: str, row: Row) -> Place:
    return Place(call.environment.id, collection, check_id(row.id))


def recipients_of(call: Call, row: Row) -> list[Place]:
    return places_of(call, "recipients", row.recipients)


async def run(call: Call, name: str, rows: Sequence[Subscribing | Unsubscribing | Failure]) -> BulkOperation:
    request = call.receipt(rendering.bulk_operation)
    operation = await call.services.directory.run_bulk_subscriptions(call.environment.id, name, rows, request)
    return rendering.bulk_operation(operation)
