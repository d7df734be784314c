"""Tenants (knock.md §2.2, §3.6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.api.shapes import Open
from addressee.dialects.knock.shapes.common import MAX_ROWS
from addressee.dialects.knock.shapes.preferences import PreferenceSet
from addressee.directory.documents import Id


class Branding(Struct, kw_only=True):
    primary_color: str | UnsetType | None = UNSET
    primary_color_contrast: str | UnsetType | None = UNSET
    logo_url: str | UnsetType | None = UNSET
    icon_url: str | UnsetType | None = UNSET
    dark_primary_color: str | UnsetType | None = UNSET
    dark_primary_color_contrast: str | UnsetType | None = UNSET
    dark_logo_url: str | UnsetType | None = UNSET
    dark_icon_url: str | UnsetType | None = UNSET


class TenantSettings(Struct, kw_only=True):
    branding: Branding | UnsetType | None = UNSET
    preference_set: dict[str, Any] | UnsetType | None = UNSET


class TenantInput(Open, kw_only=True):
    """Any further key is a property."""

    name: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET
    settings: TenantSettings | UnsetType | None = UNSET


class StoredSettings(Struct, kw_only=True):
    branding: dict[str, Any] | None
    preference_set: PreferenceSet | None


class Tenant(Open, kw_only=True):
    """Properties stand beside these keys."""

    typename: Literal["Tenant"] = field(name="__typename")
    id: str
    settings: StoredSettings
    created_at: str | None
    updated_at: str
    name: str | UnsetType | None = UNSET


class BulkSetTenants(Struct, kw_only=True):
    """A bare id creates an empty tenant."""

    tenants: Annotated[list[Id | dict[str, Any]], Meta(max_length=MAX_ROWS)]
