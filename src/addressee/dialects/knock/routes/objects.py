"""Objects: recipients that are not users (knock.md §2.2, §3.13)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import identify
from addressee.dialects.knock.routes import bulk
from addressee.dialects.knock.shapes import objects as shapes
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.common import Entries
from addressee.dialects.knock.wire.errors import missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.places import object_collection, object_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import Recipient

routes = Routes(keys=SECRET)


async def require_object(call: Call) -> Recipient:
    """Returns the object that the path names. Raises KnockError when there is none."""
    recipient = await call.services.directory.read(object_place(call))
    if recipient is None:
        raise missing("The object")
    return recipient


@routes.get("/v1/objects/{collection}", "objects.list", query=(*PAGING, "include[]"), response=Entries[shapes.Object])
async def list_all(call: Call) -> Entries[shapes.Object]:
    """List the objects of a collection in the order of their creation."""
    query = Query(call.query_string)
    with_preferences = "preferences" in query.texts("include")
    page = parse_page(query, UUID)
    part = await call.services.directory.list(call.environment.id, object_collection(call), page)
    if with_preferences:
        part = replace(part, entries=await call.services.preferences.current(part.entries))

    def render(recipient: Recipient) -> shapes.Object:
        return rendering.object(recipient, with_preferences=with_preferences, cursor=recipient.uid)

    return rendering.entries(part, render)


@routes.get("/v1/objects/{collection}/{object_id}", "objects.get", response=shapes.Object)
async def get(call: Call) -> shapes.Object:
    """Get an object."""
    return rendering.object(await require_object(call))


@routes.put("/v1/objects/{collection}/{object_id}", "objects.set", request=shapes.ObjectInput, response=shapes.Object)
async def put(call: Call) -> shapes.Object:
    """Create an object, or merge what is given into it."""
    return await identify(call, object_place(call), object_body(call), rendering.object)


@routes.delete("/v1/objects/{collection}/{object_id}", "objects.delete", status=204)
async def delete(call: Call) -> None:
    """Delete an object."""
    await call.write(object_place(call), Delete(), answer=no_content)


@routes.post(
    "/v1/objects/{collection}/bulk/set",
    "objects.bulk.set",
    request=shapes.BulkSetObjects,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_set(call: Call) -> BulkOperation:
    """Create or change up to 1,000 objects of a collection."""
    collection = object_collection(call)
    rows = typed_body(call, shapes.BulkSetObjects).objects
    return await bulk.identify_rows(call, f"objects.{collection}.set", "objects", rows, collection)


@routes.post(
    "/v1/objects/{collection}/bulk/delete",
    "objects.bulk.delete",
    request=shapes.BulkDeleteObjects,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_delete(call: Call) -> BulkOperation:
    """Delete up to 1,000 objects of a collection."""
    collection = object_collection(call)
    ids = typed_body(call, shapes.BulkDeleteObjects).object_ids
    return await bulk.delete_rows(call, f"objects.{collection}.delete", "object_ids", collection, ids)
