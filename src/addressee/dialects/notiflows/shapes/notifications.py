"""Responses of notifications and deliveries (notiflows.md §2)."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from addressee.dialects.notiflows.shapes.paging import Page
from addressee.dialects.notiflows.shapes.users import User

ChannelTypeName: TypeAlias = Literal["in_app", "email", "sms", "chat", "web_push", "mobile_push"]
DeliveryStatus: TypeAlias = Literal["pending", "sent", "failed"]
NotificationStatus: TypeAlias = Literal["pending", "processing", "processed", "failed"]


class DeliveryBase(Struct, frozen=True, kw_only=True):
    """Fields of a delivery that servers see, and its recipient in a feed."""

    id: str
    notification_id: str
    notiflow_id: str
    notiflow_handle: str
    channel_id: str
    topic: str | None
    seen_at: str | None
    read_at: str | None
    clicked_at: str | None
    archived_at: str | None
    created_at: str
    updated_at: str


class Delivery(DeliveryBase, frozen=True, kw_only=True):
    """`data` is the content of the message. `provider_status` is its status in the words of Addressee, `failure_reason`
    why it was not delivered.
    """

    channel_type: ChannelTypeName
    provider: str
    status: DeliveryStatus
    provider_status: str
    failure_reason: str | None
    recipient: User
    recipient_id: str
    actor: User | None
    actor_id: str | None
    data: dict[str, Any] | None
    sent_at: str | None


class Deliveries(Struct, frozen=True):
    items: list[Delivery]
    page: Page


class Notification(Struct, frozen=True, kw_only=True):
    """`failure_reason` is recipient_deleted or cancelled. `deliveries` are null in lists that do not expand them."""

    id: str
    notiflow_id: str
    notiflow_handle: str
    notiflow_run_id: str
    status: NotificationStatus
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
