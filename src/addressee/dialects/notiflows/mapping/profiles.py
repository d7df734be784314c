"""Parses users, given in a call of their own or within a run, into edits (notiflows.md §3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from addressee.dialects.notiflows.mapping.rendering import ATTRIBUTES
from addressee.dialects.notiflows.shapes.users import User
from addressee.dialects.notiflows.wire.errors import Field, field_of, refused
from addressee.directory.documents import Bounds, Merge, below, check_value, same
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.formats import check_format
from addressee.directory.recipient import Place

CUSTOM_FIELDS = "custom_fields"
MAX_DEPTH = 20
MAX_BYTES = 65_536

# Attributes that answers show also when they were never given: as null, or derived from others.
ALWAYS_SHOWN = frozenset(ATTRIBUTES.values())

# Other names of fields, from the vendor's concept pages (§4.4). Where both are given, the field's own name counts.
ALIASES = {"phone": "phone_number", CUSTOM_FIELDS: "properties"}

# Keys of a user that are read elsewhere, or ignored: clients send back a user as they have read it.
BESIDE = frozenset({"id", "external_id", "created_at", "updated_at", "channel_settings", "preferences"})
TAKEN = frozenset({*ATTRIBUTES, CUSTOM_FIELDS, *ALIASES.values(), *BESIDE})

# How many keys a notice names at most.
MOST_NAMED = 20


def unknown_keys_of(users: Iterable[tuple[Place, Mapping[str, Any]]]) -> list[tuple[Place, list[str]]]:
    """Returns notices of keys that no user has, by the user given with them; their values are not stored."""
    return [(place, messages) for place, given in users if (messages := unknown_keys(given))]


def unknown_keys(given: Mapping[str, Any]) -> list[str]:
    names = [name for name in given if name not in TAKEN][:MOST_NAMED]
    return [f"{name} is no key of a user, and was not stored; put it into {CUSTOM_FIELDS}." for name in names]


def parse_user(given: Mapping[str, Any], path: str, revives: Revives) -> Identify:
    """Returns the edit that stores a user, without its channel settings and preferences.

    `path` is where in the body the user stands. Raises NotiflowsError, which names every field that is wrong.
    """
    check_none(wrong_fields(given, path))
    return edit_of(given, path, revives)


def edit_of(given: Mapping[str, Any], path: str = "", revives: Revives = Revives.ANYBODY) -> Identify:
    found = spellings(given)
    custom_fields = found.pop(CUSTOM_FIELDS, None)
    return Identify(
        attributes={ATTRIBUTES[name]: given[spelled] for name, spelled in found.items()},
        properties={} if custom_fields is None else given[custom_fields],
        merge=Merge.PATCH,
        bounds=bounds(below(path, CUSTOM_FIELDS)),
        revives=revives,
        always_shown=ALWAYS_SHOWN,
    )


def spellings(given: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are given, each with the name under which the client gives it."""
    names = ((name, name if name in given else ALIASES.get(name, name)) for name in (*ATTRIBUTES, CUSTOM_FIELDS))
    return {name: spelled for name, spelled in names if spelled in given}


def wrong_fields(given: Mapping[str, Any], path: str = "") -> dict[str, Field]:
    """Returns what is wrong, by field."""
    wrong = {}
    for name, spelled in spellings(given).items():
        field = below(path, spelled)
        try:
            if name == CUSTOM_FIELDS:
                check_custom_fields(given[spelled], field)
            else:
                check_format(ATTRIBUTES[name], given[spelled], field)
        except RefusedError as refusal:
            wrong[name] = field_of(refusal)
    return wrong


def check_none(wrong: Mapping[str, Field]) -> None:
    """Raises NotiflowsError if a field is wrong."""
    if wrong:
        raise refused(list(wrong.values()))


def is_unchanged(given: Mapping[str, Any], name: str, shown: User) -> bool:
    """Returns whether a field is given as a user showed it when it was read."""
    return same(given[spellings(given)[name]], getattr(shown, name))


def check_custom_fields(value: object, field: str) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        raise RefusedError("type", field, f"{field} must be an object, or null to take all away.")
    check_value(value, field)
    bounds(field).check(value)


def bounds(field: str) -> Bounds:
    return Bounds(field, MAX_DEPTH, MAX_BYTES)
