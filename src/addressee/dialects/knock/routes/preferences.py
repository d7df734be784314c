"""Preference sets of users and objects (knock.md §2.1, §2.2, §2.6, §3.6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import UNSET

from addressee.api.answers import no_content
from addressee.api.call import Call
from addressee.api.operation import ANY_KEY, MANY_RECIPIENTS_BYTES, SECRET
from addressee.api.requests.bodies import object_body, typed_body
from addressee.api.routes import Routes
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
from addressee.dialects.knock.shapes import preferences as shapes
from addressee.dialects.knock.shapes.bulk import BulkOperation
from addressee.dialects.knock.shapes.preferences import PreferenceEntries, PreferenceEntry, PreferenceSet
from addressee.dialects.knock.wire.authentication import WRITE_PREFERENCES as WRITE
from addressee.dialects.knock.wire.errors import invalid
from addressee.dialects.knock.wire.places import recipient_place
from addressee.dialects.knock.wire.query import Query
from addressee.directory.documents import Merge, check_id
from addressee.directory.edits.preference_sets import SECTIONS
from addressee.directory.edits.recipients import ChangePreferences, Edit, SetPreferences, UnsetPreferences
from addressee.directory.recipient import USERS, Document
from addressee.directory.writing.writes import Written
from addressee.preferences.sets import DEFAULT, check_set_id

routes = Routes(keys=SECRET)

USER = "/v1/users/{user_id}/preferences"
OBJECT = "/v1/objects/{collection}/{object_id}/preferences"

READ = "preferences/read"


def parse_set_id(call: Call, permission: str = WRITE) -> str:
    """Returns the set that the path names. Raises KnockError unless the caller's token covers it."""
    set_id = check_set_id(call.path["id"])
    call.caller.check_tenant(permission, tenant_of(set_id))
    return set_id


@routes.get(USER, "users.list_preferences", keys=ANY_KEY, permission=READ, response=list[PreferenceSet])
@routes.get(OBJECT, "objects.list_preferences", permission=READ, response=list[PreferenceSet])
async def list_all(call: Call) -> list[PreferenceSet]:
    """List the preference sets that are stored.

    Only those that the caller's token covers are listed, `default` first.
    """
    recipient = await call.services.directory.read(recipient_place(call))
    [recipient] = await call.services.preferences.current([recipient]) if recipient else [None]
    stored = recipient.preferences if recipient else {}
    own = [set_id for set_id in stored if is_own(set_id)]
    covered = [set_id for set_id in own if call.caller.covers_tenant(READ, tenant_of(set_id))]
    ordered = sorted(covered, key=lambda set_id: (set_id != DEFAULT, set_id))
    return [knock_set(set_id, stored[set_id]) for set_id in ordered]


@routes.get(
    f"{USER}/{{id}}", "users.get_preferences", keys=ANY_KEY, permission=READ, query=("tenant",), response=PreferenceSet
)
@routes.get(f"{OBJECT}/{{id}}", "objects.get_preferences", permission=READ, query=("tenant",), response=PreferenceSet)
async def get(call: Call) -> PreferenceSet:
    """Get a preference set, with what holds where it says nothing."""
    set_id = parse_set_id(call, READ)
    tenant = Query(call.query_string).text("tenant")
    if tenant is not None:
        check_id(tenant, "tenant")
        call.caller.check_tenant(READ, tenant)
    return knock_set(set_id, await call.services.preferences.shown(recipient_place(call), set_id, tenant))


@routes.put(
    f"{USER}/{{id}}",
    "users.set_preferences",
    keys=ANY_KEY,
    permission=WRITE,
    request=shapes.PreferenceSetInput,
    response=PreferenceSet,
)
@routes.put(
    f"{OBJECT}/{{id}}",
    "objects.set_preferences",
    permission=WRITE,
    request=shapes.PreferenceSetInput,
    response=PreferenceSet,
)
async def set_one(call: Call) -> PreferenceSet:
    """Replace a preference set, or merge into it."""
    set_id = parse_set_id(call)
    given = object_body(call)
    preferences = stored_set(given)
    match given.get(PERSISTENCE_STRATEGY):
        case None | "replace":
            return await change(call, set_id, partial(replaced, given=preferences))
        case "merge":
            return await write_set(call, set_id, lambda key: SetPreferences(key, preferences, Merge.DEEP))
        case _:
            raise invalid(PERSISTENCE_STRATEGY, f"{PERSISTENCE_STRATEGY} must be replace or merge.")


