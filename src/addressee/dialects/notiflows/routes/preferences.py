"""Preferences of users (notiflows.md §2, §3.1 A8 and A9, §3.3 C4 and C5)."""

from __future__ import annotations

from collections.abc import Iterator

from addressee.api.answers import Answer, json_answer
from addressee.api.bodies import object_body
from addressee.api.call import Call
from addressee.api.operation import Operation
from addressee.dialects.notiflows.mapping.preference_sets import edit_of, parsed, parsed_map, rendered
from addressee.dialects.notiflows.shapes import preferences as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN, USER
from addressee.dialects.notiflows.wire.errors import not_found
from addressee.dialects.notiflows.wire.places import asked_place, asked_user, handles
from addressee.directory.access.keys import Kind
from addressee.directory.edits.recipients import Edit
from addressee.directory.writing.writes import Written


async def get(call: Call) -> Answer:
    user = await asked_user(call)
    workflows = await call.services.messaging.workflows(call.environment.id)
    default = await call.services.preferences.of_environment(call.environment.id)
    return json_answer(rendered(user.preferences, default, workflows))


async def put(call: Call) -> Answer:
    place = asked_place(call)
    given = object_body(call)
    workflows = await call.services.messaging.workflows(call.environment.id)
    edit = edit_of(parsed(given, handles(call, workflows), ""))
    default = await call.services.preferences.of_environment(call.environment.id)

    def answer(written: Written) -> Answer:
        if written.recipient is None or not written.recipient.lives:
            return not_found(call, "user", place.id)
        return json_answer(rendered(written.recipient.preferences, default, workflows))

    return await call.write(place, edit, answer=answer)


async def inline_preferences(call: Call, given: object, field: str = "preferences") -> tuple[Edit, ...]:
    """The edit that stores these of a user who is there by then; none for null. Raises NotiflowsError."""
    patch = parsed_map(given, field)
    if not patch:
        return ()
    workflows = await call.services.messaging.workflows(call.environment.id)
    return (edit_of(parsed(patch, handles(call, workflows), field)),)


def operations(name: str, path: str, kinds: frozenset[Kind], whose: str) -> Iterator[Operation]:
    yield Operation(
        method="GET",
        path=path,
        name=f"{name}.retrieve",
        summary=f"Get {whose} preferences",
        handler=get,
        keys=kinds,
        response=shapes.Preferences,
    )
    yield Operation(
        method="PUT",
        path=path,
        name=f"{name}.update",
        summary=f"Change {whose} preferences",
        handler=put,
        keys=kinds,
        request=shapes.PreferencesPatch,
        response=shapes.Preferences,
    )


OPERATIONS = (
    *operations("users.preferences", "/admin/v1/users/{external_id}/preferences", ADMIN, "a user's"),
    *operations("user.preferences", "/user/v1/preferences", USER, "one's own"),
)
