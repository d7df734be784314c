"""Users within tenants: responses (suprsend.md §2.2). The requests are those of users."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from addressee.dialects.suprsend.shapes.pages import CursorPage
from addressee.dialects.suprsend.shapes.users import WarnedFields


class TenantUser(WarnedFields, frozen=True):
    distinct_id: str
    tenant_id: str
    status: str


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
