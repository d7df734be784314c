"""Tenants: the objects on whose behalf messages are sent, in a flat form of their own (knock.md §2.2, §3.13)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
from addressee.database.paging import Page
from addressee.dialects.knock.mapping import rendering
from addressee.dialects.knock.mapping.recipients import identify
from addressee.dialects.knock.routes import bulk
from addressee.dialects.knock.shapes import tenants as shapes
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.common import MAX_ROWS, Entries
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.preferences.layers import shown
from addressee.preferences.sets import DEFAULT, MEMBERS

routes = Routes(keys=SECRET)

RESOLVE = "resolve_full_preference_settings"


def tenant_place(call: Call) -> Place:
    return Place(call.environment.id, TENANTS, check_id(call.path["id"]))


@routes.get("/v1/tenants", "tenants.list", query=(*PAGING, "name", "tenant_id"), response=Entries[shapes.Tenant])
async def list_all(call: Call) -> Entries[shapes.Tenant]:
    """List tenants in the order of their creation."""
    query = Query(call.query_string)
    page = parse_page(query, UUID)
    name, id = query.text("name"), query.text("tenant_id")
    directory = call.services.directory
    if id is not None:
        found = await directory.read(Place(call.environment.id, TENANTS, check_id(id, "tenant_id")))
        fits = found is not None and name in (None, found.attributes.get("name"))
        part = Page([found] if found is not None and fits else [], page.size)
    elif name is not None:
        part = await directory.list_named(call.environment.id, TENANTS, name, page)
    else:
        part = await directory.list(call.environment.id, TENANTS, page)
    return rendering.entries(part, lambda tenant: own(tenant, cursor=tenant.uid))


async def parse_rendering(call: Call) -> Callable[[Recipient], shapes.Tenant]:
    """Returns how to show a tenant: with its own preference set, or with that over the environment's default."""
    if not Query(call.query_string).boolean(RESOLVE):
        return own
    return partial(resolved, await call.services.preferences.of_environment(call.environment.id))


def own(tenant: Recipient, *, cursor: UUID | None = None) -> shapes.Tenant:
    return rendering.tenant(tenant, tenant.preferences.get(MEMBERS), cursor=cursor)


def resolved(default: Document, tenant: Recipient) -> shapes.Tenant:
    return rendering.tenant(tenant, shown({}, DEFAULT, tenant.preferences, default))


@routes.get("/v1/tenants/{id}", "tenants.get", query=(RESOLVE,), response=shapes.Tenant)
async def get(call: Call) -> shapes.Tenant:
    """Get a tenant."""
    render = await parse_rendering(call)
    tenant = await call.services.directory.read(tenant_place(call))
    if tenant is None:
        raise missing("The tenant")
    return render(tenant)


@routes.put("/v1/tenants/{id}", "tenants.set", query=(RESOLVE,), request=shapes.TenantInput, response=shapes.Tenant)
async def put(call: Call) -> shapes.Tenant:
    """Create a tenant, or merge what is given into it."""
    return await identify(call, tenant_place(call), object_body(call), await parse_rendering(call))


@routes.delete("/v1/tenants/{id}", "tenants.delete", status=204)
async def delete(call: Call) -> None:
    """Delete a tenant."""
    await call.write(tenant_place(call), Delete(), answer=no_content)


@routes.post(
    "/v1/tenants/bulk/set",
    "tenants.bulk.set",
    request=shapes.BulkSetTenants,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def bulk_set(call: Call) -> BulkOperation:
    """Create or change up to 1,000 tenants."""
    given = typed_body(call, shapes.BulkSetTenants).tenants
    rows = [each if isinstance(each, dict) else {"id": each} for each in given]
    return await bulk.identify_rows(call, "tenants.set", "tenants", rows, TENANTS)


@routes.post("/v1/tenants/bulk/delete", "tenants.bulk.delete", query=("tenant_ids[]",), response=BulkOperation)
async def bulk_delete(call: Call) -> BulkOperation:
    """Delete up to 1,000 tenants.

    Their ids stand in the query (§2.2).
    """
    ids = Query(call.query_string).texts("tenant_ids")
    if not 1 <= len(ids) <= MAX_ROWS:
        raise invalid("tenant_ids", f"tenant_ids must name 1 to {MAX_ROWS:,} tenants, in the query.")
    return await bulk.delete_rows(call, "tenants.delete", "tenant_ids", TENANTS, ids)
