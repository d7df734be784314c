"""Users (knock.md §2.1, §4)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from addressee.api.shapes import Open
from addressee.directory.documents import Id


class UserInput(Open, kw_only=True):
    """Any further key is a trait."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    phone_number: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    created_at: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET


class User(Open, kw_only=True):
    """Traits stand beside these keys or, in the nested shape, in `properties`."""

    typename: Literal["User"] = field(name="__typename")
    id: str
    updated_at: str
    created_at: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET


class OlderUser(Struct, kw_only=True):
    id: Id
    properties: dict[str, Any] = {}


class MergeFrom(Struct, kw_only=True):
    from_user_id: Id
