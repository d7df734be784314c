"""Preferences of users (notiflows.md §2, §3.1 A8 and A9, §3.3 C4 and C5)."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.api.call import Call
from addressee.api.requests.bodies import object_body
from addressee.api.routes import Routes
from addressee.dialects.notiflows.mapping.preference_sets import edit_of, parse_map, parse_patch, rendered
from addressee.dialects.notiflows.shapes import preferences as shapes
from addressee.dialects.notiflows.wire.authentication import ADMIN, USER
from addressee.dialects.notiflows.wire.errors import not_found
from addressee.dialects.notiflows.wire.places import handles, require_subject, subject_place
from addressee.directory.edits.recipients import Edit
from addressee.directory.writing.writes import Written

OF_USER = "/admin/v1/users/{external_id}/preferences"
OWN = "/user/v1/preferences"

routes = Routes(keys=ADMIN)


@routes.get(OF_USER, "users.preferences.retrieve", response=shapes.Preferences)
@routes.get(
    OWN, "user.preferences.retrieve", keys=USER, summary="Get one's own preferences", response=shapes.Preferences
)
async def get(call: Call) -> shapes.Preferences:
    """Get a user's preferences."""
    user = await require_subject(call)
    workflows = await call.services.messaging.workflows.list(call.environment.id)
    default = await call.services.preferences.of_environment(call.environment.id)
    return rendered(user.preferences, default, workflows)


@routes.put(OF_USER, "users.preferences.update", request=shapes.PreferencesPatch, response=shapes.Preferences)
@routes.put(
    OWN,
    "user.preferences.update",
    keys=USER,
    summary="Change one's own preferences",
    request=shapes.PreferencesPatch,
    response=shapes.Preferences,
)
async def put(call: Call) -> shapes.Preferences | Answer:
    """Change a user's preferences."""
    place = subject_place(call)
    given = object_body(call)
    workflows = await call.services.messaging.workflows.list(call.environment.id)
    edit = edit_of(parse_patch(given, handles(call, workflows), ""))
    default = await call.services.preferences.of_environment(call.environment.id)

    def answer(written: Written) -> shapes.Preferences | Answer:
        user = written.living
        if user is None:
            return not_found(call, "user", place.id)
        return rendered(user.preferences, default, workflows)

    return await call.write(place, edit, answer=answer)


async def parse_inline_preferences(call: Call, given: object) -> tuple[Edit, ...]:
    """The edit that stores the preferences given with a user; none for null. Raises NotiflowsError."""
    patch = parse_map(given, "preferences")
    if not patch:
        return ()
    workflows = await call.services.messaging.workflows.list(call.environment.id)
    return (edit_of(parse_patch(patch, handles(call, workflows), "preferences")),)
