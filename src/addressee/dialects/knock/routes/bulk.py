"""Bulk calls on users, and their outcome (knock.md §3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping.profiles import flat
from addressee.dialects.knock.mapping.recipients import RecipientParser, recipient_parser
from addressee.dialects.knock.mapping.rendering import bulk_operation, shape_of
from addressee.dialects.knock.shapes import bulk as shapes
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import Id, check_id, is_id
from addressee.directory.edits.recipients import Delete, Edit
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.bulk import Failure
from addressee.directory.writing.writes import Write

routes = Routes(keys=SECRET)


@routes.post(
    "/v1/users/bulk/identify",
    "users.bulk.identify",
    query=("user_shape",),
    request=shapes.BulkIdentify,
    response=shapes.BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def identify(call: Call) -> shapes.BulkOperation:
    """Identify up to 1,000 users."""
    rows = typed_body(call, shapes.BulkIdentify).users
    if shape_of(call, Query(call.query_string)) == "nested":
        rows = list(map(flat, rows))
    return await identify_rows(call, "users.identify", "users", rows)


@routes.post(
    "/v1/batch/users",
    "users.batch",
    request=shapes.OlderBulkIdentify,
    response=shapes.BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def identify_older(call: Call) -> shapes.BulkOperation:
    """Identify up to 1,000 users, in the nested form of before.

    That is the form of 2021 (§4.2), whose rows have their traits in `properties`.
    """
    rows = typed_body(call, shapes.OlderBulkIdentify).batch
    return await identify_rows(call, "users.identify", "batch", [{**row.properties, "id": row.id} for row in rows])


async def identify_rows(
    call: Call, name: str, field: str, rows: Sequence[dict[str, Any]], collection: str = USERS
) -> shapes.BulkOperation:
    for index, row in enumerate(rows):
        if not is_id(row.get("id")):
            raise invalid(f"{field}[{index}].id", f"{field}[{index}].id must be a string.")
    parser = await recipient_parser(call, rows)
    return await run(
        call,
        name,
        [identify_row(parser, collection, row, f"{field}[{index}]") for index, row in enumerate(rows)],
    )


def identify_row(parser: RecipientParser, collection: str, row: dict[str, Any], path: str) -> Write | Failure:
    try:
        place = Place(parser.call.environment.id, collection, check_id(row["id"], f"{path}.id"))
        return parser.write(place, row, path)
    except RefusedError as refusal:
        return Failure(collection, str(row["id"]), refusal.message)


@routes.post(
    "/v1/users/bulk/delete",
    "users.bulk.delete",
    request=shapes.BulkDelete,
    response=shapes.BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def delete(call: Call) -> shapes.BulkOperation:
    """Delete up to 1,000 users."""
    ids = typed_body(call, shapes.BulkDelete).user_ids
    return await delete_rows(call, "users.delete", "user_ids", USERS, ids)


async def delete_rows(call: Call, name: str, field: str, collection: str, ids: Sequence[Id]) -> shapes.BulkOperation:
    return await run(call, name, [edit_row(call, field, collection, row, Delete()) for row in enumerate(ids)])


def edit_row(call: Call, field: str, collection: str, row: tuple[int, Id], edit: Edit) -> Write | Failure:
    """Returns the edit of one recipient in the list `field`, or its failure; `row` is its number there, and its id."""
    index, id = row
    path = f"{field}[{index}]"
    try:
        return Write(Place(call.environment.id, collection, check_id(id, path)), (edit,), call.origin, path=path)
    except RefusedError as refusal:
        return Failure(collection, str(id), refusal.message)


async def run(call: Call, name: str, rows: list[Write | Failure]) -> shapes.BulkOperation:
    request = call.receipt(bulk_operation)
    return bulk_operation(await call.services.directory.run_bulk(call.environment.id, name, rows, request))


@routes.get("/v1/bulk_operations/{id}", "bulk_operations.get", response=shapes.BulkOperation)
async def get(call: Call) -> shapes.BulkOperation:
    """Get the outcome of a bulk call."""
    try:
        id = UUID(call.path["id"])
    except ValueError:
        raise missing("The bulk operation") from None
    operation = await call.services.directory.find_bulk_operation(call.environment.id, id)
    if operation is None:
        raise missing("The bulk operation")
    return bulk_operation(operation)
