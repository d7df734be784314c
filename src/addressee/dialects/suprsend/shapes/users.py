"""Users: requests and responses (suprsend.md §2.1, §3.1)."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType, field

from addressee.dialects.suprsend.shapes.pages import CursorPage
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
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


class Address(Struct, frozen=True, kw_only=True):
    """An address of a channel, its secrets masked."""

    value: Any
    id_provider: str | UnsetType = UNSET
    bundle_id: str | UnsetType = UNSET
    device_id: str | UnsetType = UNSET
    status: Literal["active", "inactive"]
    perma_status: Literal["active", "disabled"]


# Channels stand under their names with a dollar sign in front.
CHANNEL_KEYS = {name: f"${name}" for name in KIND_OF}
Addresses: TypeAlias = list[Address] | UnsetType


class ProfileFields(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=CHANNEL_KEYS):
    """Fields that users and objects share. A channel without an active address is left out.

    Fields that are not keyword-only stand before those that are, so what a subclass adds comes first.
    """

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


class WarnedFields(ProfileFields, frozen=True, kw_only=True):
    warnings: list[str] = []


class InboxFields(ProfileFields, frozen=True, kw_only=True):
    inbox: Addresses = field(default=UNSET, name="$inbox")
    warnings: list[str] = []


class User(InboxFields, frozen=True):
    distinct_id: str
    status: str


class ListedUser(Struct, frozen=True):
    distinct_id: str
    properties: dict[str, Any]
    created_at: str
    updated_at: str


class Users(CursorPage[ListedUser], frozen=True):
    pass


class BulkDeleteUsers(Struct, frozen=True):
    distinct_ids: list[Id]


class MergeFrom(Struct, frozen=True):
    from_user_id: Id
