"""Turns a user as a client sends one into an edit (knock.md §3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.dialects.knock.preference_sets import stored_sets
from addressee.directory.edits import Identify
from addressee.directory.environments import Settings
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

ATTRIBUTES = frozenset({"name", "email", "avatar", "phone_number", "timezone", "locale", "created_at"})

# Clients send back what they read; these are the service's own.
NEVER_STORED = frozenset({"id", "__typename", "__cursor", "updated_at", "preferences", "channel_data", "$trigger_data"})


def identify_edit(given: Mapping[str, Any], settings: Settings) -> Identify:
    """The edit that a flat user (or object, or tenant) stands for. Raises RefusedError."""
    return Identify(
        attributes={name: value for name, value in given.items() if name in ATTRIBUTES},
        properties={
            name: value
            for name, value in given.items()
            if name not in ATTRIBUTES and name not in NEVER_STORED and name != "collection"
        },
        merge=settings.property_merge,
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
