"""Users (notiflows.md §3.1): A1 to A4, and merging one into another (§3.4)."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body, typed_body
from addressee.api.call import Call
from addressee.api.merge_rules import merge_rules
from addressee.api.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.mapping.profiles import parse_user, unknown_keys_of
from addressee.dialects.notiflows.routes.channel_settings import inline_channel_settings
from addressee.dialects.notiflows.routes.preferences import inline_preferences
from addressee.dialects.notiflows.shapes import users as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import NotiflowsError, invalid, missing, not_found
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, asked_page, asked_period, listed
from addressee.dialects.notiflows.wire.places import known_user, user_at, user_place
from addressee.directory.edits.recipients import Delete, History, Identify
from addressee.directory.errors import RefusedError
from addressee.directory.merges.merges import Done
from addressee.directory.reading.listing import Order, Selection
from addressee.directory.reading.uuid_ranges import UuidRange
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write, Written

routes = Routes(keys=ADMIN)


@routes.get("/admin/v1/users", "users.list", query=(*PAGING, *PERIOD, "external_id_prefix"), response=shapes.Users)
async def list_all(call: Call) -> Answer:
    """List users, newest first."""
    query = Query(call.query_string)
    page = asked_page(query, UUID)
    selection = Selection(UuidRange.of(*asked_period(query)), query.text("external_id_prefix") or "")
    part = await call.services.directory.list(call.environment.id, USERS, page, Order.NEWEST_FIRST, selection)
    return json_answer(listed(part, rendering.user))


@routes.get("/admin/v1/users/{external_id}", "users.get", response=shapes.User)
async def get(call: Call) -> Answer:
    """Get a user."""
    return json_answer(rendering.user(await known_user(call)))


@routes.put(
    "/admin/v1/users/{external_id}",
    "users.upsert",
    request=shapes.UserUpsert,
    response=shapes.User,
    other_responses={201: shapes.User},
)
async def upsert(call: Call) -> Answer:
    """Create a user, or lay what is given over it.

    Creates or changes a user, with channel settings and preferences, all in one write or not at all.
    """
    place = user_place(call)
    given = object_body(call)
    if given.get("external_id") not in (place.id, None):
        raise invalid("external_id", "external_id must be the one of the path, or left out.")
    edits = (
        await parse_profile(call, place, given),
        *await inline_channel_settings(call, given.get("channel_settings")),
        *await inline_preferences(call, given.get("preferences")),
    )

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        status = HTTPStatus.OK if written.existed else HTTPStatus.CREATED
        return json_answer(rendering.user(written.recipient), status)

    written = await call.services.directory.write(Write(place, edits, call.origin, request=call.receipt(answer)))
    await call.services.directory.note(call.request_id, unknown_keys_of([(place, given)]))
    return answer(written)


async def parse_profile(call: Call, place: Place, given: Document) -> Identify:
    """Reads a profile. Values sent back as they were read are not checked: another dialect may have stored them."""
    try:
        return parse_user(given)
    except NotiflowsError:
        recipient = await call.services.directory.read(place)
        if recipient is None:
            raise
        return parse_user(given, seen=rendering.user(recipient))


@routes.delete("/admin/v1/users/{external_id}", "users.delete", query=("purge",), status=204)
async def delete(call: Call) -> Answer:
    """Delete a user; what was said to it is kept, unless it is purged.

    Deletes a user; what it was told stays for audit (§5.3), unless it is purged.
    """
    place = user_place(call)
    if Query(call.query_string).boolean("purge"):
        return await purge(call, place)

    def answer(written: Written) -> Answer:
        return no_content() if written.existed else not_found(call, "user", place.id)

    return await call.write(place, Delete(History.KEPT), answer=answer)


async def purge(call: Call, place: Place) -> Answer:
    """Erases who lives there, and what is kept of those who did."""
    was_there = await call.services.messaging.forget(
        call.services.directory, place, origin=call.origin, receipt=call.receipt(no_content)
    )
    if not was_there:
        raise missing("user", place.id)
    return no_content()


@routes.post(
    "/admin/v1/users/{external_id}/merge",
    "users.merge",
    request=shapes.MergeFrom,
    response=shapes.User,
    not_idempotent=True,
)
async def merge(call: Call) -> Answer:
    """Merge a guest into this user."""
    target = user_place(call)
    guest = user_at(call, typed_body(call, shapes.MergeFrom).from_external_id, "from_external_id")

    def answer(done: Done) -> Answer:
        return json_answer(rendering.user(done.primary))

    try:
        done = await call.services.directory.merges.merge(
            target,
            guest,
            rules=merge_rules("notiflows", call.environment),
            origin=call.origin,
            receipt=call.receipt(answer),
        )
    except RefusedError as refusal:
        raise invalid("from_external_id", refusal.message) from None
    await call.services.messaging.follow(done.merge)
    return answer(done)
