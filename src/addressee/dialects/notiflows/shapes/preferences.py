"""Requests and responses of preferences (notiflows.md §2, §3.1)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class TypesPatch(Struct):
    """Preferences by the type of channel: whether messages are wanted; null resets one to the default."""

    email: bool | None = None
    sms: bool | None = None
    in_app: bool | None = None
    mobile_push: bool | None = None
    web_push: bool | None = None
    chat: bool | None = None


class NotiflowPatch(Struct):
    enabled: bool | None = None
    channel_types: TypesPatch | None = None


class PreferencesPatch(Struct):
    """Parts that are not given stay as they are. `notiflows` are by handle; null resets one to the default.

    `quiet_hours` are ours; null removes the user's own.
    """

    channel_types: TypesPatch | None = None
    notiflows: dict[str, NotiflowPatch | None] | None = None
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET


class ChannelTypes(Struct):
    email: bool
    sms: bool
    in_app: bool
    mobile_push: bool
    web_push: bool
    chat: bool


class NotiflowPreferences(Struct):
    """`channel_types` are those with a choice. `name` is null for a notiflow that does not exist."""

    name: str | None
    enabled: bool
    channel_types: dict[str, bool]


class Preferences(Struct):
    """`notiflows` are by handle: those that are shown to all users, and those with a choice. `quiet_hours` are left out
    where there are none.
    """

    channel_types: ChannelTypes
    notiflows: dict[str, NotiflowPreferences]
    quiet_hours: dict[str, Any] | UnsetType = UNSET
