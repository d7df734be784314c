"""Callbacks of SendGrid's Event Webhook: events of many e-mails in one request."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import datetime
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRefusedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
    text_or_none,
)
from addressee.channels.callbacks.reading import (
    DAY,
    base64_of,
    check_age,
    json_of,
    required,
    secret_of,
    signed_at,
    time_of,
)

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

KINDS = {
    "processed": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "bounce": EventKind.BOUNCED,
    "dropped": EventKind.UNDELIVERED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.OPTED_OUT,
}

# What events add to the id that the API answered.
OF_SERVER = re.compile(r"\.(?:filter|recvd)")

# E-mails that SendGrid does not send, as the address bounced before or is none.
DROPPED_AS_DEAD = frozenset({"bounced address", "invalid"})


class SendGridSecrets(Protocol):
    @property
    def webhook_public_key(self) -> str | None: ...


class Report(msgspec.Struct):
    """An event. `id` is the custom argument of the e-mail with that name."""

    event: str
    email: str | None = None
    timestamp: float | None = None
    sg_message_id: str | None = None
    id: Any = None
    type: Any = None
    reason: Any = None
    status: Any = None
    url: str | None = None


def read(request: CallbackRequest, settings: SendGridSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    verify(request, secret_of(settings.webhook_public_key, "webhook_public_key"), now)
    reports = json_of(request.body, list[Report])
    return Callback([event_of(report) for report in reports if report.event in KINDS])


def verify(request: CallbackRequest, public_key: str, now: datetime) -> None:
    """Raises CallbackRefusedError."""
    timestamp = required(request, TIMESTAMP)
    signature = base64_of(required(request, SIGNATURE))
    try:
        key = load_der_public_key(b64decode(public_key))
    except (ValueError, UnsupportedAlgorithm):
        raise CallbackRefusedError("the channel's webhook_public_key is no key") from None
    if not isinstance(key, EllipticCurvePublicKey):
        raise CallbackRefusedError("the channel's webhook_public_key is of another kind")
    try:
        key.verify(signature, timestamp.encode() + request.body, ECDSA(SHA256()))
    except InvalidSignature:
        raise CallbackRefusedError("the signature is wrong") from None
    check_age(signed_at(timestamp), now, DAY)


def event_of(report: Report) -> ProviderEvent:
    return ProviderEvent(
        kind=kind_of(report),
        provider_id=report.sg_message_id and OF_SERVER.split(report.sg_message_id)[0],
        send_id=text_or_none(report.id),
        at=time_of(report.timestamp),
        reason=reason_of(report.status, report.type, report.reason),
        address=report.email,
        url=report.url,
    )


def kind_of(report: Report) -> EventKind:
    """Returns the kind of an event. What a server refuses for its own reasons says nothing about the address."""
    if report.event == "bounce" and report.type == "blocked":
        return EventKind.UNDELIVERED
    if report.event == "dropped" and str(report.reason).lower() in DROPPED_AS_DEAD:
        return EventKind.BOUNCED
    return KINDS[report.event]


SENDGRID_CALLBACKS = Callbacks(read)
