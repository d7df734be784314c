"""Subscriptions to objects: of an object, and of a subscriber (suprsend.md §2.1, §2.6): A9, B29 to B32."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.profile_rendering import instant, properties
from addressee.dialects.suprsend.mapping.recipients import parse_description, parse_place
from addressee.dialects.suprsend.routes.objects import require_object
from addressee.dialects.suprsend.shapes import objects as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import CURSORS, cursor_meta, parse_page
from addressee.dialects.suprsend.wire.places import require_user
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.groups.subscriptions import Subscription, check_subscription
from addressee.directory.recipient import USERS, Recipient

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.get(
    "/v1/object/{object_type}/{object_id}/subscription/",
    "objects.get_subscriptions",
    query=CURSORS,
    response=shapes.Subscriptions,
)
async def list_subscribers(call: Call) -> shapes.Subscriptions:
    """List who subscribes to an object, newest first."""
    page = parse_page(Query(call.query_string), UUID)
    owner = await require_object(call)
    directory = call.services.directory
    part = await directory.subscriptions.subscribers(owner, page)
    counts = await directory.subscriptions.count_subscribers_of([owner, *(each.recipient for each in part.entries)])
    results = [subscription(each, counts) for each in part.entries]
    return shapes.Subscriptions(cursor_meta(part, counts[owner.uid]), results)


@routes.get(
    "/v1/user/{distinct_id}/subscribed_to/object/",
    "users.get_objects_subscribed_to",
    query=CURSORS,
    response=shapes.ObjectsSubscribedTo,
)
async def list_of_user(call: Call) -> shapes.ObjectsSubscribedTo:
    """List the objects that a user subscribes to, newest first."""
    return await subscribed_to(call, await require_user(call))


@routes.get(
    "/v1/object/{object_type}/{object_id}/subscribed_to/object/",
    "objects.get_objects_subscribed_to",
    query=CURSORS,
    response=shapes.ObjectsSubscribedTo,
)
async def list_of_object(call: Call) -> shapes.ObjectsSubscribedTo:
    """List the objects that an object subscribes to, newest first."""
    return await subscribed_to(call, await require_object(call))


async def subscribed_to(call: Call, owner: Recipient) -> shapes.ObjectsSubscribedTo:
    """Returns the objects that a recipient subscribes to; lists have a route of their own."""
    page = parse_page(Query(call.query_string), UUID)
    directory = call.services.directory
    part = await directory.subscriptions.objects(owner, page)
    counts = await directory.subscriptions.count_subscribers_of(each.object for each in part.entries)
    count = await directory.subscriptions.count_objects(owner)
    return shapes.ObjectsSubscribedTo(
        meta=cursor_meta(part, count),
        results=[
            shapes.SubscribedTo(
                each.properties,
                shapes.ObjectSubscribedTo(*mention(each.object, counts), properties=properties(each.object)),
                instant(each.inserted_at),
                instant(each.updated_at),
            )
            for each in part.entries
        ],
        objects=[
            shapes.SeedObject(each.object.place.id, each.object.place.collection, instant(each.inserted_at))
            for each in part.entries
        ],
        paging=shapes.SeedPaging(part.after, part.after is not None),
    )


@routes.post(
    "/v1/object/{object_type}/{object_id}/subscription/",
    "objects.create_subscriptions",
    request=shapes.AddSubscriptions,
    response=shapes.AddedSubscriptions,
)
async def create(call: Call) -> shapes.AddedSubscriptions:
    """Subscribe up to 100 recipients to an object.

    Recipients that are described are created or changed first.
    """
    given = typed_body(call, shapes.AddSubscriptions)
    writes = [parse_description(call, entry, f"recipients[{index}]") for index, entry in enumerate(given.recipients)]
    owner = await require_object(call)
    directory = call.services.directory
    planned = await directory.plan((), writes)
    check_subscription(owner, planned.people, given.properties)
    await planned.carry_out()
    warnings = [text for _, texts in planned.warnings for text in texts]
    warnings += [f"{place.id}: {text}" for place, texts in planned.notices for text in texts]
    people = [planned.people[write.place] for write in writes if write.place in planned.people]
    counts = await directory.subscriptions.count_subscribers_of(people)

    def answer(added: Sequence[Subscription]) -> shapes.AddedSubscriptions:
        return shapes.AddedSubscriptions([subscription(each, counts) for each in added], warnings)

    return answer(await directory.subscriptions.add(owner, people, given.properties, receipt=call.receipt(answer)))


@routes.delete(
    "/v1/object/{object_type}/{object_id}/subscription/",
    "objects.delete_subscriptions",
    request=shapes.DeleteSubscriptions,
    status=204,
)
async def delete(call: Call) -> None:
    """End up to 100 subscriptions to an object.

    Recipients that do not exist or do not subscribe are passed over.
    """
    given = typed_body(call, shapes.DeleteSubscriptions)
    places = [parse_place(call, entry, f"recipients[{index}]") for index, entry in enumerate(given.recipients)]
    owner = await require_object(call)
    directory = call.services.directory
    people = await directory.read_all(dict.fromkeys(places))
    await directory.subscriptions.delete(owner, people.values(), receipt=call.receipt(no_content))


def subscription(each: Subscription, counts: Mapping[UUID, int]) -> shapes.Subscription:
    """A subscription and who subscribes; `counts` are the numbers of subscribers of objects, by identity."""
    recipient = each.recipient
    is_user = recipient.place.collection == USERS
    return shapes.Subscription(
        properties=each.properties,
        user=shapes.SubscribedUser(recipient.place.id, instant(recipient.updated_at)) if is_user else None,
        object=None if is_user else shapes.SubscribedObject(*mention(recipient, counts)),
        created_at=instant(each.inserted_at),
        updated_at=instant(each.updated_at),
    )


def mention(object: Recipient, counts: Mapping[UUID, int]) -> tuple[str, str, int, str]:
    """The fields of a SubscribedObject."""
    return object.place.id, object.place.collection, counts.get(object.uid, 0), instant(object.updated_at)
