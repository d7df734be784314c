"""Turns a user as a client sends one into an edit (knock.md §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.dialects.knock.mapping.preference_sets import stored_sets
from addressee.directory.access.environments import Settings
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

ATTRIBUTES = frozenset({"name", "email", "avatar", "phone_number", "timezone", "locale", "created_at"})

# Traits that are attributes where they are texts or null.
NAME_PARTS = frozenset({"first_name", "last_name"})

# Clients send back what they read; these are the service's own.
NEVER_STORED = frozenset(
    {"id", "collection", "__typename", "__cursor", "updated_at", "preferences", "channel_data", "$trigger_data"}
)

# What stands beside `properties` where traits are nested.
OUTSIDE = frozenset({*NEVER_STORED, "properties", "created_at"})

# Null where nothing was given.
ALWAYS_SHOWN = frozenset({"created_at"})


def is_attribute(name: str, value: object) -> bool:
    return name in ATTRIBUTES or (name in NAME_PARTS and isinstance(value, str | None))


def is_trait(name: str, value: object) -> bool:
    """Whether this is a property that a client could have written here: a view shows no others."""
    return name not in NEVER_STORED and not is_attribute(name, value)


def flat(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same for a recipient whose traits are nested in `properties`, as it was read in that shape."""
    properties = given.get("properties")
    if not isinstance(properties, dict) or given.keys() - OUTSIDE:
        return given
    beside = {name: value for name, value in given.items() if name != "properties"}
    return {**{name: value for name, value in properties.items() if name not in NEVER_STORED}, **beside}


def identify_edit(given: Mapping[str, Any], settings: Settings) -> Identify:
    """The edit that a flat user (or object, or tenant) stands for. Raises RefusedError."""
    return Identify(
        attributes={name: value for name, value in given.items() if is_attribute(name, value)},
        properties={name: value for name, value in given.items() if is_trait(name, value)},
        merge=settings.property_merge,
        always_shown=ALWAYS_SHOWN,
        properties_field="",
        channel_data=channel_data(given.get("channel_data")),
        preferences={} if given.get("preferences") is None else stored_sets(given["preferences"]),
    )


def channel_data(given: Any) -> Document:
    """Inline channel data: a channel's id with its data. Null changes nothing."""
    if given is None:
        return {}
    entries = checked_map("channel_data", given)
    for channel_id, data in entries.items():
        checked_map(f"channel_data.{channel_id}", data)
    return entries


def checked_map(field: str, given: Any) -> Document:
    if not isinstance(given, dict):
        raise RefusedError("type", field, f"{field} must be an object.")
    return given
