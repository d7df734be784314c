"""Preferences: requests and responses (suprsend.md §2.1, §2.8, §2.9, §5.2)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from addressee.dialects.suprsend.shapes.pages import OffsetPage
from addressee.directory.documents import Id

OptInOrOut = Literal["opt_in", "opt_out"]
Default = Literal["opt_in", "opt_out", "cant_unsubscribe"]


class ChannelPreference(Struct, frozen=True):
    channel: str
    is_restricted: bool


class ChannelPreferences(Struct, frozen=True):
    channel_preferences: list[ChannelPreference]


class CategoryChoice(Struct, frozen=True):
    """Channels that are not named in `opt_out_channels`, or are in `opt_in_channels`, are opted in."""

    preference: OptInOrOut | None = None
    opt_out_channels: list[str] | None = None
    opt_in_channels: list[str] | None = None
    digest_schedule: Any = UNSET
    properties: Any = UNSET


class NamedCategoryChoice(CategoryChoice, frozen=True, kw_only=True):
    category: str


class PreferenceChanges(Struct, frozen=True, kw_only=True):
    """`quiet_hours` are ours; null removes the recipient's own."""

    channel_preferences: list[ChannelPreference] | None = None
    categories: list[NamedCategoryChoice] | None = None
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET


class BulkPreferenceChanges(PreferenceChanges, frozen=True, kw_only=True):
    distinct_ids: list[Id]


class BulkPreferenceReset(Struct, frozen=True):
    distinct_ids: list[Id]
    reset_channel_preferences: bool = False
    reset_categories: bool = False


class Success(Struct, frozen=True):
    success: bool


class CategoryChannel(Struct, frozen=True):
    channel: str
    preference: OptInOrOut
    is_editable: bool


class Category(Struct, frozen=True):
    """`digest_schedule` and `properties` are those that were stored, if any."""

    name: str
    category: str
    description: str | None
    original_preference: Default
    preference: OptInOrOut
    is_editable: bool
    channels: list[CategoryChannel]
    tags: list[str] | None
    effective_tags: list[str] | None
    digest_schedule: Any = UNSET
    properties: Any = UNSET


class Section(Struct, frozen=True):
    name: str | None
    slug: str | None
    description: str | None
    tags: list[str] | None
    subcategories: list[Category]


class FullPreference(Struct, frozen=True):
    """`quiet_hours` are those that apply, left out where there are none."""

    sections: list[Section]
    channel_preferences: list[ChannelPreference]
    quiet_hours: dict[str, Any] | UnsetType = UNSET


class Categories(OffsetPage[Category], frozen=True):
    pass


class TenantCategoryChanges(Struct, frozen=True):
    """Changes to a tenant's policy for a category; a field that is null follows the category."""

    enabled_for_tenant: bool | UnsetType | None = UNSET
    visible_to_subscriber: bool | UnsetType | None = UNSET
    preference: Default | UnsetType | None = UNSET
    mandatory_channels: list[str] | UnsetType | None = UNSET
    opt_in_channels: list[str] | UnsetType | None = UNSET
    blocked_channels: list[str] | UnsetType | None = UNSET
    digest_schedule: Any = UNSET
    properties: Any = UNSET


class TenantCategory(Struct, frozen=True):
    """A tenant's policy for a category; fields that the tenant does not set are null.

    `digest_schedule` and `properties` are those stored, if any.
    """

    name: str
    category: str
    description: str | None
    tags: list[str] | None
    effective_tags: list[str] | None
    root_category: Literal["system", "transactional", "promotional"]
    default_preference: Default
    default_mandatory_channels: list[str]
    default_opt_in_channels: list[str] | None
    enabled_for_tenant: bool
    visible_to_subscriber: bool
    preference: Default | None
    mandatory_channels: list[str] | None
    opt_in_channels: list[str] | None
    blocked_channels: list[str]
    updated_at: str | None
    digest_schedule: Any = UNSET
    properties: Any = UNSET


class TenantCategories(OffsetPage[TenantCategory], frozen=True):
    pass
