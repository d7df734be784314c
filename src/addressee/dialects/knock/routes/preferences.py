"""Preference sets of users and objects (knock.md §2.1, §2.2, §2.6, §3.6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

from msgspec import UNSET, Struct

from addressee.api.answers import Answer, json_answer, no_content
from addressee.api.bodies import object_body, typed_body
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, MANY_RECIPIENTS_BYTES, SECRET, Handler, Operation
from addressee.dialects.knock.mapping.preference_sets import (
    CHANNEL_TYPES,
    KIND_OF,
    PERSISTENCE_STRATEGY,
    is_own,
    knock_set,
    replaced,
    stored_scope,
    stored_set,
    tenant_of,
    with_channel_type,
    with_entry,
    with_section,
)
from addressee.dialects.knock.routes import bulk
from addressee.dialects.knock.wire import shapes
from addressee.dialects.knock.wire.authentication import WRITE_PREFERENCES
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.places import object_place, user_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.access.keys import Kind
from addressee.directory.documents import Merge, check_id
from addressee.directory.edits.preference_sets import SECTIONS
from addressee.directory.edits.recipients import ChangePreferences, Edit, SetPreferences, UnsetPreferences
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write, Written
from addressee.preferences.sets import DEFAULT, check_set_id

READ_PREFERENCES = "preferences/read"

Owner = Callable[[Call], Place]


def named_set(call: Call, permission: str = WRITE_PREFERENCES) -> str:
    """The set that the path names, which the caller's token must cover."""
    set_id = check_set_id(call.path["id"])
    call.caller.check_tenant(permission, tenant_of(set_id))
    return set_id


async def list_all(owner: Owner, call: Call) -> Answer:
    """The stored sets that the caller's token covers, `default` first."""
    recipient = await call.services.directory.read(owner(call))
    [recipient] = await call.services.preferences.current([recipient]) if recipient else [None]
    stored = recipient.preferences if recipient else {}
    own = [set_id for set_id in stored if is_own(set_id)]
    covered = [set_id for set_id in own if call.caller.covers_tenant(READ_PREFERENCES, tenant_of(set_id))]
    ordered = sorted(covered, key=lambda set_id: (set_id != DEFAULT, set_id))
    return json_answer([knock_set(set_id, stored[set_id]) for set_id in ordered])


async def get(owner: Owner, call: Call) -> Answer:
    set_id = named_set(call, READ_PREFERENCES)
    tenant = Query(call.query_string).text("tenant")
    if tenant is not None:
        check_id(tenant, "tenant")
        call.caller.check_tenant(READ_PREFERENCES, tenant)
    shown = await call.services.preferences.shown(owner(call), set_id, tenant)
    return json_answer(knock_set(set_id, shown))


async def set_one(owner: Owner, call: Call) -> Answer:
    set_id = named_set(call)
    given = object_body(call)
    preferences = stored_set(given)
    match given.get(PERSISTENCE_STRATEGY):
        case None | "replace":
            return await written(owner, call, ChangePreferences(set_id, partial(replaced, given=preferences)))
        case "merge":
            return await written(owner, call, SetPreferences(set_id, preferences, Merge.DEEP))
        case _:
            raise invalid(PERSISTENCE_STRATEGY, f"{PERSISTENCE_STRATEGY} must be replace or merge.")


async def written(owner: Owner, call: Call, edit: SetPreferences | ChangePreferences) -> Answer:
    """Writes, and answers with the set as it is stored."""
    key = await key_of(call, edit.set_id)

    def answer(written: Written) -> Answer:
        assert written.recipient is not None
        return json_answer(knock_set(edit.set_id, written.recipient.preferences[key]))

    return answer(await write(owner, call, replace(edit, set_id=key), answer))


async def key_of(call: Call, set_id: str) -> str:
    return (await call.services.preferences.keys(call.environment.id, [set_id]))[set_id]


async def write(owner: Owner, call: Call, edit: Edit, answer: Callable[[Written], Answer]) -> Written:
    return await call.services.directory.write(Write(owner(call), (edit,), call.origin, request=call.receipt(answer)))


async def unset(owner: Owner, call: Call) -> Answer:
    return no_content(await write(owner, call, UnsetPreferences(await key_of(call, named_set(call))), no_content))


async def set_section(section: str, owner: Owner, call: Call) -> Answer:
    """The deprecated form that replaces one section (§2.6): the body is the bare map."""
    set_id = named_set(call)
    ((name, given),) = stored_set({section: object_body(call)}).items()
    return await written(owner, call, ChangePreferences(set_id, partial(with_section, section=name, given=given)))


async def set_entry(section: str, owner: Owner, call: Call) -> Answer:
    """The deprecated form that sets one workflow or category: `{"subscribed": bool}`, or a scope."""
    set_id, key = named_set(call), check_id(call.path["key"], "key")
    subscribed = typed_body(call, shapes.PreferenceEntry).subscribed
    given = stored_scope(object_body(call), "") if subscribed is UNSET else subscribed
    return await written(
        owner, call, ChangePreferences(set_id, partial(with_entry, section=section, key=key, given=given))
    )


