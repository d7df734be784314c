"""Users (notiflows.md §3.1, A1 to A4), and merging them (§3.4)."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.call import Call
from addressee.api.merges import merge_users
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.requests.query_strings import Query
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping import rendering
from addressee.dialects.notiflows.mapping.profiles import (
    check_none,
    edit_of,
    is_unchanged,
    unknown_keys_of,
    wrong_fields,
)
from addressee.dialects.notiflows.routes.channel_settings import parse_inline_settings
from addressee.dialects.notiflows.routes.preferences import parse_inline_preferences
from addressee.dialects.notiflows.shapes import users as shapes
from addressee.dialects.notiflows.shapes.paging import page_of
from addressee.dialects.notiflows.wire.authentication import ADMIN
from addressee.dialects.notiflows.wire.errors import invalid, missing, not_found
from addressee.dialects.notiflows.wire.paging import PAGING, PERIOD, parse_page, parse_period
from addressee.dialects.notiflows.wire.places import require_user, user_at, user_place
from addressee.directory.edits.recipients import Delete, History, Identify
from addressee.directory.errors import RefusedError
from addressee.directory.merges.merges import Done
from addressee.directory.reading.listing import Order, Selection
from addressee.directory.reading.uuid_ranges import UuidRange
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Written

routes = Routes(keys=ADMIN)


@routes.get("/admin/v1/users", "users.list", query=(*PAGING, *PERIOD, "external_id_prefix"), response=shapes.Users)
async def list_all(call: Call) -> shapes.Users:
    """List users, newest first."""
    query = Query(call.query_string)
    page = parse_page(query, UUID)
    selection = Selection(UuidRange.of(*parse_period(query)), query.text("external_id_prefix") or "")
    part = await call.services.directory.list(call.environment.id, USERS, page, Order.NEWEST_FIRST, selection)
    return shapes.Users([rendering.user(each) for each in part.entries], page_of(part))


@routes.get("/admin/v1/users/{external_id}", "users.get", response=shapes.User)
async def get(call: Call) -> shapes.User:
    """Get a user."""
    return rendering.user(await require_user(call))


@routes.put(
    "/admin/v1/users/{external_id}",
    "users.upsert",
    request=shapes.UserUpsert,
    response=shapes.User,
    other_responses={201: shapes.User},
)
async def upsert(call: Call) -> Answer:
    """Create a user, or lay what is given over it.

    Channel settings and preferences are stored in the same write.
    """
    place = user_place(call)
    given = object_body(call)
    if given.get("external_id") not in (place.id, None):
        raise invalid("external_id", "external_id must be the one of the path, or left out.")
    edits = (
        await parse_profile(call, place, given),
        *await parse_inline_settings(call, given.get("channel_settings")),
        *await parse_inline_preferences(call, given.get("preferences")),
    )

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        status = HTTPStatus.OK if written.existed else HTTPStatus.CREATED
        return json_answer(rendering.user(written.recipient), status)

    answered = await call.write(place, *edits, answer=answer)
    await call.services.directory.notices.note(call.request_id, unknown_keys_of([(place, given)]))
    return answered


async def parse_profile(call: Call, place: Place, given: Document) -> Identify:
    """Parses the profile. A value that is stored already is not refused: another dialect may have stored it.

    Raises NotiflowsError.
    """
    wrong = wrong_fields(given)
    stored = await call.services.directory.read(place) if wrong else None
    if stored is not None:
        shown = rendering.user(stored)
        wrong = {name: field for name, field in wrong.items() if not is_unchanged(given, name, shown)}
    check_none(wrong)
    return edit_of(given)


@routes.delete("/admin/v1/users/{external_id}", "users.delete", query=("purge",), status=204)
async def delete(call: Call) -> Answer:
    """Delete a user; what was said to it is kept, unless it is purged."""
    place = user_place(call)
    if Query(call.query_string).boolean("purge"):
        return await purge(call, place)

    def answer(written: Written) -> Answer:
        return no_content() if written.existed else not_found(call, "user", place.id)

    return await call.write(place, Delete(History.KEPT), answer=answer)


async def purge(call: Call, place: Place) -> Answer:
    """Deletes the user, and erases what is kept of it and of those who had its id before."""
    was_there = await call.services.messaging.lifecycle.forget(
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
async def merge(call: Call) -> shapes.User:
    """Merge a guest into this user."""
    target = user_place(call)
    guest = user_at(call, typed_body(call, shapes.MergeFrom).from_external_id, "from_external_id")

    def answer(done: Done) -> shapes.User:
        return rendering.user(done.primary)

    try:
        return await merge_users(call, "notiflows", target, guest, answer)
    except RefusedError as refusal:
        raise invalid("from_external_id", refusal.message) from None
