"""Webhooks in the native API: endpoints, and what became of each delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from addressee.messaging.webhooks import model
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, NewEndpoint, SignedEndpoint
from addressee.messaging.webhooks.endpoints.secrets import EndpointSecret
from addressee.messaging.webhooks.endpoints.states import state_of
from addressee.messaging.webhooks.endpoints.types import ALL
from addressee.messaging.webhooks.model import DeliveryAttempt, DeliveryHistory, Endpoint, Form


class NewWebhook(Struct, kw_only=True, forbid_unknown_fields=True):
    """`types` are types of events, or patterns like `message.*`; by default all, `*`. In the form `knock`, bodies and
    signatures are those of Knock's outgoing webhooks. Without a `secret`, one is made.
    """

    url: str
    types: list[str] = field(default_factory=lambda: [ALL])
    description: str = ""
    form: Literal["standard", "knock"] = "standard"
    secret: str | None = None

    @property
    def new(self) -> NewEndpoint:
        return NewEndpoint(self.url, self.types, self.description, Form(self.form), self.secret)


class WebhookChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """A change of a webhook; fields that are left out stay.

    A webhook that is enabled again is told of what happens from then on.
    """

    url: str | UnsetType = UNSET
    types: list[str] | UnsetType = UNSET
    description: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET

    @property
    def change(self) -> EndpointChange:
        return EndpointChange(
            url=None if self.url is UNSET else self.url,
            types=None if self.types is UNSET else self.types,
            description=None if self.description is UNSET else self.description,
            is_enabled=None if self.enabled is UNSET else self.enabled,
        )


class NewSecret(Struct, kw_only=True, forbid_unknown_fields=True):
    """Without a `secret`, one is made."""

    secret: str | None = None


class Webhook(Struct, kw_only=True):
    """`state` is `ok`, `failing` (the last deliveries failed, and are tried again), `paused` (nothing is tried until
    `paused_until`, as all failed) or `disabled`. `disabled_for` is `by_hand`, `gone` (it answered 410) or `failing`
    (nothing arrived for days).
    """

    id: UUID
    url: str
    description: str
    types: list[str]
    form: str
    enabled: bool
    state: str
    failing_since: datetime | None
    paused_until: datetime | None
    disabled_at: datetime | None
    disabled_for: str | None
    created_at: datetime
    updated_at: datetime


class SignedWebhook(Webhook, kw_only=True):
    """A webhook with its new secret. A repetition under the same idempotency key has null in its place."""

    secret: str | None


class Webhooks(Struct, kw_only=True):
    webhooks: list[Webhook]


class ExpiringSecret(Struct, kw_only=True):
    secret: str
    expires_at: datetime


class Secrets(Struct, kw_only=True):
    """The `secret` that signs, and those before it that sign beside it until they expire."""

    secret: str
    previous: list[ExpiringSecret]


class EventType(Struct, kw_only=True):
    """A type of events. `example` is a body of the form `standard`."""

    type: str
    description: str
    example: Mapping[str, Any]


class EventTypes(Struct, kw_only=True):
    types: list[EventType]


class Attempt(Struct, kw_only=True):
    """A request to a webhook. `answer` is the beginning of the answer, or what went wrong if `status` is null."""

    attempted_at: datetime
    milliseconds: int
    status: int | None
    answer: str


class DeliveryRecipient(Struct, kw_only=True):
    collection: str
    id: str


class Delivery(Struct, kw_only=True):
    """An event that a webhook is told of, with the `webhook-id`. `subject` names what it is about, like a `message_id`.

    `status` is `pending`, `delivered`, `failed` or `dropped` (what it was about is gone). `attempt_count` counts from
    `sent_again_at` on, if it was sent again; `next_attempt_at` is null when no attempt follows.
    """

    id: UUID
    type: str
    recipient: DeliveryRecipient
    subject: Mapping[str, Any]
    status: str
    attempt_count: int
    occurred_at: datetime
    next_attempt_at: datetime | None
    sent_again_at: datetime | None


class DeliveryWithAttempts(Delivery, kw_only=True):
    """A delivery with its attempts, oldest first."""

    attempts: list[Attempt]


class Deliveries(Struct, kw_only=True):
    """`after` asks for the next page of 100; null on the last one."""

    deliveries: list[Delivery]
    after: str | None


class Period(Struct, kw_only=True, forbid_unknown_fields=True):
    """A period of events, from `since` on and before `until`; without either, all time."""

    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


class Resent(Struct, kw_only=True):
    """The number of deliveries that are tried again; at 10,000 there may be more."""

    count: int


def webhook(endpoint: Endpoint, now: datetime) -> Webhook:
    return Webhook(
        id=endpoint.id,
        url=endpoint.url,
        description=endpoint.description,
        types=list(endpoint.types),
        form=endpoint.form.value,
        enabled=endpoint.disabled_at is None,
        state=state_of(endpoint, now).value,
        failing_since=endpoint.failing_since,
        paused_until=endpoint.paused_until,
        disabled_at=endpoint.disabled_at,
        disabled_for=None if endpoint.disabled_for is None else endpoint.disabled_for.value,
        created_at=endpoint.created_at,
        updated_at=endpoint.updated_at,
    )


def signed_webhook(signed: SignedEndpoint, now: datetime, *, shows_secret: bool) -> SignedWebhook:
    shown = webhook(signed.endpoint, now)
    values = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return SignedWebhook(**values, secret=signed.secret if shows_secret else None)


def secrets(found: Sequence[EndpointSecret]) -> Secrets:
    newest, *before = found
    previous = [
        ExpiringSecret(secret=each.value, expires_at=each.expires_at) for each in before if each.expires_at is not None
    ]
    return Secrets(secret=newest.value, previous=previous)


def attempt(made: DeliveryAttempt) -> Attempt:
    return Attempt(
        attempted_at=made.attempted_at, milliseconds=made.milliseconds, status=made.status, answer=made.answer
    )


def delivery(stored: model.Delivery) -> Delivery:
    return Delivery(
        id=stored.id,
        type=stored.type,
        recipient=DeliveryRecipient(collection=stored.recipient.collection, id=stored.recipient.id),
        subject=stored.subject,
        status=stored.status.value,
        attempt_count=stored.attempts,
        occurred_at=stored.occurred_at,
        next_attempt_at=stored.due_at,
        sent_again_at=stored.again_at,
    )


def delivery_with_attempts(history: DeliveryHistory) -> DeliveryWithAttempts:
    shown = delivery(history.delivery)
    values = {name: getattr(shown, name) for name in shown.__struct_fields__}
    return DeliveryWithAttempts(**values, attempts=[attempt(each) for each in history.attempts])
