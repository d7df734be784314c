"""Users within tenants: responses (suprsend.md §2.2). The requests are those of users."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct

from addressee.dialects.suprsend.shapes.pages import CursorPage
from addressee.dialects.suprsend.shapes.users import CHANNEL_KEYS, Addresses


class TenantUser(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=CHANNEL_KEYS):
    distinct_id: str
    tenant_id: str
    status: str
    properties: dict[str, Any]
    created_at: str
    updated_at: str
    sms: Addresses = UNSET
    email: Addresses = UNSET
    androidpush: Addresses = UNSET
    iospush: Addresses = UNSET
    webpush: Addresses = UNSET
    whatsapp: Addresses = UNSET
    slack: Addresses = UNSET
    ms_teams: Addresses = UNSET
    warnings: list[str] = []


class NamedTenant(Struct, frozen=True):
    tenant_id: str
    tenant_name: str | None


class AssociatedTenant(Struct, frozen=True):
    tenant: NamedTenant
    properties: dict[str, Any]
    created_at: str
    updated_at: str


class AssociatedTenants(CursorPage[AssociatedTenant], frozen=True):
    pass
