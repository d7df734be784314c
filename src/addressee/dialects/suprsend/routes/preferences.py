"""Preferences of users and objects (suprsend.md §2.1, §2.8, §2.9, §5): A11 to A14, C1 to C4, and their aliases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import typed_body
from addressee.api.call import Call
from addressee.api.operation import Handler, Operation
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping import preference_rendering as rendering
from addressee.dialects.suprsend.mapping.preference_choices import Change, changes, choosing, open_policy, restricting
from addressee.dialects.suprsend.mapping.preference_rendering import FULL_VIEW, VIEW, View, view_of
from addressee.dialects.suprsend.routes.objects import object_place
from addressee.dialects.suprsend.shapes import preferences as shapes
from addressee.dialects.suprsend.wire import errors
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.channel_names import KINDS
from addressee.dialects.suprsend.wire.errors import invalid, missing, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES, check_number
from addressee.dialects.suprsend.wire.paging import OFFSETS, asked_offset, offset_page
from addressee.dialects.suprsend.wire.places import checked_id, checked_tenant, known, user_at, user_place
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import Id
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.errors import MissingError
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.bulk import BulkOperation
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.choices import without_choices, without_restrictions
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT

routes = Routes(keys=SERVER)

CATEGORIES_PAGE = 10

Owner = Callable[[Call], Place]
Render = Callable[[Mapping[str, Document]], Any]


async def offered(call: Call, tenant: object) -> Offer:
    """What there is to choose at a tenant; None is the default one. Raises SuprSendError when it is not there."""
    id = DEFAULT if tenant is None else checked_tenant(tenant)
    try:
        return await call.services.preferences.offer(call.environment.id, id)
    except MissingError:
        raise missing(f"tenant '{id}' not found") from None


async def asked_view(call: Call) -> View:
    query = Query(call.query_string)
    return view_of(await offered(call, query.text("tenant_id")), query)


def asked_category(call: Call) -> str:
    return checked_id(call.path["category"], "category")


async def get_full(owner: Owner, call: Call) -> Answer:
    recipient = await known(call, owner(call))
    return json_answer(rendering.full(await asked_view(call), recipient.preferences))


async def get_channels(owner: Owner, call: Call) -> Answer:
    recipient = await known(call, owner(call))
    return json_answer(rendering.channels(await asked_view(call), recipient.preferences))


async def get_categories(owner: Owner, call: Call) -> Answer:
    recipient = await known(call, owner(call))
    asked = asked_offset(Query(call.query_string), CATEGORIES_PAGE)
    found = rendering.categories(await asked_view(call), recipient.preferences)
    return json_answer(offset_page(asked, len(found), found[asked.start : asked.start + asked.size]))


async def get_category(owner: Owner, call: Call) -> Answer:
    recipient = await known(call, owner(call))
    view = await asked_view(call)
    policy = open_policy(view.offer, asked_category(call))
    return json_answer(rendering.category(view, policy, recipient.preferences))


async def set_full(owner: Owner, call: Call) -> Answer:
    await known(call, owner(call))
    view = await asked_view(call)
    change = changes(view.offer, typed_body(call, shapes.PreferenceChanges))
    return await write(owner, call, view.offer, change, partial(rendering.full, view))


async def set_channels(owner: Owner, call: Call) -> Answer:
    await known(call, owner(call))
    view = await asked_view(call)
    change = restricting(typed_body(call, shapes.ChannelPreferences))
    return await write(owner, call, view.offer, change, partial(rendering.channels, view))


async def set_category(owner: Owner, call: Call) -> Answer:
    await known(call, owner(call))
    view = await asked_view(call)
    policy = open_policy(view.offer, asked_category(call))
    change = choosing(policy, typed_body(call, shapes.CategoryChoice))
    return await write(owner, call, view.offer, change, partial(rendering.category, view, policy))


async def write(owner: Owner, call: Call, offer: Offer, change: Change, render: Render) -> Answer:
    """Changes the preferences of who is there, and answers with them."""
    place = owner(call)

    def answer(written: Written) -> Answer:
        recipient = written.recipient
        if recipient is None or not recipient.lives:
            return errors.render(missing_at(place))
        return json_answer(render(recipient.preferences), HTTPStatus.ACCEPTED)

    wanted = Write(place, (edit_of(offer, change),), call.origin, request=call.receipt(answer))
    return answer(await call.services.directory.write(wanted))


def edit_of(offer: Offer, change: Change) -> ChangePreferenceSets:
    return ChangePreferenceSets(partial(offer.changed, change=change))


@routes.patch(
    "/v1/bulk/user/preference/",
    "users.bulk_update_preference",
    query=("tenant_id",),
    request=shapes.BulkPreferenceChanges,
    response=shapes.Success,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
)
async def set_many(call: Call) -> Answer:
    """Change preferences of up to 1,000 users."""
    given = typed_body(call, shapes.BulkPreferenceChanges)
    offer = await offered(call, Query(call.query_string).text("tenant_id"))
    return await write_many(call, given.distinct_ids, offer, changes(offer, given))


@routes.patch(
    "/v1/bulk/user/preference/reset/",
    "users.bulk_reset_preference",
    query=("tenant_id",),
    request=shapes.BulkPreferenceReset,
    response=shapes.Success,
    status=202,
    max_body_bytes=MAX_BODY_BYTES,
)
async def reset_many(call: Call) -> Answer:
    """Forget preferences of up to 1,000 users.

    What is reset holds as for those who never chose.
    """
    given = typed_body(call, shapes.BulkPreferenceReset)
    if not (given.reset_channel_preferences or given.reset_categories):
        raise invalid("", "Say what to reset: reset_channel_preferences, reset_categories or both, as true.")
    offer = await offered(call, Query(call.query_string).text("tenant_id"))

    def change(stored: Document) -> Document:
        if given.reset_channel_preferences:
            stored = without_restrictions(stored, KINDS)
        return without_choices(stored, offer.policies) if given.reset_categories else stored

    return await write_many(call, given.distinct_ids, offer, change)


async def write_many(call: Call, ids: list[Id], offer: Offer, change: Change) -> Answer:
    """The same for many users; those who are not there are passed over."""
    check_number(ids, "distinct_ids")
    edit = edit_of(offer, change)
    writes = [Write(user_at(call, id, f"distinct_ids[{index}]"), (edit,), call.origin) for index, id in enumerate(ids)]
    await call.services.directory.run_bulk(call.environment.id, "users.set_preferences", writes, call.receipt(success))
    return success()


def success(_: BulkOperation | None = None) -> Answer:
    return json_answer({"success": True}, HTTPStatus.ACCEPTED)


def of(owner: Owner, handler: Callable[[Owner, Call], Awaitable[Answer]]) -> Handler:
    """A handler for the preferences of users, or of objects."""
    return partial(handler, owner)


def operations(whose: str, path: str, owner: Owner) -> Iterator[Operation]:
    """The routes to the preferences of users, or of objects, below `path`."""
    channels, categories = f"{path}channel_preference/", f"{path}category/"
    one = categories + "{category}/"
    yield Operation(
        method="GET",
        path=path,
        name=f"{whose}.get_full_preference",
        summary="Get all preferences",
        handler=of(owner, get_full),
        keys=SERVER,
        query=FULL_VIEW,
        response=shapes.FullPreference,
    )
    yield Operation(
        method="PATCH",
        path=path,
        name=f"{whose}.update_preference",
        summary="Change preferences of channels and categories",
        handler=of(owner, set_full),
        keys=SERVER,
        query=FULL_VIEW,
        request=shapes.PreferenceChanges,
        response=shapes.FullPreference,
        status=202,
        max_body_bytes=MAX_BODY_BYTES,
    )
    yield Operation(
        method="GET",
        path=channels,
        name=f"{whose}.get_global_channels_preference",
        summary="Get which channels are restricted to what is mandatory",
        handler=of(owner, get_channels),
        keys=SERVER,
        query=("tenant_id",),
        response=shapes.ChannelPreferences,
    )
    yield Operation(
        method="PATCH",
        path=channels,
        name=f"{whose}.update_global_channels_preference",
        summary="Restrict channels to what is mandatory, or lift that",
        handler=of(owner, set_channels),
        keys=SERVER,
        query=("tenant_id",),
        request=shapes.ChannelPreferences,
        response=shapes.ChannelPreferences,
        status=202,
        max_body_bytes=MAX_BODY_BYTES,
    )
    yield Operation(
        method="GET",
        path=categories,
        name=f"{whose}.list_category_preferences",
        summary="List the preferences of categories",
        handler=of(owner, get_categories),
        keys=SERVER,
        query=(*FULL_VIEW, *OFFSETS),
        response=shapes.Categories,
    )
    yield Operation(
        method="GET",
        path=one,
        name=f"{whose}.get_category_preference",
        summary="Get the preference of a category",
        handler=of(owner, get_category),
        keys=SERVER,
        query=VIEW,
        response=shapes.Category,
    )
    yield Operation(
        method="PATCH",
        path=one,
        name=f"{whose}.update_category_preference",
        summary="Opt in to a category or out of it, and choose its channels",
        handler=of(owner, set_category),
        keys=SERVER,
        query=VIEW,
        request=shapes.CategoryChoice,
        response=shapes.Category,
        status=202,
        max_body_bytes=MAX_BODY_BYTES,
    )


OPERATIONS = (
    *routes,
    *operations("users", "/v1/user/{distinct_id}/preference/", user_place),
    *operations("objects", "/v1/object/{object_type}/{object_id}/preference/", object_place),
)
