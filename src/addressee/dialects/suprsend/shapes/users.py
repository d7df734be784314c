"""Users: what their operations take and give (suprsend.md §2.1, §3.1)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from addressee.directory.documents import Id


class Profile(Struct, frozen=True):
    """Channels (a value or a list of values) under their `$` keys, reserved keys, and any other key as a property."""

    email: str | list[str] | None = field(default=None, name="$email")
    timezone: str | None = field(default=None, name="$timezone")


class Operations(Struct, frozen=True):
    operations: list[dict[str, Any]]


class EditEnvelope(Struct, frozen=True):
    """One edit as SDKs post it; `/event/` takes one, or a list of up to 400. `$time` is taken and not used."""

    distinct_id: Id
    operations: list[dict[str, Any]] = field(name="$user_operations")
    insert_id: str | None = field(default=None, name="$insert_id")
    time: Any = field(default=None, name="$time")
    env: str | None = None
    tenant_id: Id | None = None


class User(Struct, frozen=True):
    distinct_id: str
    properties: dict[str, Any]
    created_at: str
    updated_at: str
    status: str
    warnings: list[str] = []


class Meta(Struct, frozen=True):
    count: int
    limit: int
    has_prev: bool
    before: str | None
    has_next: bool
    after: str | None


class ListedUser(Struct, frozen=True):
    distinct_id: str
    properties: dict[str, Any]
    created_at: str
    updated_at: str


class Users(Struct, frozen=True):
    meta: Meta
    results: list[ListedUser]


class BulkDeleteUsers(Struct, frozen=True):
    distinct_ids: list[Id]


class MergeFrom(Struct, frozen=True):
    from_user_id: Id
