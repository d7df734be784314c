"""Functions that the readers of callbacks share: for bodies, times, and comparing signatures."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from addressee.channels.callback import CallbackMalformedError, CallbackRefusedError, CallbackRequest

# How far the time of a signature may be from ours: where each attempt is signed anew, and where repetitions of a
# provider that could not reach us carry the first signature.
MOMENT = timedelta(minutes=5)
DAY = timedelta(days=1)

MAX_FIELDS = 1_000

Form = TypeVar("Form")


def json_of(body: bytes | str, form: type[Form]) -> Form:
    """Returns JSON in this form. Raises CallbackMalformedError."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise CallbackMalformedError("The body is not the JSON that the provider sends.") from None


def form_of(body: bytes) -> list[tuple[str, str]]:
    """Returns the fields of a form. Raises CallbackMalformedError."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise CallbackMalformedError("The body is not the form that the provider sends.") from None


def required(request: CallbackRequest, header: str) -> str:
    """Returns a header. Raises CallbackRefusedError if it is missing."""
    value = request.headers.get(header)
    if not value:
        raise CallbackRefusedError(f"the header {header} is missing")
    return value


def secret_of(value: str | None, setting: str) -> str:
    """Returns a secret setting. Raises CallbackRefusedError if the channel has none."""
    if not value:
        raise CallbackRefusedError(f"the channel has no {setting}")
    return value


def check_equal(given: str, expected: str) -> None:
    """Compares signatures in constant time. Raises CallbackRefusedError."""
    check_any_equal([given], expected)


def check_any_equal(given: Sequence[str], expected: str) -> None:
    """Compares signatures, of which one must be right, in constant time. Raises CallbackRefusedError."""
    if not any(hmac.compare_digest(each.encode(), expected.encode()) for each in given):
        raise CallbackRefusedError("the signature is wrong")


def check_age(at: datetime, now: datetime, limit: timedelta) -> None:
    """Raises CallbackRefusedError for a time too far from now."""
    if abs(now - at) > limit:
        raise CallbackRefusedError("the signature is too old, or the clocks differ")


def signed_at(text: str) -> datetime:
    """Returns the time of a signature, in seconds since 1970. Raises CallbackRefusedError."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise CallbackRefusedError("the time of the signature is none") from None


def base64_of(text: str) -> bytes:
    """Decodes a signature. Raises CallbackRefusedError."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise CallbackRefusedError("the signature is not base64") from None


def time_of(value: str | float | None) -> datetime | None:
    """Returns a time in ISO 8601 or in seconds since 1970, None for anything else: what happened is told anyway."""
    if value is None:
        return None
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
