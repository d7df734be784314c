"""Events, workflow triggers and broadcasts: requests and responses (suprsend.md §2.3 to §2.5)."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from addressee.dialects.suprsend.wire.errors import Error
from addressee.directory.documents import Id

# A distinct_id, a user with a distinct_id or `is_transient`, or an object with an object_type and an id.
Described: TypeAlias = Id | dict[str, Any]


class Event(Struct, frozen=True):
    """`$identify` alone may leave `distinct_id` out: its properties name the user under `$identified_id`."""

    event: str
    distinct_id: Id | None = None
    properties: dict[str, Any] | None = None
    env: str | None = None
    tenant_id: Id | None = None
    brand_id: Id | None = None
    idempotency_key: str | None = field(default=None, name="$idempotency_key")
    insert_id: str | None = field(default=None, name="$insert_id")


class Trigger(Struct, frozen=True):
    workflow: str
    recipients: list[Described]
    data: dict[str, Any] | None = None
    actor: Described | None = None
    tenant_id: Id | None = None
    cancellation_key: str | None = None
    metadata: dict[str, Any] | None = None
    idempotency_key: str | None = field(default=None, name="$idempotency_key")


class LegacyTrigger(Struct, frozen=True):
    """`delay` is in seconds, or like `1d2h30m10s`; `delivery` is taken and not used."""

    users: list[Described]
    name: str | None = None
    template: str | None = None
    notification_category: str | None = None
    data: dict[str, Any] | None = None
    delay: int | float | str | None = None
    trigger_at: str | None = None
    delivery: dict[str, Any] | None = None
    tenant_id: Id | None = None
    brand_id: Id | None = None
    idempotency_key: str | None = field(default=None, name="$idempotency_key")


class Broadcast(Struct, frozen=True):
    list_id: Id
    template: str
    notification_category: str | None = None
    channels: list[str] | None = None
    data: dict[str, Any] | None = None
    delay: int | float | str | None = None
    trigger_at: str | None = None
    tenant_id: Id | None = None
    brand_id: Id | None = None
    idempotency_key: str | None = field(default=None, name="$idempotency_key")
    insert_id: str | None = field(default=None, name="$insert_id")


class Accepted(Struct, frozen=True):
    status: Literal["success"]
    message_id: str


class Outcome(Struct, frozen=True, omit_defaults=True):
    """Either a `message_id` or an `error`."""

    status: Literal["success", "error"]
    status_code: int
    message_id: str | None = None
    error: Error | None = None


class Outcomes(Struct, frozen=True):
    status: Literal["success"]
    records: list[Outcome]
