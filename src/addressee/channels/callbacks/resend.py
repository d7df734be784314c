"""Callbacks of Resend, signed as Standard Webhooks say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

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
    MOMENT,
    check_age,
    check_any_equal,
    json_of,
    required,
    secret_of,
    signed_at,
    time_of,
)

KINDS = {
    "email.sent": EventKind.SENT,
    "email.delivered": EventKind.DELIVERED,
    "email.bounced": EventKind.UNDELIVERED,
    "email.suppressed": EventKind.BOUNCED,
    "email.failed": EventKind.UNDELIVERED,
    "email.complained": EventKind.COMPLAINED,
    "email.opened": EventKind.OPENED,
    "email.clicked": EventKind.CLICKED,
}


class ResendSecrets(Protocol):
    @property
    def webhook_signing_secret(self) -> str | None: ...


class Bounce(msgspec.Struct, rename="camel"):
    type: str | None = None
    sub_type: str | None = None
    message: str | None = None


class Failure(msgspec.Struct):
    reason: str | None = None


class Click(msgspec.Struct):
    link: str | None = None


class Data(msgspec.Struct):
    email_id: str | None = None
    to: Sequence[str] | str = ()
    tags: Any = None
    bounce: Bounce = msgspec.field(default_factory=Bounce)
    suppressed: Bounce = msgspec.field(default_factory=Bounce)
    failed: Failure = msgspec.field(default_factory=Failure)
    click: Click = msgspec.field(default_factory=Click)


class Report(msgspec.Struct):
    type: str
    data: msgspec.Raw
    created_at: str | None = None


def read(request: CallbackRequest, settings: ResendSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    id = verified(request, secret_of(settings.webhook_signing_secret, "webhook_signing_secret"), now)
    report = json_of(request.body, Report)
    kind = KINDS.get(report.type)
    return Callback(() if kind is None else [event_of(report, kind)], once=id)


def verified(request: CallbackRequest, secret: str, now: datetime) -> str:
    """Returns the id of a request that is signed and recent. Raises CallbackRefusedError."""
    id, timestamp, signatures = (required(request, f"svix-{name}") for name in ("id", "timestamp", "signature"))
    at = signed_at(timestamp)
    check_age(at, now, MOMENT)
    try:
        expected = Webhook(secret).sign(id, at.astimezone(UTC), request.body.decode())
    except (ValueError, EmptyWebhookSecretError):  # the secret is no base64, or the body no text
        raise CallbackRefusedError("the signature cannot be computed; is webhook_signing_secret right?") from None
    check_any_equal(signatures.split(" "), expected)
    return id


def event_of(report: Report, kind: EventKind) -> ProviderEvent:
    data = json_of(bytes(report.data), Data)
    words: Any = {
        "email.bounced": (data.bounce.type, data.bounce.sub_type, data.bounce.message),
        "email.suppressed": (data.suppressed.type, data.suppressed.message),
        "email.failed": (data.failed.reason,),
    }.get(report.type, ())
    if report.type == "email.bounced" and data.bounce.type == "Permanent":
        kind = EventKind.BOUNCED
    return ProviderEvent(
        kind=kind,
        provider_id=data.email_id,
        send_id=text_or_none(data.tags.get("id") if isinstance(data.tags, dict) else None),
        at=time_of(report.created_at),
        reason=reason_of(*words),
        address=data.to if isinstance(data.to, str) else next(iter(data.to), None),
        url=data.click.link,
    )


RESEND_CALLBACKS = Callbacks(read)
