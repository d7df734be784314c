"""Tenants, and brands, as tenants were called before (suprsend.md §2.7, §2.8): B33 to B36, C8 to C10.

They are the tenants of the other dialects. What this dialect does not show of a tenant stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec import UNSET

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.profile_rendering import zulu
from addressee.dialects.suprsend.routes.users import delete_at
from addressee.dialects.suprsend.shapes import tenants as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import kinds_of, names_of
from addressee.dialects.suprsend.wire.errors import invalid, missing
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import OFFSETS, Offset, offset_meta, parse_offset
from addressee.dialects.suprsend.wire.places import tenant_at
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import ChangePreferences, Edit, Identify
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.directory.writing.writes import Written
from addressee.preferences.policies import POLICY, blocked_by, with_blocked
from addressee.preferences.sets import DEFAULT

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

# The fields of a tenant that are its branding, and what the directory calls them.
BRANDING: Mapping[str, str] = {
    "logo": "logo_url",
    "primary_color": "primary_color",
    "secondary_color": "secondary_color",
    "tertiary_color": "tertiary_color",
    "embedded_preference_url": "preferences_url",
}


@dataclass(frozen=True, slots=True)
class Words:
    """One of the two names of tenants, with the path and the types of requests and responses that use it."""

    noun: str
    path: str
    request: type[shapes.TenantInput | shapes.BrandInput]
    response: type[shapes.Tenant | shapes.Brand]
    page: type[shapes.Tenants | shapes.Brands]

    @property
    def id(self) -> str:
        return f"{self.noun}_id"

    @property
    def name(self) -> str:
        return f"{self.noun}_name"


TENANT = Words("tenant", "/v1/tenant/", shapes.TenantInput, shapes.Tenant, shapes.Tenants)
BRAND = Words("brand", "/v1/brand/", shapes.BrandInput, shapes.Brand, shapes.Brands)


def place_of(words: Words, call: Call) -> Place:
    return tenant_at(call, call.path[words.id], words.id)


async def list_all(words: Words, call: Call) -> shapes.Tenants | shapes.Brands:
    """Returns a page of tenants. The default tenant exists before it is stored: then it comes first."""
    offset = parse_offset(Query(call.query_string))
    directory, environment_id = call.services.directory, call.environment.id
    default = Place(environment_id, TENANTS, DEFAULT)
    count = await directory.count(environment_id, TENANTS)
    results: list[Any] = []
    stored = offset
    if await directory.read(default) is None:
        count += 1
        if offset.start == 0:
            results.append(rendered(words, default, None))
        stored = Offset(offset.size - len(results), max(offset.start - 1, 0))
    found = await directory.list_by_id(environment_id, TENANTS, stored.size, stored.start)
    results += [rendered(words, each.place, each) for each in found]
    return words.page(offset_meta(offset, count), results)


async def get(words: Words, call: Call) -> shapes.Tenant | shapes.Brand:
    place = place_of(words, call)
    tenant = await call.services.directory.read(place)
    if tenant is None and place.id != DEFAULT:
        raise missing(f"No {words.noun} found for {words.id} {place.id}")
    return rendered(words, place, tenant)


async def upsert(words: Words, call: Call) -> shapes.Tenant | shapes.Brand:
    """Creates a tenant, or changes what is given of one."""
    place = place_of(words, call)
    given = typed_body(call, words.request)
    needs_name = place.id != DEFAULT and not (given.name and given.name.strip())
    if needs_name and await call.services.directory.read(place) is None:
        raise invalid(words.name, f"{words.name} is required: there is no {words.noun} {place.id} yet.")

    def answer(written: Written) -> shapes.Tenant | shapes.Brand:
        return rendered(words, place, written.recipient)

    return await call.write(place, *edits_of(given), answer=answer)


def edits_of(given: shapes.TenantInput | shapes.BrandInput) -> Iterator[Edit]:
    """Returns what a request says, as edits. Raises SuprSendError."""
    attributes: dict[str, Any] = {} if given.name is None else {"name": given.name}
    if given.timezone is not UNSET:
        attributes["timezone"] = given.timezone
    branding = {
        part: value for field, part in BRANDING.items() if (value := getattr(given, field)) is not UNSET
    } | links_of(given)
    if branding:
        attributes["branding"] = branding
    yield Identify(attributes, given.properties or {})
    if given.blocked_channels is not UNSET:
        kinds = kinds_of(given.blocked_channels or (), "blocked_channels")
        yield ChangePreferences(POLICY, partial(with_blocked, kinds=kinds))


def links_of(given: shapes.TenantFields) -> Document:
    """Returns the links that a request sets; in the directory, null removes a link."""
    links = {name: link or None for name, link in (given.social_links or {}).items() if link is not None}
    return {"social_links": links} if links else {}


@routes.delete("/v1/tenant/{tenant_id}/", "tenants.delete", status=204)
async def delete(call: Call) -> Answer | None:
    """Delete a tenant."""
    place = place_of(TENANT, call)
    if place.id == DEFAULT:
        raise invalid("tenant_id", f"The tenant {DEFAULT} always exists; it cannot be deleted.")
    return await delete_at(call, place)


def rendered(words: Words, place: Place, tenant: Recipient | None) -> shapes.Tenant | shapes.Brand:
    """A tenant; None is the default one before it is stored."""
    attributes = {} if tenant is None else tenant.attributes
    branding = attributes.get("branding") or {}
    return words.response(
        place.id,
        attributes.get("name"),
        timezone=attributes.get("timezone"),
        **{field: branding.get(part) for field, part in BRANDING.items()},
        hosted_preference_domain=None,
        social_links=branding.get("social_links") or {},
        blocked_channels=[] if tenant is None else names_of(blocked_by(tenant.preferences)),
        properties={} if tenant is None else tenant.properties,
        updated_at=None if tenant is None else zulu(tenant.updated_at),
    )


for words in (TENANT, BRAND):
    one = f"{words.path}{{{words.noun}_id}}/"
    routes.get(
        words.path,
        f"{words.noun}s.list",
        summary=f"List {words.noun}s in the order of their ids",
        query=OFFSETS,
        response=words.page,
    )(partial(list_all, words))
    routes.get(one, f"{words.noun}s.get", summary=f"Get a {words.noun}", response=words.response)(partial(get, words))
    routes.post(
        one,
        f"{words.noun}s.upsert",
        summary=f"Create a {words.noun}, or change what is given of it",
        request=words.request,
        response=words.response,
        status=201,
    )(partial(upsert, words))
