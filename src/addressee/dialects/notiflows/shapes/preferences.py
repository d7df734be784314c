"""What is said about preferences (notiflows.md §2, §3.1)."""

from __future__ import annotations

from msgspec import Struct


class TypesPatch(Struct):
    """Whether messages are wanted, by the type of their channel; null: as by default."""

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
    """What is not said stays. `notiflows` are by handle; null: as by default."""

    channel_types: TypesPatch | None = None
    notiflows: dict[str, NotiflowPatch | None] | None = None


class ChannelTypes(Struct):
    email: bool
    sms: bool
    in_app: bool
    mobile_push: bool
    web_push: bool
    chat: bool


class NotiflowPreferences(Struct):
    """`channel_types` holds those only that are chosen. `name` is null for a notiflow that there is not."""

    name: str | None
    enabled: bool
    channel_types: dict[str, bool]


class Preferences(Struct):
    """`notiflows` are by handle: those that are shown to everybody, and those that something is chosen about."""

    channel_types: ChannelTypes
    notiflows: dict[str, NotiflowPreferences]
