"""Endpoints of the product, the types of events that they are told of, and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from addressee.directory.recipient import Identity
from addressee.directory.writing import happenings
from addressee.messaging.messages.events import TYPES as MESSAGE_TYPES

RUN_TYPES = ("workflow_recipient_run.started", "workflow_recipient_run.completed")

RECIPIENT_TYPES = (
    happenings.CREATED,
    happenings.UPDATED,
    happenings.PREFERENCES_UPDATED,
    happenings.ADDRESS_DISABLED,
    happenings.MERGED,
    happenings.DELETED,
)

TYPES = (*MESSAGE_TYPES, *RUN_TYPES, *RECIPIENT_TYPES)

# What an endpoint may name besides: all types, or those that begin with a word.
PATTERNS = ("*", *sorted({f"{type.partition('.')[0]}.*" for type in TYPES}))

MAX_ENDPOINTS = 20


class Form(StrEnum):
    """The form of bodies and signatures: Standard Webhooks with our own bodies, or Knock's."""

    STANDARD = "standard"
    KNOCK = "knock"


class DisabledFor(StrEnum):
    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class DeliveryStatus(StrEnum):
    """`dropped`: what the event was about is not there any more."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL of the product that is told of events of these types or patterns, unless it is disabled."""

    environment_id: int
    id: UUID
    url: str
    description: str
    types: tuple[str, ...]
    form: Form
    created_at: datetime
    updated_at: datetime
    failing_since: datetime | None
    paused_until: datetime | None
    disabled_at: datetime | None
    disabled_for: DisabledFor | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that an endpoint is told of. `subject` names what it is about, like a `message_id`, without contents.

    `again_at` is when somebody had it sent again.
    """

    id: UUID
    endpoint_id: UUID
    position: int
    type: str
    recipient: Identity
    subject: Mapping[str, Any]
    occurred_at: datetime
    status: DeliveryStatus
    attempts: int
    due_at: datetime | None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One request of a delivery. `answer` is the beginning of the answer, or what went wrong if `status` is None."""

    number: int
    attempted_at: datetime
    milliseconds: int
    status: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class DeliveryHistory:
    """A delivery with its attempts, oldest first."""

    delivery: Delivery
    attempts: Sequence[DeliveryAttempt]
