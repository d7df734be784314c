"""Tenants, and brands as they were called before (suprsend.md §2.7, §2.8): B33 to B36, C8 to C10.

They are the tenants of the other dialects. What those keep in a tenant and this one does not show, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from msgspec import UNSET

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.operation import Handler, Operation
from addressee.dialects.suprsend.mapping.profiles import zulu
from addressee.dialects.suprsend.routes.users import delete_at
from addressee.dialects.suprsend.shapes import tenants as shapes
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import kinds_of, names_of
from addressee.dialects.suprsend.wire.errors import invalid, missing
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import OFFSETS, Offset, asked_offset, offset_page
from addressee.dialects.suprsend.wire.places import tenant_at
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.edits.recipients import ChangePreferences, Edit, Identify
from addressee.directory.recipient import TENANTS, Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.policies import POLICY, blocked_by, with_blocked
from addressee.preferences.sets import DEFAULT

# What of a tenant's branding is called otherwise here.
BRANDING: Mapping[str, str] = {
    "logo": "logo_url",
    "primary_color": "primary_color",
    "secondary_color": "secondary_color",
    "tertiary_color": "tertiary_color",
    "embedded_preference_url": "preferences_url",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What tenants are called in a route and in what it takes and gives."""

    noun: str
    takes: type[shapes.TenantInput | shapes.BrandInput]
    gives: type[shapes.Tenant | shapes.Brand]
    lists: type[shapes.Tenants | shapes.Brands]

    @property
    def id(self) -> str:
        return f"{self.noun}_id"

    @property
    def name(self) -> str:
        return f"{self.noun}_name"


TENANT = Words("tenant", shapes.TenantInput, shapes.Tenant, shapes.Tenants)
BRAND = Words("brand", shapes.BrandInput, shapes.Brand, shapes.Brands)


def place_of(words: Words, call: Call) -> Place:
    return tenant_at(call, call.path[words.id], words.id)


async def list_all(words: Words, call: Call) -> Answer:
    """The default tenant is there before anybody stores it: then it comes first."""
    asked = asked_offset(Query(call.query_string))
    directory, environment_id = call.services.directory, call.environment.id
    default = Place(environment_id, TENANTS, DEFAULT)
    count = await directory.count(environment_id, TENANTS)
    if await directory.read(default) is not None:
        found = await directory.list_by_id(environment_id, TENANTS, asked.size, asked.start)
        return json_answer(offset_page(asked, count, [rendered(words, each.place, each) for each in found]))
    rest = Offset(asked.size - 1, 0) if asked.start == 0 else Offset(asked.size, asked.start - 1)
    found = await directory.list_by_id(environment_id, TENANTS, rest.size, rest.start)
    first = [rendered(words, default, None)] if asked.start == 0 else []
    return json_answer(offset_page(asked, count + 1, [*first, *(rendered(words, e.place, e) for e in found)]))


async def get(words: Words, call: Call) -> Answer:
    place = place_of(words, call)
    tenant = await call.services.directory.read(place)
    if tenant is None and place.id != DEFAULT:
        raise missing(f"No {words.noun} found for {words.id} {place.id}")
    return json_answer(rendered(words, place, tenant))


async def upsert(words: Words, call: Call) -> Answer:
    """Creates a tenant, or changes what is given of one."""
    place = place_of(words, call)
    given = typed_body(call, words.takes)
    name = getattr(given, words.name)
    if not (name and name.strip()) and place.id != DEFAULT and await call.services.directory.read(place) is None:
        raise invalid(words.name, f"{words.name} is required: there is no {words.noun} {place.id} yet.")

    def answer(written: Written) -> Answer:
        return json_answer(rendered(words, place, written.recipient), HTTPStatus.CREATED)

    write = Write(place, tuple(edits_of(given, name)), call.origin, request=call.receipt(answer))
    return answer(await call.services.directory.write(write))


def edits_of(given: shapes.TenantFields, name: str | None) -> Iterator[Edit]:
    """What a request says, as edits. Raises SuprSendError."""
    attributes: dict[str, Any] = {} if name is None else {"name": name}
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
    """Links that are given; in the directory, one that is null is removed."""
    links = {name: link or None for name, link in (given.social_links or {}).items() if link is not None}
    return {"social_links": links} if links else {}


async def delete(words: Words, call: Call) -> Answer:
    place = place_of(words, call)
    if place.id == DEFAULT:
        raise invalid(words.id, f"The {words.noun} {DEFAULT} always exists; it cannot be deleted.")
    return await delete_at(call, place)


def rendered(words: Words, place: Place, tenant: Recipient | None) -> Document:
    """A tenant; None is one that nobody has stored yet."""
    attributes = {} if tenant is None else tenant.attributes
    branding = attributes.get("branding") or {}
    return {
        words.id: place.id,
        words.name: attributes.get("name"),
        "timezone": attributes.get("timezone"),
        **{field: branding.get(part) for field, part in BRANDING.items()},
        "hosted_preference_domain": None,
        "social_links": branding.get("social_links") or {},
        "blocked_channels": [] if tenant is None else names_of(blocked_by(tenant.preferences)),
        "properties": {} if tenant is None else tenant.properties,
        "updated_at": None if tenant is None else zulu(tenant.updated_at),
    }


def of(words: Words, handler: Any) -> Handler:
    """A handler for tenants, or for brands."""
    return partial(handler, words)


def operations(words: Words, path: str) -> Iterator[Operation]:
    """The routes that tenants and brands have in common."""
    one = f"{path}{{{words.id}}}/"
    yield Operation(
        method="GET",
        path=path,
        name=f"{words.noun}s.list",
        summary=f"List {words.noun}s in the order of their ids",
        handler=of(words, list_all),
        keys=SERVER,
        query=OFFSETS,
        response=words.lists,
    )
    yield Operation(
        method="GET",
        path=one,
        name=f"{words.noun}s.get",
        summary=f"Get a {words.noun}",
        handler=of(words, get),
        keys=SERVER,
        response=words.gives,
    )
    yield Operation(
        method="POST",
        path=one,
        name=f"{words.noun}s.upsert",
        summary=f"Create a {words.noun}, or change what is given of it",
        handler=of(words, upsert),
        keys=SERVER,
        request=words.takes,
        response=words.gives,
        status=201,
        max_body_bytes=MAX_BODY_BYTES,
    )


OPERATIONS = (
    *operations(TENANT, "/v1/tenant/"),
    Operation(
        method="DELETE",
        path="/v1/tenant/{tenant_id}/",
        name="tenants.delete",
        summary="Delete a tenant",
        handler=of(TENANT, delete),
        keys=SERVER,
        status=204,
        max_body_bytes=MAX_BODY_BYTES,
    ),
    *operations(BRAND, "/v1/brand/"),
)
