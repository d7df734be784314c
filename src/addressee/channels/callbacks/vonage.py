"""Callbacks of Vonage's Messages API: the status of a message, and texts that people send to a number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import jwt
import msgspec
from jwt.types import Options

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
from addressee.channels.callbacks.failures import status_events
from addressee.channels.callbacks.keywords import international, keyword_events
from addressee.channels.callbacks.reading import (
    MOMENT,
    check_age,
    check_equal,
    json_of,
    required,
    secret_of,
    signed_at,
    time_of,
)
from addressee.channels.sender import Failure

KINDS = {
    "submitted": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.READ,
    "rejected": EventKind.UNDELIVERED,
    "undeliverable": EventKind.UNDELIVERED,
}

CODE = re.compile(r"[0-9]{4}")

MAX_TOKEN_LENGTH = 4_096


class VonageSecrets(Protocol):
    @property
    def webhook_signing_secret(self) -> str | None: ...


class Problem(msgspec.Struct):
    """An error, whose `title` is its code; older versions of the API have a `code` and a `reason`."""

    title: str | int | None = None
    code: str | int | None = None
    detail: str | None = None
    reason: str | None = None


class Report(msgspec.Struct):
    """The body of a callback. A text from a person has no status."""

    message_uuid: str | None = None
    client_ref: Any = None
    status: str | None = None
    to: Any = None
    sender: Any = msgspec.field(default=None, name="from")
    timestamp: str | None = None
    error: Problem | None = None
    text: str | None = None


def vonage_callbacks(failures: Mapping[int, Failure]) -> Callbacks:
    """Returns the callbacks. `failures` is what Vonage's error codes mean."""
    return Callbacks(partial(read, failures))


def read(failures: Mapping[int, Failure], request: CallbackRequest, settings: VonageSecrets, now: datetime) -> Callback:
    if request.method != "POST":
        raise CallbackMalformedError
    secret = secret_of(settings.webhook_signing_secret, "webhook_signing_secret")
    claims = verified(required(request, "authorization").removeprefix("Bearer "), secret, request.body, now)
    id = claims.get("jti")
    events = tuple(events_of(json_of(request.body, Report), failures))
    return Callback(events, once=id if isinstance(id, str) else None)


def verified(token: str, secret: str, body: bytes, now: datetime) -> dict[str, Any]:
    """Returns the claims of a token that is signed, recent and about this body. Raises CallbackRefusedError."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise CallbackRefusedError("the token is too long")
    # The library would compare times with its own clock.
    unchecked: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, secret, algorithms=["HS256"], options=unchecked)
    except jwt.PyJWTError as error:
        raise CallbackRefusedError(f"the token is not valid: {type(error).__name__}") from None
    check_age(signed_at(str(claims.get("iat"))), now, MOMENT)
    if "exp" in claims and signed_at(str(claims["exp"])) < now.astimezone(UTC):
        raise CallbackRefusedError("the token has expired")
    check_equal(str(claims.get("payload_hash")), hashlib.sha256(body).hexdigest())
    return claims


def events_of(report: Report, failures: Mapping[int, Failure]) -> Iterator[ProviderEvent]:
    at = time_of(report.timestamp)
    if report.status is None:
        yield from keyword_events(report.text, number_of(report.sender), at)
    elif report.status in KINDS:
        error = report.error or Problem()
        code = str(error.title or error.code or "")
        to = number_of(report.to)
        yield from status_events(
            KINDS[report.status],
            failures.get(int(code)) if CODE.fullmatch(code) else None,
            provider_id=report.message_uuid,
            send_id=text_or_none(report.client_ref),
            at=at,
            address=international(to) if to else None,
            reason=reason_of(code, error.detail, error.reason),
        )


def number_of(given: Any) -> str | None:
    """Returns a number, which older versions of the API wrap in an object."""
    number = given.get("number") if isinstance(given, dict) else given
    return number if isinstance(number, str) else None
