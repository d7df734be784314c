"""Messages: what their operations take and give (suprsend.md §2.7)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.dialects.suprsend.shapes import users

MAX_UPDATES = 1000


class Message(Struct, frozen=True, kw_only=True):
    message_id: str
    status: str
    channel: str
    category: str | None
    recipient: dict[str, Any]
    is_read: bool
    is_archived: bool
    created_at: str
    updated_at: str


class Messages(Struct, frozen=True):
    """Each with more keys than these."""

    meta: users.Meta
    results: list[Message]


class Update(Struct, frozen=True):
    message_id: Annotated[str, Meta(min_length=1)]
    action: str


class Updates(Struct, frozen=True):
    messages: Annotated[list[Update], Meta(min_length=1, max_length=MAX_UPDATES)]


class UpdateError(Struct, frozen=True):
    type: str
    message: str


class Updated(Struct, frozen=True):
    message_id: str
    status_code: int
    error: UpdateError | None


class UpdateRecords(Struct, frozen=True):
    records: list[Updated]
