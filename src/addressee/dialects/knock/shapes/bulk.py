"""Bulk calls on users, and the outcome of any bulk call (knock.md §3.5)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from addressee.dialects.knock.shapes.common import MAX_ROWS, Ids, Rows, Typed
from addressee.dialects.knock.shapes.users import OlderUser


class BulkIdentify(Struct, kw_only=True):
    users: Rows


class OlderBulkIdentify(Struct, kw_only=True):
    batch: Annotated[list[OlderUser], Meta(max_length=MAX_ROWS)]


class BulkDelete(Struct, kw_only=True):
    user_ids: Ids


class ErrorItem(Struct, kw_only=True):
    """`message` says why the row was refused. Users have no `collection`."""

    id: str
    collection: str | UnsetType = UNSET
    message: str


class BulkOperation(Typed, kw_only=True):
    id: str
    name: str
    status: Literal["processing", "completed", "failed"]
    estimated_total_rows: int
    processed_rows: int
    success_count: int
    error_count: int
    error_items: list[ErrorItem]
    inserted_at: str
    updated_at: str
    started_at: str
    completed_at: str | None
    failed_at: str | None
    progress_path: str
