"""Request bodies, and the documented form of answers (knock.md §2.0).

Requests are decoded into these types; answers are rendered by `rendering`, and described by these types in the
OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

MAX_ROWS = 1000
MAX_BATCH_CONTENTS = 25
MAX_METADATA_PAIRS = 5

Rows = Annotated[list[dict[str, Any]], Meta(max_length=MAX_ROWS)]
Ids = Annotated[list[str], Meta(max_length=MAX_ROWS)]
Named = Annotated[str, Meta(min_length=1, max_length=256)]


class UserInput(Struct, kw_only=True):
    """Any further key is a trait."""

    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    avatar: str | UnsetType | None = UNSET
    phone_number: str | UnsetType | None = UNSET
    timezone: str | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    created_at: str | UnsetType | None = UNSET
    preferences: dict[str, Any] | UnsetType | None = UNSET
    channel_data: dict[str, Any] | UnsetType | None = UNSET


class User(Struct, kw_only=True):
    """Traits stand beside these keys."""

    typename: str = field(name="__typename")
    id: str
    updated_at: str
    created_at: str | None
    name: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET


class PageInfo(Struct, kw_only=True):
    typename: str = field(name="__typename")
    page_size: int
    after: str | None
    before: str | None


class Users(Struct, kw_only=True):
    entries: list[User]
    page_info: PageInfo


class BulkIdentify(Struct, kw_only=True):
    users: Rows


class OlderUser(Struct, kw_only=True):
    id: str
    properties: dict[str, Any] = {}


class OlderBulkIdentify(Struct, kw_only=True):
    batch: Annotated[list[OlderUser], Meta(max_length=MAX_ROWS)]


class BulkDelete(Struct, kw_only=True):
    user_ids: Ids


class ErrorItem(Struct, kw_only=True, omit_defaults=True):
    id: str
    collection: str | None = None


class BulkOperation(Struct, kw_only=True):
    typename: str = field(name="__typename", default="BulkOperation")
    id: str
    name: str
    status: str
    estimated_total_rows: int
    processed_rows: int
    success_count: int
    error_count: int
    error_items: list[ErrorItem]
    inserted_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    failed_at: str | None
    progress_path: str


class TriggerSettings(Struct, kw_only=True):
    sandbox_mode: bool = False
    skip_delay: bool = False


class Trigger(Struct, kw_only=True):
    recipients: Annotated[list[str | dict[str, Any]], Meta(min_length=1, max_length=MAX_ROWS)]
    actor: str | dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    tenant: str | dict[str, Any] | None = None
    cancellation_key: Named | None = None
    settings: TriggerSettings | None = None


class Triggered(Struct, kw_only=True):
    workflow_run_id: str


class Cancel(Struct, kw_only=True):
    cancellation_key: Named
    recipients: Annotated[list[str | dict[str, Any]], Meta(max_length=MAX_ROWS)] | None = None


class Messages(Struct, kw_only=True):
    message_ids: Ids


class Interaction(Struct, kw_only=True):
    metadata: Annotated[dict[str, Any], Meta(max_length=MAX_METADATA_PAIRS)] | None = None


class MessagesInteraction(Struct, kw_only=True):
    message_ids: Ids
    metadata: Annotated[dict[str, Any], Meta(max_length=MAX_METADATA_PAIRS)] | None = None
