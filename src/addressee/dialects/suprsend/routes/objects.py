"""Objects: recipients that are no users, in collections of the caller's own (suprsend.md §2.6): B23 to B28."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import object_body, typed_body
from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.operators import as_written, parse_operations, parse_profile
from addressee.dialects.suprsend.mapping.profiles import profile, warned, warnings_of
from addressee.dialects.suprsend.routes.users import delete_all, delete_at, operations_of
from addressee.dialects.suprsend.shapes import objects as shapes
from addressee.dialects.suprsend.shapes import users as user_shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import CURSORS, asked_page, cursor_page
from addressee.dialects.suprsend.wire.places import checked_id, checked_type, known
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Each
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=SERVER)


def object_collection(call: Call) -> str:
    """The collection that the path names. Raises SuprSendError or RefusedError."""
    return checked_type(call.path["object_type"])


def object_place(call: Call) -> Place:
    """Where the object lives that the path names. Raises SuprSendError or RefusedError."""
    return Place(call.environment.id, object_collection(call), checked_id(call.path["object_id"], "object_id"))


async def known_object(call: Call) -> Recipient:
    """The object that the path names. Raises SuprSendError when there is none."""
    return await known(call, object_place(call))


@routes.get("/v1/object/{object_type}/", "objects.list", query=CURSORS, response=shapes.Objects)
async def list_all(call: Call) -> Answer:
    """List the objects of a type, newest first."""
    page, collection = asked_page(Query(call.query_string), UUID), object_collection(call)
    directory = call.services.directory
    part = await directory.list(call.environment.id, collection, page, Order.NEWEST_FIRST)
    count = await directory.count(call.environment.id, collection)
    counts = await directory.count_subscribers_of(part.entries)
    return json_answer(cursor_page(part, count, partial(rendered, counts=counts)))


@routes.get("/v1/object/{object_type}/{object_id}/", "objects.get", response=shapes.Object)
async def get(call: Call) -> Answer:
    """Get an object with all channels."""
    recipient = await known_object(call)
    counts = await call.services.directory.count_subscribers_of([recipient])
    return json_answer(rendered(recipient, counts))


def rendered(recipient: Recipient, counts: Mapping[UUID, int]) -> Document:
    return {
        "object_type": recipient.place.collection,
        "id": recipient.place.id,
        "subscriptions_count": counts.get(recipient.uid, 0),
        **profile(recipient),
    }


@routes.post(
    "/v1/object/{object_type}/{object_id}/",
    "objects.upsert",
    request=user_shapes.Profile,
    response=shapes.Object,
    status=201,
    max_body_bytes=MAX_BODY_BYTES,
)
async def upsert(call: Call) -> Answer:
    """Create an object, or add to it: channels are added, properties are set."""
    return await write(call, parse_profile(as_written(object_body(call))), HTTPStatus.CREATED)


@routes.patch(
    "/v1/object/{object_type}/{object_id}/",
    "objects.edit",
    request=user_shapes.Operations,
    response=shapes.Object,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def edit(call: Call) -> Answer:
    """Edit an object by operations."""
    return await write(call, parse_operations(operations_of(call)), HTTPStatus.OK)


async def write(call: Call, edit: Each, status: int) -> Answer:
    """Writes an object, and answers with it as it is now."""
    place = object_place(call)
    before = await call.services.directory.read(place)
    counts = await call.services.directory.count_subscribers_of([] if before is None else [before])

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        body = {**rendered(written.recipient, counts), **warned(warnings_of(written))}
        return json_answer(body, status)

    wanted = Write(place, (edit,), call.origin, request=call.receipt(answer))
    return answer(await call.services.directory.write(wanted))


@routes.delete("/v1/object/{object_type}/{object_id}/", "objects.delete", status=204, max_body_bytes=MAX_BODY_BYTES)
async def delete(call: Call) -> Answer:
    """Delete an object."""
    return await delete_at(call, object_place(call))


@routes.delete(
    "/v1/bulk/object/{object_type}/",
    "objects.bulk_delete",
    request=shapes.BulkDeleteObjects,
    status=204,
    max_body_bytes=MAX_BODY_BYTES,
)
async def bulk_delete(call: Call) -> Answer:
    """Delete up to 1,000 objects of a type."""
    collection = object_collection(call)
    ids = typed_body(call, shapes.BulkDeleteObjects).object_ids
    check_number(ids, "object_ids")
    places = [
        Place(call.environment.id, collection, checked_id(id, f"object_ids[{index}]")) for index, id in enumerate(ids)
    ]
    return await delete_all(call, f"objects.{collection}.delete", places)
