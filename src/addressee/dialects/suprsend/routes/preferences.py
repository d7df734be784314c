"""Preferences of users and objects (suprsend.md §2.1, §2.8, §2.9, §5): A11 to A14, C1 to C4, aliases, and clients'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar, Unpack

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Declaration, Handler, Options, Routes
from addressee.dialects.suprsend.mapping import preference_rendering as rendering
from addressee.dialects.suprsend.mapping.preference_changes import (
    Change,
    category_change,
    channel_change,
    combined_change,
    require_open_policy,
)
from addressee.dialects.suprsend.mapping.preference_rendering import FULL_VIEW, VIEW, View, view_of
from addressee.dialects.suprsend.routes.objects import require_object
from addressee.dialects.suprsend.shapes import preferences as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import CLIENT, SERVER
from addressee.dialects.suprsend.wire.channel_names import KINDS
from addressee.dialects.suprsend.wire.errors import invalid, missing, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import OFFSETS, offset_meta, parse_offset
from addressee.dialects.suprsend.wire.places import parse_id, parse_tenant_id, require_user, user_at
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import Id
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.choices import without_choices, without_restrictions
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

CATEGORIES_PAGE = 10

OWNERS = {
    "users": "/v1/user/{distinct_id}/preference/",
    "objects": "/v1/object/{object_type}/{object_id}/preference/",
}

# Where clients with a public key read and change the preferences of their user (realtime-suprsend.md §5).
OWN = "/v2/subscriber/{distinct_id}/"

CHANNELS = "channel_preference/"
CATEGORIES = "category/"
CATEGORY = "category/{category}/"

R = TypeVar("R")


async def require_offer(call: Call, tenant: object) -> Offer:
    """Returns what recipients can choose at a tenant, None for the default one.

    Raises SuprSendError when the tenant does not exist.
    """
    id = DEFAULT if tenant is None else parse_tenant_id(tenant)
    try:
        return await call.services.preferences.offer(call.environment.id, id)
    except MissingError:
        raise missing(f"tenant '{id}' not found") from None


async def parse_view(call: Call) -> View:
    query = Query(call.query_string)
    return view_of(await require_offer(call, query.text("tenant_id")), query)


def parse_category(call: Call) -> str:
    return parse_id(call.path["category"], "category")


def for_both(
    declare: Callable[..., Declaration[Any]], below: str, name: str, **options: Unpack[Options[R]]
) -> Declaration[R]:
    """Declares a route below the preferences of users, and the same below those of objects."""

    def declare_both(handler: Handler[R]) -> Handler[R]:
        for whose, path in OWNERS.items():
            declare(f"{path}{below}", f"{whose}.{name}", **options)(handler)
        return handler

    return declare_both


def for_own(
    declare: Callable[..., Declaration[Any]], below: str, name: str, **options: Unpack[Options[R]]
) -> Declaration[R]:
    """Declares a route for clients, below the preferences of their user."""
    return declare(f"{OWN}{below}", f"subscriber.{name}", keys=CLIENT, **options)


@for_both(routes.get, "", "get_full_preference", query=FULL_VIEW, response=shapes.FullPreference)
@for_own(routes.get, "full_preference/", "get_full_preference", query=FULL_VIEW, response=shapes.FullPreference)
async def get_full(call: Call) -> shapes.FullPreference:
    """Get all preferences."""
    recipient = await require_owner(call)
    return rendering.full(await parse_view(call), recipient.preferences)


@for_both(
    routes.patch,
    "",
    "update_preference",
    query=FULL_VIEW,
    request=shapes.PreferenceChanges,
    response=shapes.FullPreference,
    status=202,
)
async def set_full(call: Call) -> Answer | shapes.FullPreference:
    """Change preferences of channels and categories."""
    owner, view = await require_owner(call), await parse_view(call)
    change = combined_change(view.offer, typed_body(call, shapes.PreferenceChanges))
    return await write(call, owner.place, view.offer, change, partial(rendering.full, view))


@for_both(
    routes.get,
    CHANNELS,
    "get_global_channels_preference",
    query=("tenant_id",),
    response=shapes.ChannelPreferences,
)
@for_own(routes.get, CHANNELS, "get_channel_preference", query=("tenant_id",), response=shapes.ChannelPreferences)
async def get_channels(call: Call) -> shapes.ChannelPreferences:
    """Get which channels are restricted to what is mandatory."""
    recipient = await require_owner(call)
    return rendering.channels(await parse_view(call), recipient.preferences)


@for_both(
    routes.patch,
    CHANNELS,
    "update_global_channels_preference",
    query=("tenant_id",),
    request=shapes.ChannelPreferences,
    response=shapes.ChannelPreferences,
    status=202,
)
@for_own(
    routes.patch,
    CHANNELS,
    "update_channel_preference",
    query=("tenant_id",),
    request=shapes.ChannelPreferences,
    response=shapes.ChannelPreferences,
)
async def set_channels(call: Call) -> Answer | shapes.ChannelPreferences:
    """Restrict channels to what is mandatory, or lift that."""
    owner, view = await require_owner(call), await parse_view(call)
    change = channel_change(typed_body(call, shapes.ChannelPreferences))
    return await write(call, owner.place, view.offer, change, partial(rendering.channels, view))


@for_both(routes.get, CATEGORIES, "list_category_preferences", query=(*FULL_VIEW, *OFFSETS), response=shapes.Categories)
@for_own(routes.get, CATEGORIES, "list_category_preferences", query=(*FULL_VIEW, *OFFSETS), response=shapes.Categories)
async def get_categories(call: Call) -> shapes.Categories:
    """List the preferences of categories."""
    recipient = await require_owner(call)
    offset = parse_offset(Query(call.query_string), CATEGORIES_PAGE)
    found = rendering.categories(await parse_view(call), recipient.preferences)
    return shapes.Categories(offset_meta(offset, len(found)), found[offset.start : offset.start + offset.size])


@for_both(routes.get, CATEGORY, "get_category_preference", query=VIEW, response=shapes.Category)
@for_own(routes.get, CATEGORY, "get_category_preference", query=VIEW, response=shapes.Category)
async def get_category(call: Call) -> shapes.Category:
    """Get the preference of a category."""
    recipient, view = await require_owner(call), await parse_view(call)
    return rendering.category(view, require_open_policy(view.offer, parse_category(call)), recipient.preferences)


@for_both(
    routes.patch,
    CATEGORY,
    "update_category_preference",
    query=VIEW,
    request=shapes.CategoryChoice,
    response=shapes.Category,
    status=202,
)
@for_own(
    routes.patch,
    CATEGORY,
    "update_category_preference",
    query=VIEW,
    request=shapes.CategoryChoice,
    response=shapes.Category,
)
async def set_category(call: Call) -> Answer | shapes.Category:
    """Opt in to a category or out of it, and choose its channels."""
    owner, view = await require_owner(call), await parse_view(call)
    policy = require_open_policy(view.offer, parse_category(call))
    change = category_change(policy, typed_body(call, shapes.CategoryChoice))
    return await write(call, owner.place, view.offer, change, partial(rendering.category, view, policy))


async def require_owner(call: Call) -> Recipient:
    """Returns the user or the object that the path names. Raises SuprSendError when there is none."""
    return await (require_user(call) if "distinct_id" in call.path else require_object(call))


async def write(
    call: Call, place: Place, offer: Offer, change: Change, render: Callable[[Mapping[str, Document]], R]
) -> Answer | R:
    """Changes the preferences of a recipient, and answers with them as `render` shows its preference sets."""

    def answer(written: Written) -> Answer | R:
        recipient = written.living
        if recipient is None:
            return errors.render(missing_at(place))
        return render(recipient.preferences)

    return await call.write(place, edit_of(offer, change), answer=answer)


def edit_of(offer: Offer, change: Change) -> ChangePreferenceSets:
    return ChangePreferenceSets(partial(offer.changed, change=change))


@routes.patch(
    "/v1/bulk/user/preference/",
    "users.bulk_update_preference",
    query=("tenant_id",),
    request=shapes.BulkPreferenceChanges,
    response=shapes.Success,
    status=202,
)
async def set_many(call: Call) -> shapes.Success:
    """Change preferences of up to 1,000 users."""
    given = typed_body(call, shapes.BulkPreferenceChanges)
    offer = await require_offer(call, Query(call.query_string).text("tenant_id"))
    return await write_many(call, given.distinct_ids, offer, combined_change(offer, given))


@routes.patch(
    "/v1/bulk/user/preference/reset/",
    "users.bulk_reset_preference",
    query=("tenant_id",),
    request=shapes.BulkPreferenceReset,
    response=shapes.Success,
    status=202,
)
async def reset_many(call: Call) -> shapes.Success:
    """Forget preferences of up to 1,000 users.

    What is reset is as for users who have never chosen.
    """
    given = typed_body(call, shapes.BulkPreferenceReset)
    if not (given.reset_channel_preferences or given.reset_categories):
        raise invalid("", "Say what to reset: reset_channel_preferences, reset_categories or both, as true.")
    offer = await require_offer(call, Query(call.query_string).text("tenant_id"))

    def change(stored: Document) -> Document:
        if given.reset_channel_preferences:
            stored = without_restrictions(stored, KINDS)
        return without_choices(stored, offer.policies) if given.reset_categories else stored

    return await write_many(call, given.distinct_ids, offer, change)


async def write_many(call: Call, ids: list[Id], offer: Offer, change: Change) -> shapes.Success:
    """Applies a change to the preferences of many users; those who do not exist are passed over."""
    check_number(ids, "distinct_ids")
    edit = edit_of(offer, change)
    writes = [Write(user_at(call, id, f"distinct_ids[{index}]"), (edit,), call.origin) for index, id in enumerate(ids)]
    await call.services.directory.run_bulk(call.environment.id, "users.set_preferences", writes, call.receipt(success))
    return success()


def success(_: object = None) -> shapes.Success:
    return shapes.Success(True)
