"""Rules for requests that people write: their URLs, headers and bodies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

import msgspec

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

WITH_A_BODY: frozenset[Method] = frozenset({"POST", "PUT", "PATCH"})

MAX_URL_LENGTH = 8_000
MAX_HEADERS = 100
MAX_VALUE_LENGTH = 8_000

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
VALUE = re.compile(r"[\x20-\x7e\t]*")

# Headers that the connection or the signature sets.
RESERVED = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding"),
        *("upgrade", "webhook-id", "webhook-signature", "webhook-timestamp", "x-knock-signature"),
    }
)


def encoded(body: Any) -> bytes:
    """Returns a body in bytes: a text as it is, nothing for None, and any other value as JSON."""
    if body is None:
        return b""
    return body.encode(errors="replace") if isinstance(body, str) else msgspec.json.encode(body)


def content_type_of(body: bytes) -> str:
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return "text/plain; charset=utf-8"
    return "application/json"


def with_query(url: str, added: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    """Returns a URL with further parameters of its query."""
    if not added:
        return url
    address, mark, fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(added)}{mark}{fragment}"


def url_problem(url: str) -> str | None:
    """Returns what a URL must be that can be called, None if it is."""
    try:
        parts = urlsplit(url)
        has_host = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if not has_host or re.search(r"[\s\x00-\x1f]", url):
        return "must be a URL like https://example.com/hook"
    return None if len(url) <= MAX_URL_LENGTH else f"must have at most {MAX_URL_LENGTH:,} characters"


def header_problems(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields headers that cannot be sent, and why."""
    if len(headers) > MAX_HEADERS:
        yield next(iter(headers)), f"there are more than {MAX_HEADERS} headers"
    for name, value in headers.items():
        if NAME.fullmatch(name) is None:
            yield name, "this is no name of a header"
        elif name.lower() in RESERVED:
            yield name, "this header is set by the sender itself"
        elif VALUE.fullmatch(value) is None or len(value) > MAX_VALUE_LENGTH:
            yield name, f"a header must be one line of ASCII, of at most {MAX_VALUE_LENGTH:,} characters"
