"""Parses recipients of requests: ids, and descriptions that name a recipient and say more of it."""

from __future__ import annotations

from typing import Any

from addressee.api.call import Call
from addressee.dialects.suprsend.mapping.profile_edits import parse_profile
from addressee.dialects.suprsend.wire.errors import invalid
from addressee.dialects.suprsend.wire.places import parse_id, parse_type, user_at
from addressee.directory.documents import Id
from addressee.directory.edits.context import Revives
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write

OF_USERS = ("distinct_id",)
OF_OBJECTS = ("object_type", "id")


def parse_description(call: Call, given: Id | dict[str, Any], field: str) -> Write:
    """Returns the write that creates or changes the recipient that an entry names, as the entry describes it.

    A deleted recipient is created again if the entry says more than its id, and its history was erased. Raises
    SuprSendError or RefusedError.
    """
    place = parse_place(call, given, field)
    naming = OF_USERS if place.collection == USERS else OF_OBJECTS
    profile = {key: value for key, value in given.items() if key not in naming} if isinstance(given, dict) else {}
    edit = parse_profile(profile, Revives.ERASED if profile else Revives.NOBODY)
    return Write(place, (edit,), call.origin, path=field)


def parse_place(call: Call, given: Id | dict[str, Any], field: str) -> Place:
    """Returns the place that a user's id, or the description of a user or an object, names.

    Raises SuprSendError or RefusedError.
    """
    if not isinstance(given, dict):
        return user_at(call, given, field)
    if "object_type" in given:
        collection = parse_type(given["object_type"], f"{field}.object_type")
        return Place(call.environment.id, collection, parse_id(given.get("id"), f"{field}.id"))
    if "distinct_id" in given:
        return user_at(call, given["distinct_id"], f"{field}.distinct_id")
    raise invalid(field, f"{field} must be a distinct_id, or have one, or an object_type and an id.")
