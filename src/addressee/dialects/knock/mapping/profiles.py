"""What stands where in a user (or object, or tenant) as a client sends and reads it (knock.md §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.recipient import Document

ATTRIBUTES = frozenset({"name", "email", "avatar", "phone_number", "timezone", "locale", "created_at"})

# Traits that are attributes where they are texts or null.
NAME_PARTS = frozenset({"first_name", "last_name"})

# What may be given in the middle of a recipient, and has routes of its own.
INLINE_PARTS = frozenset({"preferences", "channel_data"})

# Keys that are no traits. Clients send back what they read, the service's own keys among it.
NEVER_STORED = INLINE_PARTS | {"id", "collection", "__typename", "__cursor", "updated_at", "$trigger_data"}

# What stands beside `properties` where traits are nested.
OUTSIDE = frozenset({*NEVER_STORED, "properties", "created_at"})

# Null where nothing was given.
ALWAYS_SHOWN = frozenset({"created_at"})


def is_attribute(name: str, value: object) -> bool:
    return name in ATTRIBUTES or (name in NAME_PARTS and isinstance(value, str | None))


def is_trait(name: str, value: object) -> bool:
    """Whether this is a property that a client could have written here: a view shows no others."""
    return name not in NEVER_STORED and not is_attribute(name, value)


def flat(given: Document) -> Document:
    """Returns a recipient with its traits beside the other keys, where they are nested in `properties`."""
    properties = given.get("properties")
    if not isinstance(properties, dict) or given.keys() - OUTSIDE:
        return given
    beside = {name: value for name, value in given.items() if name != "properties"}
    return {**{name: value for name, value in properties.items() if name not in NEVER_STORED}, **beside}


def says_anything(given: Mapping[str, Any]) -> bool:
    """Whether a description says more than whom it is about."""
    return any(name not in NEVER_STORED for name in given) or any(given.get(name) for name in INLINE_PARTS)
