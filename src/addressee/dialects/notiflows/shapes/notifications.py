"""Notifications and deliveries: what their operations give (notiflows.md §2)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from addressee.dialects.notiflows.shapes.paging import Page
from addressee.dialects.notiflows.shapes.users import User


class Delivery(Struct, frozen=True, kw_only=True):
    """`data` is what was said, `provider_status` how far it has come in our words, `failure_reason` why not further."""

    id: str
    notification_id: str
    notiflow_id: str
    notiflow_handle: str
    channel_id: str
    channel_type: Literal["in_app", "email", "sms", "chat", "web_push", "mobile_push"]
    provider: str
    status: Literal["pending", "sent", "failed"]
    provider_status: str
    failure_reason: str | None
    recipient: User
    recipient_id: str
    actor: User | None
    actor_id: str | None
    topic: str | None
    data: dict[str, Any] | None
    sent_at: str | None
    seen_at: str | None
    read_at: str | None
    clicked_at: str | None
    archived_at: str | None
    created_at: str
    updated_at: str


class Deliveries(Struct, frozen=True):
    items: list[Delivery]
    page: Page


class Notification(Struct, frozen=True, kw_only=True):
    """`failure_reason` is recipient_deleted or cancelled. `deliveries` are null in lists that do not expand them."""

    id: str
    notiflow_id: str
    notiflow_handle: str
    notiflow_run_id: str
    status: Literal["pending", "processing", "processed", "failed"]
    failure_reason: str | None
    recipient: User
    recipient_id: str
    actor: User | None
    actor_id: str | None
    topic: str | None
    data: dict[str, Any]
    deliveries: list[Delivery] | None
    processed_at: str | None
    created_at: str
    updated_at: str


class Notifications(Struct, frozen=True):
    items: list[Notification]
    page: Page
