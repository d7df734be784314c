"""Messages: requests and responses (suprsend.md §2.7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from addressee.dialects.suprsend.shapes.pages import CursorPage
from addressee.dialects.suprsend.wire.errors import Error

MAX_UPDATES = 1000


class UserRecipient(Struct, frozen=True, tag_field="$type", tag="user"):
    """`distinct_id` is null for somebody who was described for one trigger only."""

    distinct_id: str | None


class ObjectRecipient(Struct, frozen=True, tag_field="$type", tag="object"):
    object_type: str
    id: str


class MessageWorkflow(Struct, frozen=True):
    slug: str
    version_id: str
    name: str | None
    node_ref: str


class MessageTemplate(Struct, frozen=True):
    name: str | None
    slug: str | None
    version_no: int | None


class Vendor(Struct, frozen=True):
    name: str
    nickname: str | None


class Message(Struct, frozen=True, kw_only=True):
    """`triggered_at` is when it was handed on: to its provider, or to the inbox."""

    message_id: str
    status: str
    channel: str
    channel_identity: dict[str, str | list[str] | None]
    category: str | None
    recipient: UserRecipient | ObjectRecipient
    tenant_id: str | None
    idempotency_key: str | None
    is_campaign: bool
    is_read: bool
    is_archived: bool
    failure_reason: str | None
    workflow: MessageWorkflow
    template: MessageTemplate
    vendor: Vendor
    execution_id: str
    parent_execution_id: str | None
    parent_entity_id: str | None
    parent_entity_type: str | None
    created_at: str
    updated_at: str
    triggered_at: str | None
    delivered_at: str | None
    seen_at: str | None
    clicked_at: str | None
    dismissed_at: str | None
    read_at: str | None
    unread_at: str | None
    archived_at: str | None
    unarchived_at: str | None


class Messages(CursorPage[Message], frozen=True):
    pass


class Update(Struct, frozen=True):
    message_id: Annotated[str, Meta(min_length=1)]
    action: str


class Updates(Struct, frozen=True):
    messages: Annotated[list[Update], Meta(min_length=1, max_length=MAX_UPDATES)]


class Updated(Struct, frozen=True):
    message_id: str
    status_code: int
    error: Error | None


class UpdateRecords(Struct, frozen=True):
    records: list[Updated]
