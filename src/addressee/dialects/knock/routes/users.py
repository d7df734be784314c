"""Users: identify, read, list, delete (knock.md §2.1, §3.1, §3.4)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.merges import merge_users
from addressee.api.operation import ANY_KEY, SECRET
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import recipients, rendering
from addressee.dialects.knock.mapping.preference_sets import named_sets, tenant_of
from addressee.dialects.knock.mapping.profiles import flat
from addressee.dialects.knock.shapes import users as shapes
from addressee.dialects.knock.shapes.common import Entries
from addressee.dialects.knock.wire.authentication import WRITE_CHANNEL_DATA, WRITE_PREFERENCES
from addressee.dialects.knock.wire.errors import missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.places import user_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import Delete
from addressee.directory.merges.merges import Done
from addressee.directory.reading.listing import Order
from addressee.directory.recipient import USERS, Document, Place, Recipient

routes = Routes(keys=SECRET)


@routes.put(
    "/v1/users/{user_id}",
    "users.update",
    keys=ANY_KEY,
    permission="user/write",
    query=("user_shape",),
    request=shapes.UserInput,
    response=shapes.User,
)
async def identify(call: Call) -> shapes.User:
    """Identify a user: create it, or merge what is given into it."""
    shape = rendering.shape_of(call, Query(call.query_string))
    given, place = object_body(call), user_place(call)
    check_inline_parts(call, place.id, given)
    if shape == "nested":
        given = flat(given)
    return await recipients.identify(call, place, given, partial(rendering.user, shape=shape))


@routes.post("/v1/identify", "users.identify", request=shapes.OlderUser, response=shapes.User)
async def identify_older(call: Call) -> shapes.User:
    """Identify a user, in the nested form of before.

    That is the form of 2021 (§4.2), with the id in the body and the traits in `properties`.
    """
    shape = rendering.shape_of(call, Query(call.query_string))
    given = typed_body(call, shapes.OlderUser)
    place = Place(call.environment.id, USERS, check_id(given.id))
    return await recipients.identify(call, place, given.properties, partial(rendering.user, shape=shape))


def check_inline_parts(call: Call, user_id: str, given: Document) -> None:
    """Raises KnockError unless the caller could write what is given inline by its own routes too."""
    if given.get("channel_data"):
        call.caller.check_permission(WRITE_CHANNEL_DATA, user_id)
    for set_id in named_sets(given.get("preferences")):
        call.caller.check_permission(WRITE_PREFERENCES, user_id)
        call.caller.check_tenant(WRITE_PREFERENCES, tenant_of(set_id))


@routes.get(
    "/v1/users/{user_id}",
    "users.get",
    keys=ANY_KEY,
    permission="user/read",
    query=("user_shape",),
    response=shapes.User,
)
async def get(call: Call) -> shapes.User:
    """Get a user."""
    shape = rendering.shape_of(call, Query(call.query_string))
    recipient = await call.services.directory.read(user_place(call))
    if recipient is None:
        raise missing("The user")
    if shape == "nested":
        [recipient] = await call.services.preferences.current([recipient])
    return rendering.user(recipient, shape)


@routes.get(
    "/v1/users", "users.list", query=(*PAGING, "order", "include[]", "user_shape"), response=Entries[shapes.User]
)
async def list_all(call: Call) -> Entries[shapes.User]:
    """List users in the order of their creation."""
    query = Query(call.query_string)
    shape = rendering.shape_of(call, query)
    with_preferences = "preferences" in query.texts("include")
    order = Order(query.choice("order", [order.value for order in Order], Order.OLDEST_FIRST.value))
    part = await call.services.directory.list(call.environment.id, USERS, parse_page(query, UUID), order)
    if with_preferences or shape == "nested":
        part = replace(part, entries=await call.services.preferences.current(part.entries))

    def render(recipient: Recipient) -> shapes.User:
        return rendering.user(recipient, shape, with_preferences=with_preferences, cursor=recipient.uid)

    return rendering.entries(part, render)


@routes.delete("/v1/users/{user_id}", "users.delete", status=204)
async def delete(call: Call) -> None:
    """Delete a user."""
    await call.write(user_place(call), Delete(), answer=no_content)


@routes.post(
    "/v1/users/{user_id}/merge",
    "users.merge",
    query=("user_shape",),
    request=shapes.MergeFrom,
    response=shapes.User,
    not_idempotent=True,
)
async def merge(call: Call) -> shapes.User:
    """Merge another user into this one."""
    secondary = check_id(typed_body(call, shapes.MergeFrom).from_user_id, "from_user_id")
    shape = rendering.shape_of(call, Query(call.query_string))

    def answer(done: Done) -> shapes.User:
        return rendering.user(done.primary, shape)

    primary = user_place(call)
    return await merge_users(call, "knock", primary, primary._replace(id=secondary), answer)
