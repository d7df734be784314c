"""Callbacks of Telnyx: the status of a message, and texts that people send to a number."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRefusedError,
    CallbackRequest,
    Callbacks,
    EventKind,
    ProviderEvent,
    reason_of,
)
from addressee.channels.callbacks.failures import status_events
from addressee.channels.callbacks.keywords import keyword_events
from addressee.channels.callbacks.reading import (
    MOMENT,
    base64_of,
    check_age,
    json_of,
    required,
    secret_of,
    signed_at,
    time_of,
)
from addressee.channels.sender import Failure

KINDS = {
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "sending_failed": EventKind.UNDELIVERED,
    "delivery_failed": EventKind.UNDELIVERED,
}


class TelnyxSecrets(Protocol):
    @property
    def webhook_public_key(self) -> str | None: ...


class Number(msgspec.Struct):
    phone_number: str | None = None
    status: str | None = None


class Problem(msgspec.Struct):
    code: str | int | None = None
    title: str | None = None


class Payload(msgspec.Struct):
    id: str | None = None
    sender: Number | None = msgspec.field(default=None, name="from")
    to: Sequence[Number] = ()
    text: str | None = None
    errors: Sequence[Problem] = ()


class Data(msgspec.Struct):
    event_type: str
    payload: msgspec.Raw
    occurred_at: str | None = None


class Report(msgspec.Struct):
    data: Data


def telnyx_callbacks(failures: Mapping[str, Failure]) -> Callbacks:
    """Returns the callbacks. `failures` is what Telnyx's error codes mean."""
    return Callbacks(partial(read, failures))


def read(failures: Mapping[str, Failure], request: CallbackRequest, settings: TelnyxSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    verify(request, secret_of(settings.webhook_public_key, "webhook_public_key"), now)
    return Callback(tuple(events_of(json_of(request.body, Report).data, failures)))


def verify(request: CallbackRequest, public_key: str, now: datetime) -> None:
    """Raises CallbackRefusedError."""
    timestamp = required(request, "telnyx-timestamp")
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key))
    except ValueError:
        raise CallbackRefusedError("the channel's webhook_public_key is no key") from None
    try:
        key.verify(base64_of(required(request, "telnyx-signature-ed25519")), f"{timestamp}|".encode() + request.body)
    except InvalidSignature:
        raise CallbackRefusedError("the signature is wrong") from None
    check_age(signed_at(timestamp), now, MOMENT)


def events_of(data: Data, failures: Mapping[str, Failure]) -> Iterator[ProviderEvent]:
    if not data.event_type.startswith("message."):
        return
    payload = json_of(bytes(data.payload), Payload)
    at = time_of(data.occurred_at)
    if data.event_type == "message.received":
        yield from keyword_events(payload.text, payload.sender.phone_number if payload.sender else None, at)
        return
    error = next((each for each in payload.errors if str(each.code) in failures), Problem())
    words = [part for each in payload.errors for part in (each.code, each.title)]
    for to in payload.to:
        if to.status in KINDS:
            yield from status_events(
                KINDS[to.status],
                failures.get(str(error.code)),
                provider_id=payload.id,
                at=at,
                address=to.phone_number,
                reason=reason_of(*words),
            )
