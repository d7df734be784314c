"""Callbacks of Plivo: the status of a message, and texts that people send to a number."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
)
from addressee.channels.callbacks.failures import status_events
from addressee.channels.callbacks.keywords import international, keyword_events
from addressee.channels.callbacks.reading import check_any_equal, form_of, required, secret_of
from addressee.channels.sender import Failure

# The signature with the token of the main account, and with that of the account that sent the message.
SIGNATURES = ("x-plivo-signature-ma-v3", "x-plivo-signature-v3")
NONCE = "x-plivo-signature-v3-nonce"

KINDS = {
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "undelivered": EventKind.UNDELIVERED,
    "rejected": EventKind.UNDELIVERED,
    "failed": EventKind.UNDELIVERED,
}

# What Plivo's error codes mean: numbers that are invalid, or out of service; and an owner who has answered STOP.
FAILURES = {"40": Failure.BOUNCED, "50": Failure.BOUNCED, "200": Failure.OPTED_OUT}


class PlivoSecrets(Protocol):
    @property
    def auth_token(self) -> str: ...


def read(request: CallbackRequest, settings: PlivoSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    fields = form_of(request.body)
    nonce = required(request, NONCE)
    given = [each for name in SIGNATURES for each in request.headers.get(name, "").split(",")]
    check_any_equal(given, signature(request.url, fields, nonce, secret_of(settings.auth_token, "auth_token")))
    return Callback(tuple(events_of(dict(fields))), once=nonce)


def signature(url: str, fields: Sequence[tuple[str, str]], nonce: str, token: str) -> str:
    base, _, query = url.partition("?")
    pairs = [f"{name}={value}" for name, value in sorted(parse_qsl(query, keep_blank_values=True))]
    signed = f"{base}?{'&'.join(pairs)}{'.' if pairs else ''}"
    signed += "".join(f"{name}{value}" for name, value in sorted(fields))
    return b64encode(hmac.digest(token.encode(), f"{signed}.{nonce}".encode(), "sha256")).decode()


def events_of(fields: Mapping[str, str]) -> Iterator[ProviderEvent]:
    status = fields.get("Status")
    if status is None:
        yield from keyword_events(fields.get("Text"), fields.get("From"))
    elif status in KINDS:
        code = fields.get("ErrorCode", "")
        yield from status_events(
            KINDS[status],
            FAILURES.get(code),
            provider_id=fields.get("ParentMessageUUID") or fields.get("MessageUUID"),
            address=international(fields["To"]) if fields.get("To") else None,
            reason=reason_of(code),
        )


PLIVO_CALLBACKS = Callbacks(read)