async def change(call: Call, set_id: str, change: Callable[[Document], Document]) -> PreferenceSet:
    return await write_set(call, set_id, lambda key: ChangePreferences(key, change))


async def write_set(call: Call, set_id: str, edit: Callable[[str], Edit]) -> PreferenceSet:
    """Carries out the edit of the set under its key, and returns the set as it is stored then."""
    key = await key_of(call, set_id)

    def answer(written: Written) -> PreferenceSet:
        assert written.recipient is not None
        return knock_set(set_id, written.recipient.preferences[key])

    return await call.write(recipient_place(call), edit(key), answer=answer)


async def key_of(call: Call, set_id: str) -> str:
    return (await call.services.preferences.keys(call.environment.id, [set_id]))[set_id]


@routes.delete(f"{USER}/{{id}}", "users.unset_preferences", status=204)
@routes.delete(f"{OBJECT}/{{id}}", "objects.unset_preferences", status=204)
async def unset(call: Call) -> None:
    """Remove a preference set."""
    edit = UnsetPreferences(await key_of(call, parse_set_id(call)))
    await call.write(recipient_place(call), edit, answer=no_content)


async def set_section(call: Call, section: str) -> PreferenceSet:
    """Replaces one section; the body is the bare map (§2.6)."""
    set_id = parse_set_id(call)
    ((name, given),) = stored_set({section: object_body(call)}).items()
    return await change(call, set_id, partial(with_section, section=name, given=given))


async def set_entry(call: Call, section: str) -> PreferenceSet:
    """Sets one workflow or category; the body is `{"subscribed": bool}` or a scope (§2.6)."""
    set_id, key = parse_set_id(call), check_id(call.path["key"], "key")
    subscribed = typed_body(call, PreferenceEntry).subscribed
    given = stored_scope(object_body(call), "") if subscribed is UNSET else subscribed
    return await change(call, set_id, partial(with_entry, section=section, key=key, given=given))


async def set_channel_type(call: Call) -> PreferenceSet:
    """Sets one channel type; the body is `{"subscribed": bool}` (§2.6)."""
    set_id, channel_type = parse_set_id(call), call.path["type"]
    if channel_type not in KIND_OF:
        raise invalid("type", f"The channel type must be one of {', '.join(KIND_OF)}.")
    subscribed = typed_body(call, shapes.Subscribed).subscribed
    return await change(call, set_id, partial(with_channel_type, channel_type=channel_type, subscribed=subscribed))


for whose, path, keys in (("users", USER, ANY_KEY), ("objects", OBJECT, SECRET)):
    declare = partial(routes.put, keys=keys, permission=WRITE, response=PreferenceSet)
    for section in (CHANNEL_TYPES, *SECTIONS):
        declare(
            f"{path}/{{id}}/{section}",
            f"{whose}.set_preferences_{section}",
            summary=f"Replace the {section} of a preference set (deprecated)",
            request=PreferenceEntries,
        )(partial(set_section, section=section))
    declare(
        f"{path}/{{id}}/{CHANNEL_TYPES}/{{type}}",
        f"{whose}.set_preferences_channel_type",
        summary="Set one channel type of a preference set (deprecated)",
        request=shapes.Subscribed,
    )(set_channel_type)
    for section in SECTIONS:
        declare(
            f"{path}/{{id}}/{section}/{{key}}",
            f"{whose}.set_preferences_{section}_entry",
            summary=f"Set one entry in the {section} of a preference set (deprecated)",
            request=PreferenceEntry,
        )(partial(set_entry, section=section))


@routes.post(
    "/v1/users/bulk/preferences",
    "users.bulk.set_preferences",
    request=shapes.BulkPreferences,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
@routes.put(
    "/v1/users/bulk/preferences",
    "users.bulk.set_preferences",
    request=shapes.BulkPreferences,
    response=BulkOperation,
    max_body_bytes=MANY_RECIPIENTS_BYTES,
)
async def set_many(call: Call) -> BulkOperation:
    """Replace a preference set of up to 1,000 users.

    Older SDKs say PUT (§5.4).
    """
    given = typed_body(call, shapes.BulkPreferences)
    named = given.preferences.get("id")
    set_id = DEFAULT if named is None else check_set_id(named, "preferences.id")
    preferences = stored_set(given.preferences, "preferences")
    edit = ChangePreferences(await key_of(call, set_id), partial(replaced, given=preferences))
    rows = [bulk.edit_row(call, "user_ids", USERS, row, edit) for row in enumerate(given.user_ids)]
    return await bulk.run(call, "users.set_preferences", rows)
