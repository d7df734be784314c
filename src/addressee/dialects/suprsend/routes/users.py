"""Users (suprsend.md §2.1): A2 to A8."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body, typed_body
from addressee.api.call import Call
from addressee.api.merge_rules import merge_rules
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.operators import as_written, parse_operations, parse_profile
from addressee.dialects.suprsend.mapping.profiles import listed_user, user, warnings_of, with_copies
from addressee.dialects.suprsend.shapes import users as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import invalid, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import CURSORS, asked_page, cursor_page
from addressee.dialects.suprsend.wire.places import known_user, user_at, user_place
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Delete, Each
from addressee.directory.errors import MissingError
from addressee.directory.merges.merges import Done
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.bulk import BulkOperation
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=SERVER)


@routes.get("/v1/user/", "users.list", query=CURSORS, response=shapes.Users)
async def list_all(call: Call) -> Answer:
    """List users, newest first."""
    page = asked_page(Query(call.query_string), UUID)
    directory = call.services.directory
    part = await directory.list(call.environment.id, USERS, page, Order.NEWEST_FIRST)
    count = await directory.count(call.environment.id, USERS)
    return json_answer(cursor_page(part, count, listed_user))


@routes.get("/v1/user/{distinct_id}/", "users.get", response=shapes.User)
async def get(call: Call) -> Answer:
    """Get a user with all channels."""
    recipient = await known_user(call)
    return json_answer(with_copies(user(call, recipient), recipient))


@routes.post(
    "/v1/user/{distinct_id}/",
    "users.upsert",
    request=shapes.Profile,
    response=shapes.User,
    status=201,
    max_body_bytes=MAX_BODY_BYTES,
)
async def upsert(call: Call) -> Answer:
    """Create a user, or add to it: channels are added, properties are set."""
    return await write(call, parse_profile(as_written(object_body(call))), HTTPStatus.CREATED)


@routes.patch(
    "/v1/user/{distinct_id}/",
    "users.edit",
    request=shapes.Operations,
    response=shapes.User,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def edit(call: Call) -> Answer:
    """Edit a user by operations."""
    return await write(call, parse_operations(operations_of(call)), HTTPStatus.ACCEPTED)


def operations_of(call: Call) -> object:
    """The operations that a body holds. Raises SuprSendError for a body that says nothing."""
    body = object_body(call)
    if not body:
        raise invalid("", "Request body must not be empty")
    if "operations" not in body:
        raise invalid("operations", "operations must be a list.")
    return body["operations"]


async def write(call: Call, edit: Each, status: int) -> Answer:
    """Writes a user, and answers with it as it is now."""

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        return json_answer(user(call, written.recipient, warnings_of(written)), status)

    wanted = Write(user_place(call), (edit,), call.origin, request=call.receipt(answer))
    return answer(await call.services.directory.write(wanted))


@routes.delete("/v1/user/{distinct_id}/", "users.delete", status=204, max_body_bytes=MAX_BODY_BYTES)
async def delete(call: Call) -> Answer:
    """Delete a user."""
    return await delete_at(call, user_place(call))


async def delete_at(call: Call, place: Place) -> Answer:
    """Deletes whoever lives there, and says when nobody does."""

    def answer(written: Written) -> Answer:
        was_there = written.before is not None and written.before.lives
        return no_content() if was_there else errors.render(missing_at(place))

    return answer(
        await call.services.directory.write(Write(place, (Delete(),), call.origin, request=call.receipt(answer)))
    )


@routes.delete(
    "/v1/bulk/user/", "users.bulk_delete", request=shapes.BulkDeleteUsers, status=204, max_body_bytes=MAX_BODY_BYTES
)
async def bulk_delete(call: Call) -> Answer:
    """Delete up to 1,000 users."""
    ids = typed_body(call, shapes.BulkDeleteUsers).distinct_ids
    check_number(ids, "distinct_ids")
    return await delete_all(
        call, "users.delete", [user_at(call, id, f"distinct_ids[{index}]") for index, id in enumerate(ids)]
    )


async def delete_all(call: Call, name: str, places: list[Place]) -> Answer:
    """Deletes those who are there; the others are passed over."""

    def answer(_: BulkOperation) -> Answer:
        return no_content()

    writes = [Write(place, (Delete(),), call.origin) for place in places]
    return answer(await call.services.directory.run_bulk(call.environment.id, name, writes, call.receipt(answer)))


@routes.post(
    "/v1/user/{distinct_id}/merge/",
    "users.merge",
    request=shapes.MergeFrom,
    response=shapes.User,
    status=201,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def merge(call: Call) -> Answer:
    """Merge another user into this one."""
    primary = user_place(call)
    secondary = user_at(call, typed_body(call, shapes.MergeFrom).from_user_id, "from_user_id")

    def answer(done: Done) -> Answer:
        return json_answer(user(call, done.primary), HTTPStatus.CREATED)

    try:
        done = await call.services.directory.merges.merge(
            primary,
            secondary,
            rules=merge_rules("suprsend", call.environment),
            origin=call.origin,
            receipt=call.receipt(answer),
        )
    except MissingError as error:
        raise missing_at(error.place) from None
    await call.services.messaging.follow(done.merge)
    return answer(done)
