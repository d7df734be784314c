"""The keys of a user, an object or a tenant as clients send and read it (knock.md §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.recipient import Document

ATTRIBUTES = frozenset({"name", "email", "avatar", "phone_number", "timezone", "locale", "created_at"})

# Traits that are attributes where they are texts or null.
NAME_PARTS = frozenset({"first_name", "last_name"})

# Parts of a recipient that have routes of their own, and may be given inline too.
INLINE_PARTS = frozenset({"preferences", "channel_data"})

# Keys that are no traits. Clients send back what they read, the service's own keys among it.
NEVER_STORED = INLINE_PARTS | {"id", "collection", "__typename", "__cursor", "updated_at", "$trigger_data"}

# Keys that stand beside `properties` where traits are nested.
OUTSIDE = frozenset({*NEVER_STORED, "properties", "created_at"})

# Attributes that answers show as null where there is none.
ALWAYS_SHOWN = frozenset({"created_at"})


def is_attribute(name: str, value: object) -> bool:
    return name in ATTRIBUTES or (name in NAME_PARTS and (value is None or isinstance(value, str)))


def is_trait(name: str, value: object) -> bool:
    """Returns whether a key is a property that a Knock client can write. Answers show no others."""
    return name not in NEVER_STORED and not is_attribute(name, value)


def told_apart(given: Mapping[str, Any]) -> tuple[Document, Document]:
    """Returns a recipient's attributes, and its traits that are properties."""
    attributes, traits = {}, {}
    for name, value in given.items():
        if name in ATTRIBUTES or (name in NAME_PARTS and is_attribute(name, value)):
            attributes[name] = value
        elif name not in NEVER_STORED:
            traits[name] = value
    return attributes, traits


def flat(given: Document) -> Document:
    """Returns a recipient with its traits beside the other keys, where they are nested in `properties`."""
    properties = given.get("properties")
    if not isinstance(properties, dict) or given.keys() - OUTSIDE:
        return given
    beside = {name: value for name, value in given.items() if name != "properties"}
    return {**{name: value for name, value in properties.items() if name not in NEVER_STORED}, **beside}


def says_anything(given: Mapping[str, Any]) -> bool:
    """Returns whether a description of a recipient says more than its id."""
    return any(name not in NEVER_STORED for name in given) or any(given.get(name) for name in INLINE_PARTS)
