"""Objects, recipients in collections of the caller's own (suprsend.md §2.6): B23 to B28."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.profile_edits import parse_operations, parse_profile, writable_profile
from addressee.dialects.suprsend.mapping.profile_rendering import profile, warnings_of
from addressee.dialects.suprsend.routes.users import delete_all, delete_at, operations_of
from addressee.dialects.suprsend.shapes import objects as shapes
from addressee.dialects.suprsend.shapes import users as user_shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import CURSORS, cursor_meta, parse_page
from addressee.dialects.suprsend.wire.places import parse_id, parse_type
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Each
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.writes import Written

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


def object_collection(call: Call) -> str:
    """Returns the collection that the path names. Raises SuprSendError or RefusedError."""
    return parse_type(call.path["object_type"])


def object_place(call: Call) -> Place:
    """Returns the place of the object that the path names. Raises SuprSendError or RefusedError."""
    return Place(call.environment.id, object_collection(call), parse_id(call.path["object_id"], "object_id"))


async def require_object(call: Call) -> Recipient:
    """Returns the object that the path names. Raises SuprSendError when there is none."""
    return await call.require(object_place(call))


@routes.get("/v1/object/{object_type}/", "objects.list", query=CURSORS, response=shapes.Objects)
async def list_all(call: Call) -> shapes.Objects:
    """List the objects of a type, newest first."""
    page, collection = parse_page(Query(call.query_string), UUID), object_collection(call)
    directory = call.services.directory
    part = await directory.list(call.environment.id, collection, page, Order.NEWEST_FIRST)
    count = await directory.count(call.environment.id, collection)
    counts = await directory.subscriptions.count_subscribers_of(part.entries)
    return shapes.Objects(cursor_meta(part, count), [rendered(each, counts) for each in part.entries])


@routes.get("/v1/object/{object_type}/{object_id}/", "objects.get", response=shapes.Object)
async def get(call: Call) -> shapes.Object:
    """Get an object with all channels."""
    recipient = await require_object(call)
    counts = await call.services.directory.subscriptions.count_subscribers_of([recipient])
    return rendered(recipient, counts)


def rendered(recipient: Recipient, counts: Mapping[UUID, int], warnings: Sequence[str] = ()) -> shapes.Object:
    """An object; `counts` are the numbers of subscribers, by identity."""
    return shapes.Object(
        object_type=recipient.place.collection,
        id=recipient.place.id,
        subscriptions_count=counts.get(recipient.uid, 0),
        **profile(recipient),
        warnings=list(warnings),
    )


@routes.post(
    "/v1/object/{object_type}/{object_id}/",
    "objects.upsert",
    request=user_shapes.Profile,
    response=shapes.Object,
    status=201,
)
async def upsert(call: Call) -> shapes.Object:
    """Create an object, or add to it: channels are added, properties are set."""
    return await write(call, parse_profile(writable_profile(object_body(call))))


@routes.patch(
    "/v1/object/{object_type}/{object_id}/",
    "objects.edit",
    request=user_shapes.Operations,
    response=shapes.Object,
    not_idempotent=True,
)
async def edit(call: Call) -> shapes.Object:
    """Edit an object by operations."""
    return await write(call, parse_operations(operations_of(call)))


async def write(call: Call, edit: Each) -> shapes.Object:
    """Writes an object, and returns it as it is then."""
    place = object_place(call)
    before = await call.services.directory.read(place)
    counts = await call.services.directory.subscriptions.count_subscribers_of([] if before is None else [before])

    def answer(written: Written) -> shapes.Object:
        assert written.recipient is not None
        return rendered(written.recipient, counts, warnings_of(written))

    return await call.write(place, edit, answer=answer)


@routes.delete("/v1/object/{object_type}/{object_id}/", "objects.delete", status=204)
async def delete(call: Call) -> Answer | None:
    """Delete an object."""
    return await delete_at(call, object_place(call))


@routes.delete("/v1/bulk/object/{object_type}/", "objects.bulk_delete", request=shapes.BulkDeleteObjects, status=204)
async def bulk_delete(call: Call) -> None:
    """Delete up to 1,000 objects of a type."""
    collection = object_collection(call)
    ids = typed_body(call, shapes.BulkDeleteObjects).object_ids
    check_number(ids, "object_ids")
    places = [
        Place(call.environment.id, collection, parse_id(id, f"object_ids[{index}]")) for index, id in enumerate(ids)
    ]
    await delete_all(call, f"objects.{collection}.delete", places)
