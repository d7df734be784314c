"""Preference sets (knock.md §2.0, §3.6)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from addressee.dialects.knock.shapes.common import Ids


class PreferenceSetInput(Struct, kw_only=True):
    """Parts that are null are not set."""

    persistence_strategy: Literal["merge", "replace"] | None = field(name="__persistence_strategy__", default=None)
    categories: dict[str, Any] | None = None
    workflows: dict[str, Any] | None = None
    channel_types: dict[str, Any] | None = None
    channels: dict[str, Any] | None = None
    commercial_subscribed: bool | dict[str, Any] | None = None
    quiet_hours: dict[str, Any] | None = None


class PreferenceSet(Struct, kw_only=True):
    """Parts that are not set are null; quiet hours, which Knock does not have, are left out."""

    id: str
    categories: dict[str, Any] | None
    workflows: dict[str, Any] | None
    channel_types: dict[str, Any] | None
    channels: dict[str, Any] | None
    commercial_subscribed: bool | dict[str, Any] | None
    quiet_hours: dict[str, Any] | UnsetType = UNSET


class BulkPreferences(Struct, kw_only=True):
    """`preferences` is a preference set with its id, which is `default` when it is not given."""

    user_ids: Ids
    preferences: dict[str, Any]


class PreferenceEntries(Struct, kw_only=True):
    """The entries of one section of a preference set."""


class PreferenceEntry(Struct, kw_only=True):
    """True or false as `subscribed`, or the parts of a scope."""

    subscribed: bool | UnsetType = UNSET
    channel_types: dict[str, Any] | None = None
    channels: dict[str, Any] | None = None
    conditions: list[Any] | None = None


class Subscribed(Struct, kw_only=True):
    subscribed: bool
