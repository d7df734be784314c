"""Subscriber lists and their versions (suprsend.md §2.1, §2.5): B10 to B21, and A10."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.suprsend.mapping.list_rendering import STATIC, active, subscriber, subscriptions, version
from addressee.dialects.suprsend.shapes import lists as shapes
from addressee.dialects.suprsend.wire import ulids
from addressee.dialects.suprsend.wire.authentication import SERVER
from addressee.dialects.suprsend.wire.errors import SuprSendError, invalid, missing, missing_at
from addressee.dialects.suprsend.wire.limits import MAX_BODY_BYTES
from addressee.dialects.suprsend.wire.paging import (
    CURSORS,
    MOST_MEMBERS,
    OFFSETS,
    cursor_meta,
    offset_meta,
    parse_offset,
    parse_page,
)
from addressee.dialects.suprsend.wire.places import parse_id, require_user
from addressee.dialects.suprsend.wire.query import Query
from addressee.directory.documents import Id
from addressee.directory.edits.lists import LISTS, Define, Draft, DraftMissingError, List
from addressee.directory.groups.lists import Counted
from addressee.directory.recipient import Place

LIST = "/v1/subscriber_list/{list_id}/"
VERSION = f"{LIST}version/{{version_id}}/"

LIST_ID = re.compile(r"[a-z0-9_-]{1,64}")

routes = Routes(keys=SERVER, max_body_bytes=MAX_BODY_BYTES)

# Declares a route that adds members to a list, or removes them.
CHANGE_MEMBERS = partial(routes.post, request=shapes.Ids, response=shapes.Affected, status=201)


@routes.post("/v1/subscriber_list/", "lists.create", request=shapes.NewList, response=shapes.List, status=201)
async def create(call: Call) -> shapes.List:
    """Create a list, or change one."""
    given = typed_body(call, shapes.NewList)
    if given.list_type not in (None, STATIC):
        raise invalid("list_type", f"list_type must be {STATIC}: no list here is filled by a query.")
    definition = Define(given.list_name, given.list_description, given.track_user_entry, given.track_user_exit)
    defined = await call.services.directory.lists.define(
        place_of_new(call, given.list_id), definition, origin=call.origin, receipt=call.receipt(created)
    )
    return created(defined)


def created(counted: Counted) -> shapes.List:
    return active(counted.list, counted.members)


@routes.get("/v1/subscriber_list/", "lists.list", query=OFFSETS, response=shapes.Lists)
async def list_all(call: Call) -> shapes.Lists:
    """List lists in the order of their ids."""
    offset = parse_offset(Query(call.query_string))
    directory = call.services.directory
    lists = await directory.lists.page(call.environment.id, offset.start, offset.size)
    members = await directory.lists.count(lists)
    count = await directory.count(call.environment.id, LISTS)
    return shapes.Lists(offset_meta(offset, count), [active(each, members) for each in lists])


@routes.get(LIST, "lists.get", response=shapes.List)
async def get(call: Call) -> shapes.List:
    """Get a list."""
    found = await require_list(call)
    return active(found, await call.services.directory.lists.count([found]))


@routes.delete(LIST, "lists.delete", status=204)
async def delete(call: Call) -> None:
    """Delete a list."""
    await call.services.directory.lists.delete(list_place(call), origin=call.origin, receipt=call.receipt(no_content))


@routes.patch(f"{LIST}delete/", "lists.delete_by_patch", response=shapes.Done)
async def delete_by_patch(call: Call) -> shapes.Done:
    """Delete a list, as other SDKs ask for it."""
    await call.services.directory.lists.delete(list_place(call), origin=call.origin, receipt=call.receipt(done))
    return done()


@CHANGE_MEMBERS(f"{LIST}subscriber/add/", "lists.add")
@CHANGE_MEMBERS(f"{VERSION}subscriber/add/", "lists.add_to_version", summary="Add users to a version that is a draft")
async def add(call: Call) -> shapes.Affected:
    """Add users to a list; unknown ones are created."""
    found = await require_list(call)
    lists, receipt = call.services.directory.lists, call.receipt(affected)
    return affected(
        await lists.add(found, named_uid(call, found), distinct_ids(call), origin=call.origin, receipt=receipt)
    )


@CHANGE_MEMBERS(f"{LIST}subscriber/remove/", "lists.remove")
@CHANGE_MEMBERS(f"{VERSION}subscriber/remove/", "lists.remove_from_version", summary="Remove users from a draft")
async def remove(call: Call) -> shapes.Affected:
    """Remove users from a list."""
    found = await require_list(call)
    lists, receipt = call.services.directory.lists, call.receipt(affected)
    return affected(await lists.remove(found, named_uid(call, found), distinct_ids(call), receipt=receipt))


def named_uid(call: Call, found: List) -> UUID:
    """Returns the identity of the draft that the path names, or of the list. Raises SuprSendError."""
    return require_draft(call, found).uid if "version_id" in call.path else found.uid


@routes.get(f"{LIST}subscriber/", "lists.list_subscribers", query=CURSORS, response=shapes.Subscribers)
async def list_subscribers(call: Call) -> shapes.Subscribers:
    """List the users of a list, newest first."""
    page = parse_page(Query(call.query_string), UUID, MOST_MEMBERS)
    found = await require_list(call)
    members = await call.services.directory.lists.count([found])
    part = await call.services.directory.lists.members(found, page)
    return shapes.Subscribers(cursor_meta(part, members[found.uid]), [subscriber(each) for each in part.entries])


@routes.post(f"{LIST}start_sync/", "lists.start_sync", response=shapes.List, status=201, not_idempotent=True)
async def start_sync(call: Call) -> shapes.List:
    """Open a draft: a version whose users are to replace those of the list."""
    uid = uuid7()

    def answer(counted: Counted) -> shapes.List:
        return version(counted.list, counted.list.draft(uid), counted.members)

    return answer(
        await call.services.directory.lists.open_draft(
            list_place(call), uid, origin=call.origin, receipt=call.receipt(answer)
        )
    )


@routes.get(VERSION, "lists.get_version", response=shapes.List)
async def get_version(call: Call) -> shapes.List:
    """Get a draft."""
    found = await require_list(call)
    draft = require_draft(call, found)
    return version(found, draft, await call.services.directory.lists.count([found]))


@routes.patch(f"{VERSION}finish_sync/", "lists.finish_sync", response=shapes.List, status=201)
async def finish_sync(call: Call) -> shapes.List:
    """Replace all users of a list by those of a draft."""
    try:
        return created(
            await call.services.directory.lists.publish_draft(
                list_place(call), version_uid(call), origin=call.origin, receipt=call.receipt(created)
            )
        )
    except DraftMissingError:
        raise missing_version(call) from None


@routes.delete(VERSION, "lists.delete_version", status=204)
async def delete_version(call: Call) -> None:
    """Delete a draft."""
    await discard(call, no_content)


@routes.patch(f"{VERSION}delete/", "lists.delete_version_by_patch", response=shapes.Done)
async def delete_version_by_patch(call: Call) -> shapes.Done:
    """Delete a draft, as other SDKs ask for it."""
    await discard(call, done)
    return done()


async def discard(call: Call, answer: Callable[[None], Any]) -> None:
    try:
        await call.services.directory.lists.discard_draft(
            list_place(call), version_uid(call), origin=call.origin, receipt=call.receipt(answer)
        )
    except DraftMissingError:
        raise missing_version(call) from None


@routes.get(
    "/v1/user/{distinct_id}/subscribed_to/list/",
    "users.get_lists_subscribed_to",
    query=CURSORS,
    response=shapes.ListSubscriptions,
)
async def list_subscribed(call: Call) -> shapes.ListSubscriptions:
    """List the lists that a user is in, newest first."""
    page = parse_page(Query(call.query_string), UUID)
    user = await require_user(call)
    lists = call.services.directory.lists
    part = await lists.memberships(user, page)
    members = await lists.count(each.list for each in part.entries)
    return subscriptions(part, await lists.count_memberships(user), members)


def place_of_new(call: Call, list_id: Id) -> Place:
    """Raises SuprSendError for an id that no list can have."""
    id = normalized_id(list_id)
    if not LIST_ID.fullmatch(id):
        message = "list_id must be 1 to 64 characters, each one of the letters a to z, digits, _ and -."
        raise invalid("list_id", message)
    return Place(call.environment.id, LISTS, id)


def list_place(call: Call) -> Place:
    """Returns the place of the list that the path names. Raises SuprSendError for an id that no list can have."""
    return list_at(call, call.path["list_id"])


def list_at(call: Call, list_id: Id) -> Place:
    """Raises SuprSendError for an id that no list can have."""
    place = Place(call.environment.id, LISTS, normalized_id(list_id))
    if not LIST_ID.fullmatch(place.id):
        raise missing_at(place)
    return place


def normalized_id(list_id: Id) -> str:
    return str(list_id).strip().lower()


async def require_list(call: Call) -> List:
    """Returns the list that the path names. Raises SuprSendError when there is none."""
    place = list_place(call)
    found = await call.services.directory.lists.find(place)
    if found is None:
        raise missing_at(place)
    return found


def require_draft(call: Call, found: List) -> Draft:
    """Returns the draft that the path names. Raises SuprSendError when the list has no such draft, or no longer."""
    try:
        return found.draft(version_uid(call))
    except DraftMissingError:
        raise missing_version(call) from None


def version_uid(call: Call) -> UUID:
    """Returns the identity of the version that the path names. Raises SuprSendError for what is no ULID."""
    uid = ulids.parse(call.path["version_id"])
    if uid is None:
        raise missing_version(call)
    return uid


def missing_version(call: Call) -> SuprSendError:
    list_id = normalized_id(call.path["list_id"])
    return missing(f"version_id {call.path['version_id']} not found for list_id {list_id}")


def distinct_ids(call: Call) -> list[str]:
    """Returns the ids that the body holds. Raises MisshapenError or SuprSendError, also for a single wrong id."""
    given = typed_body(call, shapes.Ids).distinct_ids
    return [parse_id(id, f"distinct_ids[{index}]") for index, id in enumerate(given)]


def affected(count: int) -> shapes.Affected:
    return shapes.Affected(True, count)


def done(_: object = None) -> shapes.Done:
    return shapes.Done(True)
