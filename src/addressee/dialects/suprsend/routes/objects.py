"""Objects: recipients that are no users, in collections of the caller's own (suprsend.md §2.6): B23 to B28."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from uuid import UUID

from addressee.api.bodies import object_body, typed_body
from addressee.api.operation import Answer, Call, Operation, json_answer
from addressee.dialects.suprsend.mapping.operators import Parsed, as_written, parse_operations, parse_profile
from addressee.dialects.suprsend.mapping.profiles import profile, warned, warnings_of
from addressee.dialects.suprsend.routes.users import delete_all, delete_at, operations_of
from addressee.dialects.suprsend.shapes import objects as shapes
from addressee.dialects.suprsend.shapes import users as user_shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import CURSORS, asked_page, cursor_page
from addressee.dialects.suprsend.wire.places import checked_id, checked_type, known
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written


def object_collection(call: Call) -> str:
    """The collection that the path names. Raises SuprSendError or RefusedError."""
    return checked_type(call.path["object_type"])


def object_place(call: Call) -> Place:
    """Where the object lives that the path names. Raises SuprSendError or RefusedError."""
    return Place(call.environment.id, object_collection(call), checked_id(call.path["object_id"], "object_id"))


async def known_object(call: Call) -> Recipient:
    """The object that the path names. Raises SuprSendError when there is none."""
    return await known(call, object_place(call))


async def list_all(call: Call) -> Answer:
    page, collection = asked_page(Query(call.query_string), UUID), object_collection(call)
    directory = call.rooms.directory
    part = await directory.list(call.environment.id, collection, page, Order.NEWEST_FIRST)
    count = await directory.count(call.environment.id, collection)
    counts = await directory.count_subscribers_of(part.entries)
    return json_answer(cursor_page(part, count, partial(rendered, counts=counts)))


async def get(call: Call) -> Answer:
    recipient = await known_object(call)
    counts = await call.rooms.directory.count_subscribers_of([recipient])
    return json_answer(rendered(recipient, counts))


def rendered(recipient: Recipient, counts: Mapping[UUID, int]) -> Document:
    return {
        "object_type": recipient.place.collection,
        "id": recipient.place.id,
        "subscriptions_count": counts.get(recipient.uid, 0),
        **profile(recipient),
    }


async def upsert(call: Call) -> Answer:
    return await write(call, parse_profile(as_written(object_body(call))), HTTPStatus.CREATED)


async def edit(call: Call) -> Answer:
    return await write(call, parse_operations(operations_of(call)), HTTPStatus.OK)


async def write(call: Call, parsed: Parsed, status: int) -> Answer:
    """Writes an object, and answers with it as it is now."""
    place = object_place(call)
    before = await call.rooms.directory.read(place)
    counts = await call.rooms.directory.count_subscribers_of([] if before is None else [before])

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        body = {**rendered(written.recipient, counts), **warned(warnings_of(parsed, written))}
        return json_answer(body, status)

    wanted = Write(place, (parsed.edit,), call.origin, request=call.receipt(answer))
    return answer(await call.rooms.directory.write(wanted))


async def delete(call: Call) -> Answer:
    return await delete_at(call, object_place(call))


async def bulk_delete(call: Call) -> Answer:
    collection = object_collection(call)
    ids = typed_body(call, shapes.BulkDeleteObjects).object_ids
    check_number(ids, "object_ids")
    places = [
        Place(call.environment.id, collection, checked_id(id, f"object_ids[{index}]")) for index, id in enumerate(ids)
    ]
    return await delete_all(call, f"objects.{collection}.delete", places)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/object/{object_type}/",
        "objects.list",
        "List the objects of a type, newest first",
        list_all,
        SERVER,
        query=CURSORS,
        gives=shapes.Objects,
    ),
    Operation(
        "GET",
        "/v1/object/{object_type}/{object_id}/",
        "objects.get",
        "Get an object with all channels",
        get,
        SERVER,
        gives=shapes.Object,
    ),
    Operation(
        "POST",
        "/v1/object/{object_type}/{object_id}/",
        "objects.upsert",
        "Create an object, or add to it: channels are added, properties are set",
        upsert,
        SERVER,
        takes=user_shapes.Profile,
        gives=shapes.Object,
        status=201,
        max_body_bytes=MAX_BODY_BYTES,
    ),
    Operation(
        "PATCH",
        "/v1/object/{object_type}/{object_id}/",
        "objects.edit",
        "Edit an object by operations",
        edit,
        SERVER,
        takes=user_shapes.Operations,
        gives=shapes.Object,
        max_body_bytes=MAX_BODY_BYTES,
        harmed_by_repeats=True,
    ),
    Operation(
        "DELETE",
        "/v1/object/{object_type}/{object_id}/",
        "objects.delete",
        "Delete an object",
        delete,
        SERVER,
        status=204,
        max_body_bytes=MAX_BODY_BYTES,
    ),
    Operation(
        "DELETE",
        "/v1/bulk/object/{object_type}/",
        "objects.bulk_delete",
        "Delete up to 1,000 objects of a type",
        bulk_delete,
        SERVER,
        takes=shapes.BulkDeleteObjects,
        status=204,
        max_body_bytes=MAX_BODY_BYTES,
    ),
)
