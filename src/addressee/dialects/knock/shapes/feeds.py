"""In-app feeds (knock.md §3.10)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from addressee.dialects.knock.shapes.common import Entity, Entries, Typed
from addressee.dialects.knock.shapes.messages import Activity, Block


class Workflow(Typed, kw_only=True):
    """The workflow that made an item."""

    key: str
    version_id: str
    categories: list[str]


class FeedItem(Typed, kw_only=True):
    """The compact form has no activities, and one actor at most."""

    cursor: str = field(name="__cursor")
    id: str
    blocks: list[Block]
    actors: list[Entity]
    total_actors: int
    data: dict[str, Any]
    source: Workflow
    tenant: str | None
    seen_at: str | None
    read_at: str | None
    interacted_at: str | None
    link_clicked_at: str | None
    clicked_at: str | None
    archived_at: str | None
    inserted_at: str
    updated_at: str
    activities: list[Activity] | UnsetType = UNSET
    total_activities: int | UnsetType = UNSET


class FeedMetadata(Typed, kw_only=True):
    total_count: int
    unread_count: int
    unseen_count: int


class Feed(Entries[FeedItem], kw_only=True):
    """`vars` are the environment's public variables. What `exclude` names is left out of all this."""

    meta: FeedMetadata
    vars: dict[str, Any]


class FeedFeatures(Struct, kw_only=True):
    branding_required: bool


class FeedSettings(Struct, kw_only=True):
    features: FeedFeatures
