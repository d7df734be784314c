"""Users within tenants, where each has other properties and channels than elsewhere (suprsend.md §2.2): B1 to B5."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.profile_edits import parse_operations, parse_profile, writable_profile
from addressee.dialects.suprsend.mapping.profile_rendering import (
    created_at,
    profile,
    properties,
    updated_at,
    warnings_of,
)
from addressee.dialects.suprsend.routes.users import delete_at, operations_of
from addressee.dialects.suprsend.shapes import memberships as shapes
from addressee.dialects.suprsend.shapes import users as user_shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, missing
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import CURSORS, cursor_meta, parse_page
from addressee.dialects.suprsend.wire.places import parse_tenant_id, require_user, tenant_at, user_place
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import Each, Identify
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.groups.memberships import Membership, place_of
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.sets import DEFAULT

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)


@routes.get(
    "/v1/user/{distinct_id}/associated_tenant/",
    "users.list_associated_tenants",
    query=CURSORS,
    response=shapes.AssociatedTenants,
)
async def list_of_user(call: Call) -> shapes.AssociatedTenants:
    """List the tenants that a user belongs to."""
    page = parse_page(Query(call.query_string), UUID)
    user = await require_user(call)
    part = await call.services.directory.memberships.list(user, page)
    count = await call.services.directory.memberships.count(user)
    return shapes.AssociatedTenants(cursor_meta(part, count), [associated_tenant(each) for each in part.entries])


def associated_tenant(membership: Membership) -> shapes.AssociatedTenant:
    tenant, within = membership.tenant, membership.within
    return shapes.AssociatedTenant(
        shapes.NamedTenant(tenant.place.id, tenant.attributes.get("name")),
        properties(within),
        created_at(within),
        updated_at(within),
    )


@routes.get("/v1/user/{distinct_id}/tenant/{tenant_id}/", "users.get_for_tenant", response=shapes.TenantUser)
async def get(call: Call) -> shapes.TenantUser:
    """Get what a user is within a tenant."""
    user, tenant = await user_and_tenant(call)
    within = await call.services.directory.read(place_of(user, tenant))
    if within is None:
        raise not_associated(user.place.id, tenant.place.id)
    return rendered(within, tenant.place.id)


async def user_and_tenant(call: Call) -> tuple[Recipient, Recipient]:
    """Returns the user and the tenant that the path names. Raises SuprSendError when one of them does not exist."""
    user = await require_user(call)
    place = tenant_at(call, call.path["tenant_id"])
    tenant = await call.services.directory.read(place)
    if tenant is None and place.id == DEFAULT:
        raise not_associated(user.place.id, DEFAULT)
    return user, tenant or await call.require(place)


def not_associated(user_id: str, tenant_id: str) -> SuprSendError:
    return missing(f"user [distinct_id: '{user_id}'] is not associated with tenant '{tenant_id}'")


def rendered(within: Recipient, tenant_id: str, warnings: Sequence[str] = ()) -> shapes.TenantUser:
    """A user as it is within a tenant, without what is said of it elsewhere."""
    return shapes.TenantUser(
        distinct_id=within.place.id,
        tenant_id=tenant_id,
        status="active",
        **profile(within),
        warnings=list(warnings),
    )


@routes.post(
    "/v1/user/{distinct_id}/tenant/{tenant_id}/",
    "users.upsert_for_tenant",
    request=user_shapes.Profile,
    response=shapes.TenantUser,
    status=201,
)
async def upsert(call: Call) -> shapes.TenantUser:
    """Let a user belong to a tenant, or add to what it is there."""
    return await write(call, parse_profile(writable_profile(object_body(call))))


@routes.patch(
    "/v1/user/{distinct_id}/tenant/{tenant_id}/",
    "users.edit_for_tenant",
    request=user_shapes.Operations,
    response=shapes.TenantUser,
    status=202,
    not_idempotent=True,
)
async def edit(call: Call) -> shapes.TenantUser:
    """Edit by operations what a user is within a tenant."""
    return await write(call, parse_operations(operations_of(call)))


async def write(call: Call, edit: Each) -> shapes.TenantUser:
    """Writes what a user is within a tenant, and returns it. A user who does not exist is created."""
    tenant_id = parse_tenant_id(call.path["tenant_id"])

    def answer(written: Written) -> shapes.TenantUser:
        assert written.recipient is not None
        return rendered(written.recipient, tenant_id, warnings_of(written))

    wanted = Write(user_place(call), (edit,), call.origin, request=call.receipt(answer))
    [result] = await write_all(call, [(wanted, tenant_id)])
    if isinstance(result, RefusedError | MissingError):
        raise result
    return answer(result)


async def write_all(call: Call, writes: Sequence[tuple[Write, str]]) -> Sequence[Written | RefusedError | MissingError]:
    """Carries out writes of users on what they are within tenants, given by id. Returns the result of each.

    The default tenant always exists; its row is written when it is first needed.
    """
    if any(tenant_id == DEFAULT for _, tenant_id in writes):
        place = Place(call.environment.id, TENANTS, DEFAULT)
        await call.services.directory.write(Write(place, (Identify(),), call.origin))
    return await call.services.directory.memberships.write(writes)


@routes.delete("/v1/user/{distinct_id}/tenant/{tenant_id}/", "users.unlink_tenant", status=204)
async def unlink(call: Call) -> Answer | None:
    """Let a user belong to a tenant no more."""
    user, tenant = await user_and_tenant(call)
    return await delete_at(call, place_of(user, tenant), not_associated(user.place.id, tenant.place.id))
