"""Request bodies, read within limits of size and time, and inflated."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from contextlib import suppress

from addressee.api.errors import EncodingError, MalformedError, SlowBodyError, TooLargeError
from addressee.http.request import Receive, Request

# The longest pause in a body, and the longest time for a whole one.
IDLE_SECONDS = 20.0
LONGEST_SECONDS = 300.0

# How far a body that is too large is read on, so that its client is ready to read the answer: closing a connection on
# which data has not been read resets it (RFC 9112 §9.6). One that pauses waits for the answer.
DROPPED_BYTES = 32_000_000
DROPPED_IDLE_SECONDS = 0.1
DROPPED_SECONDS = 5.0

# zlib's `wbits` for gzip, and for the zlib format that HTTP calls deflate.
FORMATS: Mapping[str, int] = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ALIASES = {"x-gzip": "gzip", "identity": ""}


class Body:
    """A request's body, which is kept when it has been read."""

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self._content = b"" if has_no_body(request) else None

    async def read(self) -> bytes:
        """Returns the whole body, inflated. Raises like `body`."""
        if self._content is None:
            self._content = await body(self._request, self._limit)
        return self._content


async def body(request: Request, limit: int) -> bytes:
    """Reads the whole body, inflated.

    Raises TooLargeError soon after it is known to be above `limit` bytes, EncodingError, SlowBodyError, and
    MalformedError for one that is cut off or not what its encoding says.
    """
    if has_no_body(request):
        return b""
    length = announced_length(request)
    if length is not None and length > limit:
        await drop(request.receive)
        raise TooLargeError(limit)
    encoding = encoding_of(request)
    raw = await received(request.receive, limit, length)
    if length is not None and len(raw) < length:
        raise MalformedError("body", "The body is shorter than Content-Length announces.")
    return inflated(raw, encoding, limit) if raw and encoding else raw


def has_no_body(request: Request) -> bool:
    """Returns whether the head tells that there is no body: an HTTP/1 request would say how it is delimited."""
    headers = request.headers
    return (
        "content-length" not in headers and "transfer-encoding" not in headers and request.http_version.startswith("1")
    )


def announced_length(request: Request) -> int | None:
    """Returns the length of the body in bytes, where its head tells it; beside Transfer-Encoding it means nothing."""
    given = request.headers.get("content-length")
    if given is None or "transfer-encoding" in request.headers:
        return None
    return int(given)  # the server has made sure that it is a number


def encoding_of(request: Request) -> str:
    """Returns the name of the body's compression, empty for none. Raises EncodingError."""
    given = request.headers.get("content-encoding", "").strip().lower()
    encoding = ALIASES.get(given, given)
    if encoding and encoding not in FORMATS:
        raise EncodingError(given[:40])
    return encoding


async def received(receive: Receive, limit: int, length: int | None) -> bytes:
    """Reads a body to its end, or as far as the client sent it. Raises TooLargeError or SlowBodyError.

    One of a known length ends with its last byte. The server tells the end by another event, which takes two changes
    of threads.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_SECONDS
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(IDLE_SECONDS) as timeout:
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    break
                part = event.get("body", b"")
                size += len(part)
                if size > limit:
                    break
                parts.append(part)
                if size == length or not event.get("more_body", False):
                    break
                timeout.reschedule(min(end, loop.time() + IDLE_SECONDS))
    except TimeoutError:
        raise SlowBodyError from None
    if size > limit:
        await drop(receive)
        raise TooLargeError(limit)
    return b"".join(parts)


async def drop(receive: Receive) -> None:
    """Reads on what a client still sends of a body that nobody wants, within limits."""
    loop = asyncio.get_running_loop()
    end = loop.time() + DROPPED_SECONDS
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DROPPED_IDLE_SECONDS) as timeout:
            while size < DROPPED_BYTES:
                event = await receive()
                size += len(event.get("body", b""))
                if not event.get("more_body", False):
                    break
                timeout.reschedule(min(end, loop.time() + DROPPED_IDLE_SECONDS))


def inflated(raw: bytes, encoding: str, limit: int) -> bytes:
    """Inflates a body, to no more than `limit` bytes however well it is compressed. A gzip may have several members.

    Raises TooLargeError or MalformedError.
    """
    parts: list[bytes] = []
    left = limit
    while raw:
        inflater = zlib.decompressobj(FORMATS[encoding])
        try:
            part = inflater.decompress(raw, left + 1)
        except zlib.error:
            raise MalformedError("body", f"The body is not {encoding}, which Content-Encoding says.") from None
        if len(part) > left:
            raise TooLargeError(limit)
        if not inflater.eof:
            raise MalformedError("body", f"The body is cut off: its {encoding} has no end.")
        parts.append(part)
        left -= len(part)
        raw = inflater.unused_data
    return b"".join(parts)
