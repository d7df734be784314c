"""Signatures of requests, and the forms in which SDKs sign them (suprsend.md §1.2, §1.3). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from msgspec import Struct

DEFAULT_CONTENT_TYPE = "application/json; charset=utf-8"


class Signed(Struct, frozen=True):
    """The signed parts of a request. `target` is the path with its query, `date` the header, decoded as Latin-1."""

    method: str
    target: str
    content_type: str
    date: str
    body: bytes


def sign(secret: bytes, signed: Signed) -> str:
    """Returns the HMAC-SHA256 of a request in standard base64; a body enters as its MD5, an empty one as nothing."""
    digest = hashlib.md5(signed.body, usedforsecurity=False).hexdigest() if signed.body else ""
    text = "\n".join((signed.method, digest, signed.content_type, signed.date, signed.target))
    return base64.b64encode(hmac.digest(secret, text.encode("latin-1"), "sha256")).decode()


def is_signed(secret: bytes, signed: Signed, signature: str, user_agent: str) -> bool:
    """Returns whether this is the request's signature. A comparison takes the same time whatever differs."""
    given = signature.encode()
    return any(hmac.compare_digest(sign(secret, form).encode(), given) for form in forms(signed, user_agent))


def forms(signed: Signed, user_agent: str) -> Iterator[Signed]:
    """Yields the request as it came and, for the Go SDK, with the decoded path and sorted query that it signs."""
    yield signed
    if user_agent.startswith("suprsend/") and ";go/" in user_agent:
        path, _, query = signed.target.partition("?")
        decoded = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
        pairs = sorted(parse_qsl(query, keep_blank_values=True), key=lambda pair: pair[0])
        target = f"{decoded}?{urlencode(pairs)}" if pairs else decoded
        yield Signed(signed.method, target, signed.content_type, signed.date, signed.body)


def parse_date(date: str) -> datetime | None:
    """Parses the date of a request, in the form of RFC 1123 or ISO-8601; returns None for anything else."""
    try:
        parsed = datetime.fromisoformat(date) if date[:1].isdigit() else parsedate_to_datetime(date)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
