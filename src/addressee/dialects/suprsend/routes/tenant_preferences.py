"""Tenants' policies for categories (suprsend.md §2.8, §2.9): C5 to C7, and their aliases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import UNSET

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.preference_changes import remembered_in
from addressee.dialects.suprsend.mapping.preference_rendering import section_of
from addressee.dialects.suprsend.routes.preferences import CATEGORIES_PAGE, parse_category, require_offer
from addressee.dialects.suprsend.shapes import preferences as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import kinds_of, names_of
from addressee.dialects.suprsend.wire.errors import invalid, missing, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import OFFSETS, offset_meta, parse_offset
from addressee.dialects.suprsend.wire.places import tenant_at
from addressee.dialects.suprsend.wire.query import Query
from addressee.dialects.suprsend.wire.tags import tag_filter
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.recipient import Document
from addressee.directory.writing.writes import Written
from addressee.preferences.categories import worded
from addressee.preferences.offers import Offer
from addressee.preferences.policies import POLICY, Policy, with_terms
from addressee.preferences.sets import DEFAULT

PATH = "/v1/tenant/{tenant_id}/preference/category/"
OLDER_PATH = "/v1/tenant/{tenant_id}/category/"

LIST_QUERY = (*OFFSETS, "tags", "locale", "include_disabled")

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

GET = partial(routes.get, query=("locale",), response=shapes.TenantCategory)
CHANGE = partial(routes.patch, query=("locale",), request=shapes.TenantCategoryChanges, response=shapes.TenantCategory)

# The fields of a request and the terms of a policy that they set: lists of channels, and values taken as they are.
CHANNEL_LISTS: Mapping[str, str] = {
    "mandatory_channels": "mandatory",
    "opt_in_channels": "opt_in",
    "blocked_channels": "blocked",
}
PLAIN: Mapping[str, str] = {
    "enabled_for_tenant": "offered",
    "visible_to_subscriber": "visible",
    "preference": "preference",
}


def require_policy(offer: Offer, key: str) -> Policy:
    """Returns the policy of a category. Raises SuprSendError when there is no such category."""
    if key not in offer.policies:
        raise missing(f"category '{key}' not found")
    return offer.policies[key]


@routes.get(PATH, "tenants.list_preference_categories", query=LIST_QUERY, response=shapes.TenantCategories)
@routes.get(OLDER_PATH, "tenants.list_preference_categories.older", query=LIST_QUERY, response=shapes.TenantCategories)
async def list_all(call: Call) -> shapes.TenantCategories:
    """List what a tenant lays down for categories."""
    query = Query(call.query_string)
    offset, fits = parse_offset(query, CATEGORIES_PAGE), tag_filter(query.text("tags"))
    offer = await require_offer(call, call.path["tenant_id"])
    disabled_too = query.boolean("include_disabled") or False
    found = [
        rendered(offer, policy, query.text("locale"))
        for policy in offer.policies.values()
        if (policy.offered or disabled_too) and fits(section_of(offer, policy).tags_of(policy.category))
    ]
    return shapes.TenantCategories(offset_meta(offset, len(found)), found[offset.start : offset.start + offset.size])


@GET(f"{PATH}{{category}}/", "tenants.get_preference_category")
@GET(f"{OLDER_PATH}{{category}}/", "tenants.get_preference_category.older")
async def get(call: Call) -> shapes.TenantCategory:
    """Get what a tenant lays down for a category."""
    offer = await require_offer(call, call.path["tenant_id"])
    policy = require_policy(offer, parse_category(call))
    return rendered(offer, policy, Query(call.query_string).text("locale"))


@CHANGE(f"{PATH}{{category}}/", "tenants.update_preference_category")
@CHANGE(f"{OLDER_PATH}{{category}}/", "tenants.update_preference_category.older", status=202)
async def patch(call: Call) -> Answer | shapes.TenantCategory:
    """Change what a tenant lays down for a category.

    What is null holds as the category says.
    """
    offer = await require_offer(call, call.path["tenant_id"])
    policy = require_policy(offer, parse_category(call))
    terms = terms_in(typed_body(call, shapes.TenantCategoryChanges))
    place = tenant_at(call, call.path["tenant_id"])
    locale, now = Query(call.query_string).text("locale"), call.services.directory.clock.now()

    def change(stored: Mapping[str, Document]) -> Mapping[str, Document]:
        return {**stored, POLICY: with_terms(stored.get(POLICY, {}), policy.key, terms, now)}

    def answer(written: Written) -> Answer | shapes.TenantCategory:
        tenant = written.living
        if tenant is None:
            return errors.render(missing_at(place))
        made = Offer(offer.set_id, tenant.preferences, offer.defaults)
        return rendered(made, made.policies[policy.key], locale)

    edit = ChangePreferenceSets(change, creates=place.id == DEFAULT)
    return await call.write(place, edit, answer=answer)


def terms_in(given: shapes.TenantCategoryChanges) -> Mapping[str, Any]:
    """Returns the terms that a request sets. Raises SuprSendError."""
    terms: dict[str, Any] = {}
    for name, term in PLAIN.items():
        if (value := getattr(given, name)) is not UNSET:
            terms[term] = value
    for name, term in CHANNEL_LISTS.items():
        if (channels := getattr(given, name)) is not UNSET:
            terms[term] = None if channels is None else sorted(kinds_of(channels, name))
    if remembered := remembered_in(given):
        terms["remembered"] = remembered
    if not terms:
        raise invalid("", "Request body must not be empty")
    return terms


def rendered(offer: Offer, policy: Policy, locale: str | None) -> shapes.TenantCategory:
    category, terms = policy.category, policy.terms
    wording, section, remembered = worded(category, locale), section_of(offer, policy), terms.get("remembered", {})
    return shapes.TenantCategory(
        name=wording.name or category.name,
        category=policy.key,
        description=wording.description,
        tags=list(category.tags) or None,
        effective_tags=section.tags_of(category) or None,
        root_category=category.root,
        default_preference=category.default,
        default_mandatory_channels=names_of(category.mandatory),
        default_opt_in_channels=None if category.opt_in is None else names_of(category.opt_in),
        enabled_for_tenant=policy.offered,
        visible_to_subscriber=policy.visible,
        preference=terms.get("preference"),
        mandatory_channels=channels_in(terms, "mandatory"),
        opt_in_channels=channels_in(terms, "opt_in"),
        blocked_channels=names_of(terms.get("blocked", ())),
        updated_at=terms.get("updated_at"),
        digest_schedule=remembered.get("digest_schedule", UNSET),
        properties=remembered.get("properties", UNSET),
    )


def channels_in(terms: Mapping[str, Any], term: str) -> list[str] | None:
    return names_of(terms[term]) if term in terms else None
