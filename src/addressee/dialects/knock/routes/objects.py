"""Objects: what can be notified and is no user (knock.md §2.2, §3.13)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body, typed_body
from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.routes import Routes
from addressee.database.paging import write_cursor
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import identify
from addressee.dialects.knock.routes import bulk
from addressee.dialects.knock.wire import shapes
from addressee.dialects.knock.wire.errors import missing
from addressee.dialects.knock.wire.paging import PAGING, asked_page
from addressee.dialects.knock.wire.places import object_collection, object_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Document, Recipient
from addressee.directory.writing.writes import Write

routes = Routes(keys=SECRET)


async def known_object(call: Call) -> Recipient:
    """The object that the path names. Raises KnockError when there is none."""
    recipient = await call.services.directory.read(object_place(call))
    if recipient is None:
        raise missing("The object")
    return recipient


@routes.get("/v1/objects/{collection}", "objects.list", query=(*PAGING, "include[]"), response=shapes.Objects)
async def list_all(call: Call) -> Answer:
    """List the objects of a collection in the order of their creation."""
    query = Query(call.query_string)
    with_preferences = "preferences" in query.texts("include")
    page = asked_page(query, UUID)
    part = await call.services.directory.list(call.environment.id, object_collection(call), page)
    if with_preferences:
        part = replace(part, entries=await call.services.preferences.current(part.entries))

    def render(recipient: Recipient) -> Document:
        rendered = {**rendering.entity(recipient), "__cursor": write_cursor(recipient.uid)}
        return rendering.with_preferences(rendered, recipient) if with_preferences else rendered

    return json_answer(rendering.entries(part, render))


@routes.get("/v1/objects/{collection}/{object_id}", "objects.get", response=shapes.Object)
async def get(call: Call) -> Answer:
    """Get an object."""
    return json_answer(rendering.entity(await known_object(call)))


@routes.put("/v1/objects/{collection}/{object_id}", "objects.set", request=shapes.ObjectInput, response=shapes.Object)
async def put(call: Call) -> Answer:
    """Create an object, or merge what is given into it."""
    return json_answer(await identify(call, object_place(call), object_body(call), rendering.entity))


@routes.delete("/v1/objects/{collection}/{object_id}", "objects.delete", status=204)
async def delete(call: Call) -> Answer:
    """Delete an object."""
    write = Write(object_place(call), (Delete(),), call.origin, request=call.receipt(no_content))
    return no_content(await call.services.directory.write(write))


@routes.post(
    "/v1/objects/{collection}/bulk/set",
    "objects.bulk.set",
    request=shapes.BulkSetObjects,
    response=shapes.BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_set(call: Call) -> Answer:
    """Create or change up to 1,000 objects of a collection."""
    collection = object_collection(call)
    rows = typed_body(call, shapes.BulkSetObjects).objects
    return await bulk.identify_rows(call, f"objects.{collection}.set", "objects", rows, collection)


@routes.post(
    "/v1/objects/{collection}/bulk/delete",
    "objects.bulk.delete",
    request=shapes.BulkDeleteObjects,
    response=shapes.BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_delete(call: Call) -> Answer:
    """Delete up to 1,000 objects of a collection."""
    collection = object_collection(call)
    ids = typed_body(call, shapes.BulkDeleteObjects).object_ids
    return await bulk.delete_rows(call, f"objects.{collection}.delete", "object_ids", collection, ids)
