"""Callbacks of Mailgun. The signature is of a token only, which is therefore good for one request."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
    text_or_none,
)
from addressee.channels.callbacks.reading import DAY, check_age, check_equal, json_of, secret_of, signed_at, time_of

KINDS = {
    "accepted": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "failed": EventKind.UNDELIVERED,
    "rejected": EventKind.UNDELIVERED,
    "opened": EventKind.OPENED,
    "clicked": EventKind.CLICKED,
    "complained": EventKind.COMPLAINED,
    "unsubscribed": EventKind.OPTED_OUT,
}

# Failures for good that say so of the address.
DEAD_REASONS = frozenset({"bounce", "suppress-bounce"})


class MailgunSecrets(Protocol):
    @property
    def webhook_signing_key(self) -> str | None: ...


class Signature(msgspec.Struct):
    timestamp: str
    token: str
    signature: str


class Message(msgspec.Struct):
    headers: Mapping[str, Any] = {}


class DeliveryStatus(msgspec.Struct, rename="kebab"):
    code: Any = None
    message: str | None = None
    description: str | None = None


class Event(msgspec.Struct, rename="kebab"):
    event: str
    timestamp: float | None = None
    recipient: str | None = None
    message: Message = msgspec.field(default_factory=Message)
    severity: str | None = None
    reason: str | None = None
    user_variables: Any = None
    delivery_status: DeliveryStatus = msgspec.field(default_factory=DeliveryStatus)
    url: str | None = None


class Report(msgspec.Struct, rename="kebab"):
    signature: Signature
    event_data: Event


def read(request: CallbackRequest, settings: MailgunSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    key = secret_of(settings.webhook_signing_key, "webhook_signing_key")
    report = json_of(request.body, Report)
    signed = report.signature
    expected = hmac.new(key.encode(), f"{signed.timestamp}{signed.token}".encode(), "sha256").hexdigest()
    check_equal(signed.signature, expected)
    check_age(signed_at(signed.timestamp), now, DAY)
    event = report.event_data
    kind = kind_of(event)
    return Callback(() if kind is None else [event_of(event, kind)], once=signed.token)


def kind_of(event: Event) -> EventKind | None:
    """Returns the kind of an event, None if it is no end: of a failure that passes, Mailgun tries again."""
    if event.event != "failed":
        return KINDS.get(event.event)
    if event.severity == "temporary":
        return None
    return EventKind.BOUNCED if event.reason in DEAD_REASONS else EventKind.UNDELIVERED


def event_of(event: Event, kind: EventKind) -> ProviderEvent:
    id = event.message.headers.get("message-id")
    variables = event.user_variables if isinstance(event.user_variables, dict) else {}
    status = event.delivery_status
    return ProviderEvent(
        kind=kind,
        provider_id=text_or_none(id),
        send_id=text_or_none(variables.get("id")),
        at=time_of(event.timestamp),
        reason=reason_of(status.code, event.reason, status.message or status.description),
        address=event.recipient,
        url=event.url,
    )


MAILGUN_CALLBACKS = Callbacks(read)
