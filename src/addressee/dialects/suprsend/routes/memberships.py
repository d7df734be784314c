"""Users within tenants, each with properties and channels of its own (suprsend.md §2.2): B1 to B5."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body
from addressee.api.call import Call
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.operators import as_written, parse_operations, parse_profile
from addressee.dialects.suprsend.mapping.profiles import profile, properties, times, warned, warnings_of
from addressee.dialects.suprsend.routes.users import operations_of
from addressee.dialects.suprsend.shapes import memberships as shapes
from addressee.dialects.suprsend.shapes import users as user_shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, missing
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import CURSORS, asked_page, cursor_page
from addressee.dialects.suprsend.wire.places import checked_tenant, known, known_user, tenant_at, user_place
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Delete, Each, Identify
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.groups.memberships import Membership, place_of
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.sets import DEFAULT

routes = Routes(keys=SERVER)


@routes.get(
    "/v1/user/{distinct_id}/associated_tenant/",
    "users.list_associated_tenants",
    query=CURSORS,
    response=shapes.AssociatedTenants,
)
async def list_of_user(call: Call) -> Answer:
    """List the tenants that a user belongs to."""
    page = asked_page(Query(call.query_string), UUID)
    user = await known_user(call)
    part = await call.services.directory.memberships(user, page)
    count = await call.services.directory.count_memberships(user)
    return json_answer(cursor_page(part, count, associated_tenant))


def associated_tenant(membership: Membership) -> Document:
    tenant = membership.tenant
    return {
        "tenant": {"tenant_id": tenant.place.id, "tenant_name": tenant.attributes.get("name")},
        "properties": properties(membership.within),
        **times(membership.within),
    }


@routes.get("/v1/user/{distinct_id}/tenant/{tenant_id}/", "users.get_for_tenant", response=shapes.TenantUser)
async def get(call: Call) -> Answer:
    """Get what a user is within a tenant."""
    user, tenant = await user_and_tenant(call)
    within = await call.services.directory.read(place_of(user, tenant))
    if within is None:
        raise not_associated(user.place.id, tenant.place.id)
    return json_answer(rendered(within, tenant.place.id))


async def user_and_tenant(call: Call) -> tuple[Recipient, Recipient]:
    """Those whom the path names. Raises SuprSendError when one is not there."""
    user = await known_user(call)
    place = tenant_at(call, call.path["tenant_id"])
    tenant = await call.services.directory.read(place)
    if tenant is None and place.id == DEFAULT:
        raise not_associated(user.place.id, DEFAULT)
    return user, tenant or await known(call, place)


def not_associated(user_id: str, tenant_id: str) -> SuprSendError:
    return missing(f"user [distinct_id: '{user_id}'] is not associated with tenant '{tenant_id}'")


def rendered(within: Recipient, tenant_id: str) -> Document:
    """The user as it is within the tenant: what is said of it elsewhere is not shown."""
    return {"distinct_id": within.place.id, "tenant_id": tenant_id, "status": "active", **profile(within)}


@routes.post(
    "/v1/user/{distinct_id}/tenant/{tenant_id}/",
    "users.upsert_for_tenant",
    request=user_shapes.Profile,
    response=shapes.TenantUser,
    status=201,
    max_body_bytes=MAX_BODY_BYTES,
)
async def upsert(call: Call) -> Answer:
    """Let a user belong to a tenant, or add to what it is there."""
    return await write(call, parse_profile(as_written(object_body(call))), HTTPStatus.CREATED)


@routes.patch(
    "/v1/user/{distinct_id}/tenant/{tenant_id}/",
    "users.edit_for_tenant",
    request=user_shapes.Operations,
    response=shapes.TenantUser,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
    not_idempotent=True,
)
async def edit(call: Call) -> Answer:
    """Edit by operations what a user is within a tenant."""
    return await write(call, parse_operations(operations_of(call)), HTTPStatus.ACCEPTED)


async def write(call: Call, edit: Each, status: int) -> Answer:
    """Writes what a user is within a tenant, and answers with that. A user who is missing is created."""
    tenant_id = checked_tenant(call.path["tenant_id"])

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        body = {**rendered(written.recipient, tenant_id), **warned(warnings_of(written))}
        return json_answer(body, status)

    wanted = Write(user_place(call), (edit,), call.origin, request=call.receipt(answer))
    [result] = await write_all(call, [(wanted, tenant_id)])
    if isinstance(result, RefusedError | MissingError):
        raise result
    return answer(result)


async def write_all(call: Call, asked: Sequence[tuple[Write, str]]) -> Sequence[Written | RefusedError | MissingError]:
    """Carries out writes on what users are within tenants, instead of on the users.

    The default tenant is always there; it is stored when something is first said of it.
    """
    if any(tenant_id == DEFAULT for _, tenant_id in asked):
        place = Place(call.environment.id, TENANTS, DEFAULT)
        await call.services.directory.write(Write(place, (Identify(),), call.origin))
    return await call.services.directory.write_memberships(asked)


@routes.delete(
    "/v1/user/{distinct_id}/tenant/{tenant_id}/", "users.unlink_tenant", status=204, max_body_bytes=MAX_BODY_BYTES
)
async def unlink(call: Call) -> Answer:
    """Let a user belong to a tenant no more."""
    user, tenant = await user_and_tenant(call)

    def answer(written: Written) -> Answer:
        was_there = written.before is not None and written.before.lives
        return no_content() if was_there else errors.render(not_associated(user.place.id, tenant.place.id))

    unlinking = Write(place_of(user, tenant), (Delete(),), call.origin, request=call.receipt(answer))
    return answer(await call.services.directory.write(unlinking))
