"""Tenants, and brands as they were called before: what their operations take and give (suprsend.md §2.7, §2.8)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from addressee.dialects.suprsend.shapes.lists import OffsetMeta


class TenantFields(Struct, frozen=True, kw_only=True):
    """What is absent stays as it is. A link that is an empty text is removed, one that is null stays."""

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

    tenant_name: str | None = None


class BrandInput(TenantFields, frozen=True, kw_only=True):
    brand_name: str | None = None


class Described(Struct, frozen=True, kw_only=True):
    logo: str | None
    timezone: str | None
    blocked_channels: list[str]
    embedded_preference_url: str | None
    hosted_preference_domain: str | None
    primary_color: str | None
    secondary_color: str | None
    tertiary_color: str | None
    social_links: dict[str, str]
    properties: dict[str, Any]
    updated_at: str | None


class Tenant(Described, frozen=True, kw_only=True):
    tenant_id: str
    tenant_name: str | None


class Brand(Described, frozen=True, kw_only=True):
    brand_id: str
    brand_name: str | None


class Tenants(Struct, frozen=True):
    meta: OffsetMeta
    results: list[Tenant]


class Brands(Struct, frozen=True):
    meta: OffsetMeta
    results: list[Brand]
