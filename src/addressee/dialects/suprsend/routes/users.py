"""Users (suprsend.md §2.1): A2 to A8."""

from __future__ import annotations

from uuid import UUID

from addressee.api.answers import Answer, no_content
from addressee.api.call import Call
from addressee.api.merges import merge_users
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.profile_edits import parse_operations, parse_profile, writable_profile
from addressee.dialects.suprsend.mapping.profile_rendering import listed_user, user, warnings_of, with_copies
from addressee.dialects.suprsend.shapes import users as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import CURSORS, cursor_meta, parse_page
from addressee.dialects.suprsend.wire.places import require_user, user_at, user_place
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Delete, Each
from addressee.directory.merges.merges import Done
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.get("/v1/user/", "users.list", query=CURSORS, response=shapes.Users)
async def list_all(call: Call) -> shapes.Users:
    """List users, newest first."""
    page = parse_page(Query(call.query_string), UUID)
    directory = call.services.directory
    part = await directory.list(call.environment.id, USERS, page, Order.NEWEST_FIRST)
    count = await directory.count(call.environment.id, USERS)
    return shapes.Users(cursor_meta(part, count), [listed_user(each) for each in part.entries])


@routes.get("/v1/user/{distinct_id}/", "users.get", response=shapes.User)
async def get(call: Call) -> shapes.User:
    """Get a user with all channels."""
    recipient = await require_user(call)
    return with_copies(user(call, recipient), recipient)


@routes.post("/v1/user/{distinct_id}/", "users.upsert", request=shapes.Profile, response=shapes.User, status=201)
async def upsert(call: Call) -> shapes.User:
    """Create a user, or add to it: channels are added, properties are set."""
    return await write(call, parse_profile(writable_profile(object_body(call))))


@routes.patch(
    "/v1/user/{distinct_id}/",
    "users.edit",
    request=shapes.Operations,
    response=shapes.User,
    status=202,
    not_idempotent=True,
)
async def edit(call: Call) -> shapes.User:
    """Edit a user by operations."""
    return await write(call, parse_operations(operations_of(call)))


def operations_of(call: Call) -> object:
    """Returns the operations of a body, not yet checked. Raises SuprSendError for a body without any."""
    body = object_body(call)
    if not body:
        raise invalid("", "Request body must not be empty")
    if "operations" not in body:
        raise invalid("operations", "operations must be a list.")
    return body["operations"]


async def write(call: Call, edit: Each) -> shapes.User:
    """Writes a user, and returns it as it is then."""

    def answer(written: Written) -> shapes.User:
        assert written.recipient is not None
        return user(call, written.recipient, warnings_of(written))

    return await call.write(user_place(call), edit, answer=answer)


@routes.delete("/v1/user/{distinct_id}/", "users.delete", status=204)
async def delete(call: Call) -> Answer | None:
    """Delete a user."""
    return await delete_at(call, user_place(call))


async def delete_at(call: Call, place: Place, missing: SuprSendError | None = None) -> Answer | None:
    """Deletes the recipient at a place. When there is none, the answer is `missing`, or the usual 404."""

    def answer(written: Written) -> Answer | None:
        return None if written.existed else errors.render(missing or missing_at(place))

    return await call.write(place, Delete(), answer=answer)


@routes.delete("/v1/bulk/user/", "users.bulk_delete", request=shapes.BulkDeleteUsers, status=204)
async def bulk_delete(call: Call) -> None:
    """Delete up to 1,000 users."""
    ids = typed_body(call, shapes.BulkDeleteUsers).distinct_ids
    check_number(ids, "distinct_ids")
    await delete_all(
        call, "users.delete", [user_at(call, id, f"distinct_ids[{index}]") for index, id in enumerate(ids)]
    )


async def delete_all(call: Call, name: str, places: list[Place]) -> None:
    """Deletes the recipients at these places, and passes over places without one."""
    writes = [Write(place, (Delete(),), call.origin) for place in places]
    await call.services.directory.run_bulk(call.environment.id, name, writes, call.receipt(no_content))


@routes.post(
    "/v1/user/{distinct_id}/merge/",
    "users.merge",
    request=shapes.MergeFrom,
    response=shapes.User,
    status=201,
    not_idempotent=True,
)
async def merge(call: Call) -> shapes.User:
    """Merge another user into this one."""
    primary = user_place(call)
    secondary = user_at(call, typed_body(call, shapes.MergeFrom).from_user_id, "from_user_id")

    def answer(done: Done) -> shapes.User:
        return user(call, done.primary)

    return await merge_users(call, "suprsend", primary, secondary, answer)
