"""Objects (knock.md §2.2)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from addressee.api.shapes import Open
from addressee.dialects.knock.shapes.common import Ids, Rows
from addressee.dialects.knock.shapes.preferences import PreferenceSet


class ObjectInput(Open, kw_only=True):
    """Any further key is a property."""

    name: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    created_at: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET


class Object(Struct, kw_only=True):
    """`preferences` are there where they are asked for, `__cursor` in lists."""

    id: str
    collection: str
    properties: dict[str, Any]
    created_at: str | None
    updated_at: str
    typename: Literal["Object", "Tenant"] = field(name="__typename")
    cursor: str | UnsetType = field(name="__cursor", default=UNSET)
    preferences: dict[str, PreferenceSet] | UnsetType = UNSET


class BulkSetObjects(Struct, kw_only=True):
    objects: Rows


class BulkDeleteObjects(Struct, kw_only=True):
    object_ids: Ids
