"""Users within tenants: what their operations give (suprsend.md §2.2). They take what those of users do."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.suprsend.shapes import users


class TenantUser(users.User, frozen=True, kw_only=True):
    tenant_id: str


class NamedTenant(Struct, frozen=True):
    tenant_id: str
    tenant_name: str | None


class AssociatedTenant(Struct, frozen=True):
    tenant: NamedTenant
    properties: dict[str, Any]
    created_at: str
    updated_at: str


class AssociatedTenants(Struct, frozen=True):
    meta: users.Meta
    results: list[AssociatedTenant]