async def set_channel_type(owner: Owner, call: Call) -> Answer:
    set_id, channel_type = named_set(call), call.path["type"]
    if channel_type not in KIND_OF:
        raise invalid("type", f"The channel type must be one of {', '.join(KIND_OF)}.")
    subscribed = typed_body(call, shapes.Subscribed).subscribed
    change = partial(with_channel_type, channel_type=channel_type, subscribed=subscribed)
    return await written(owner, call, ChangePreferences(set_id, change))


async def set_many(call: Call) -> Answer:
    """Always replaces."""
    given = typed_body(call, shapes.BulkPreferences)
    named = given.preferences.get("id")
    set_id = DEFAULT if named is None else check_set_id(named, "preferences.id")
    preferences = stored_set(given.preferences, "preferences")
    edit = ChangePreferences(await key_of(call, set_id), partial(replaced, given=preferences))
    return await bulk.run(
        call,
        "users.set_preferences",
        [bulk.edit_row(call, "user_ids", USERS, row, edit) for row in enumerate(given.user_ids)],
    )


def object_owner(call: Call) -> Place:
    return object_place(call, "object_id")


def of(owner: Owner, handler: Callable[[Owner, Call], Awaitable[Answer]]) -> Handler:
    """A handler for the sets of users, or of objects."""
    return partial(handler, owner)


def setting(
    whose: str, kinds: frozenset[Kind], path: str, name: str, summary: str, handler: Handler, takes: type[Struct]
) -> Operation:
    return Operation(
        method="PUT",
        path=path,
        name=f"{whose}.{name}",
        summary=summary,
        handler=handler,
        keys=kinds,
        permission=WRITE_PREFERENCES,
        request=takes,
        response=shapes.PreferenceSet,
    )


def operations(whose: str, path: str, owner: Owner, kinds: frozenset[Kind]) -> Iterator[Operation]:
    """The routes to the sets of users, or of objects. `kinds` are the keys for what a browser does."""
    one = path + "/{id}"
    put = partial(setting, whose, kinds)
    yield Operation(
        method="GET",
        path=path,
        name=f"{whose}.list_preferences",
        summary="List the preference sets that are stored",
        handler=of(owner, list_all),
        keys=kinds,
        permission=READ_PREFERENCES,
        response=list[shapes.PreferenceSet],
    )
    yield Operation(
        method="GET",
        path=one,
        name=f"{whose}.get_preferences",
        summary="Get a preference set, with what holds where it says nothing",
        handler=of(owner, get),
        keys=kinds,
        permission=READ_PREFERENCES,
        query=("tenant",),
        response=shapes.PreferenceSet,
    )
    yield put(
        one,
        "set_preferences",
        "Replace a preference set, or merge into it",
        of(owner, set_one),
        shapes.PreferenceSetInput,
    )
    yield Operation(
        method="DELETE",
        path=one,
        name=f"{whose}.unset_preferences",
        summary="Remove a preference set",
        handler=of(owner, unset),
        keys=SECRET,
        status=204,
    )
    for section in (CHANNEL_TYPES, *SECTIONS):
        yield put(
            f"{one}/{section}",
            f"set_preferences_{section}",
            f"Replace the {section} of a preference set (deprecated)",
            of(owner, partial(set_section, section)),
            shapes.PreferenceEntries,
        )
    yield put(
        f"{one}/{CHANNEL_TYPES}/{{type}}",
        "set_preferences_channel_type",
        "Set one channel type of a preference set (deprecated)",
        of(owner, set_channel_type),
        shapes.Subscribed,
    )
    for section in SECTIONS:
        yield put(
            f"{one}/{section}/{{key}}",
            f"set_preferences_{section}_entry",
            f"Set one entry in the {section} of a preference set (deprecated)",
            of(owner, partial(set_entry, section)),
            shapes.PreferenceEntry,
        )


def bulk_operation(method: str) -> Operation:
    """Older SDKs say PUT (§5.4)."""
    return Operation(
        method=method,
        path="/v1/users/bulk/preferences",
        name="users.bulk.set_preferences",
        summary="Replace a preference set of up to 1,000 users",
        handler=set_many,
        keys=SECRET,
        request=shapes.BulkPreferences,
        response=shapes.BulkOperation,
        max_body_bytes=MANY_RECIPIENTS_BYTES,
    )


OPERATIONS = (
    bulk_operation("POST"),
    bulk_operation("PUT"),
    *operations("users", "/v1/users/{user_id}/preferences", user_place, ANY_KEY),
    *operations("objects", "/v1/objects/{collection}/{object_id}/preferences", object_owner, SECRET),
)
