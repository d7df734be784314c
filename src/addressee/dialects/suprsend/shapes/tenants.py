"""Tenants, and brands as they were called before: requests and responses (suprsend.md §2.7, §2.8)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from addressee.dialects.suprsend.shapes.pages import OffsetPage


class TenantFields(Struct, frozen=True, kw_only=True):
    """Changes to a tenant: an absent field stays, a link that is an empty text is removed, one that is null stays."""

    logo: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    blocked_channels: list[str] | UnsetType | None = UNSET
    embedded_preference_url: str | UnsetType | None = UNSET
    primary_color: str | UnsetType | None = UNSET
    secondary_color: str | UnsetType | None = UNSET
    tertiary_color: str | UnsetType | None = UNSET
    social_links: dict[str, str | None] | None = None
    properties: dict[str, Any] | None = None


class TenantInput(TenantFields, frozen=True, kw_only=True):
    """A tenant that is new needs a name."""

    name: str | None = field(default=None, name="tenant_name")


class BrandInput(TenantFields, frozen=True, kw_only=True):
    name: str | None = field(default=None, name="brand_name")


class TenantProfile(Struct, frozen=True, kw_only=True):
    """Fields that tenants and brands share. Those of a subclass come first, as they are not keyword-only."""

    timezone: str | None
    logo: str | None
    primary_color: str | None
    secondary_color: str | None
    tertiary_color: str | None
    embedded_preference_url: str | None
    hosted_preference_domain: str | None
    social_links: dict[str, str]
    blocked_channels: list[str]
    properties: dict[str, Any]
    updated_at: str | None


class Tenant(TenantProfile, frozen=True):
    tenant_id: str
    tenant_name: str | None


class Brand(TenantProfile, frozen=True):
    brand_id: str
    brand_name: str | None


class Tenants(OffsetPage[Tenant], frozen=True):
    pass


class Brands(OffsetPage[Brand], frozen=True):
    pass
