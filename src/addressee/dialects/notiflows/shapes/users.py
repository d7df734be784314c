"""Users: what their operations take and give (notiflows.md §2, §3.1)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.notiflows.shapes.paging import Page


class User(Struct, frozen=True, kw_only=True):
    """`id` is ours, `external_id` the caller's."""

    id: str
    external_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    avatar: str | None
    locale: str | None
    timezone: str | None
    name: str | None
    custom_fields: dict[str, Any]
    created_at: str
    updated_at: str


class Users(Struct, frozen=True):
    items: list[User]
    page: Page


class Profile(Struct, frozen=True, kw_only=True):
    """What is not given stays, null takes it away. Custom fields are laid over by a JSON merge patch (RFC 7396)."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    avatar: str | None = None
    locale: str | None = None
    timezone: str | None = None
    name: str | None = None
    custom_fields: dict[str, Any] | None = None


class ChannelSetting(Struct, frozen=True):
    channel_id: str
    settings: dict[str, Any]


class UserUpsert(Profile, frozen=True, kw_only=True):
    external_id: str | None = None
    channel_settings: list[ChannelSetting] | None = None
    preferences: dict[str, Any] | None = None


class MergeFrom(Struct, frozen=True):
    from_external_id: str
