"""Requests and responses of users (notiflows.md §2, §3.1)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.notiflows.shapes.channel_settings import InlineChannelSettings
from addressee.dialects.notiflows.shapes.paging import Page
from addressee.dialects.notiflows.shapes.preferences import PreferencesPatch
from addressee.directory.documents import Id


class User(Struct, frozen=True, kw_only=True):
    """`id` is made by Addressee, `external_id` by the caller."""

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


class UserUpsert(Struct, frozen=True, kw_only=True):
    """Fields that are not given stay, null removes one. Custom fields are changed by a JSON merge patch (RFC 7396).

    `external_id` is the one of the path. `properties` is another name for `custom_fields`, `phone_number` for `phone`.
    """

    external_id: Id | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    avatar: str | None = None
    locale: str | None = None
    timezone: str | None = None
    name: str | None = None
    custom_fields: dict[str, Any] | None = None
    channel_settings: list[InlineChannelSettings] | None = None
    preferences: PreferencesPatch | None = None


class MergeFrom(Struct, frozen=True):
    from_external_id: Id
