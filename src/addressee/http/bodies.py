"""Request bodies: read within their limit and in time, compressed or not."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable, Mapping

from falcon.asgi import Request

from addressee.api.errors import EncodingError, MalformedError, SlowBodyError, TooLargeError

# A body that stops is given up after the one, one that trickles after the other.
IDLE_SECONDS = 20.0
LONGEST_SECONDS = 300.0

# What zlib is told of the format: gzip, and the zlib format that HTTP calls deflate.
FORMATS: Mapping[str, int] = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ALIASES = {"x-gzip": "gzip", "identity": ""}


class Body:
    """A request's body, which can be read once and be asked for again."""

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self._content: bytes | None = None

    async def read(self) -> bytes:
        """The whole of it, inflated. Raises what `body` does."""
        if self._content is None:
            self._content = await body(self._request, self._limit)
        return self._content


async def body(request: Request, limit: int) -> bytes:
    """The whole body, inflated.

    Raises TooLargeError as soon as it is known to be above `limit` bytes, EncodingError, SlowBodyError, and
    MalformedError for one that is cut off or not what its encoding says.
    """
    announced = request.content_length
    if announced is None and has_no_body(request):
        return b""
    if announced is not None and announced > limit:
        raise TooLargeError(limit)
    encoding = encoding_of(request)
    raw = await received(request.stream, limit)
    if announced is not None and len(raw) < announced:
        raise MalformedError("body", "The body is shorter than Content-Length announces.")
    return inflated(raw, encoding, limit) if raw and encoding else raw


def has_no_body(request: Request) -> bool:
    """Whether the head of an HTTP/1 request without a length says that nothing follows."""
    return request.scope["http_version"].startswith("1") and request.get_header("transfer-encoding") is None


def encoding_of(request: Request) -> str:
    """The name of the body's compression, empty for none. Raises EncodingError."""
    given = (request.get_header("content-encoding") or "").strip().lower()
    encoding = ALIASES.get(given, given)
    if encoding and encoding not in FORMATS:
        raise EncodingError(given[:40])
    return encoding


async def received(stream: AsyncIterable[bytes], limit: int) -> bytes:
    """Raises TooLargeError or SlowBodyError."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_SECONDS
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(IDLE_SECONDS) as timeout:
            async for part in stream:
                timeout.reschedule(min(end, loop.time() + IDLE_SECONDS))
                size += len(part)
                if size > limit:
                    raise TooLargeError(limit)
                parts.append(part)
    except TimeoutError:
        raise SlowBodyError from None
    return b"".join(parts)


def inflated(raw: bytes, encoding: str, limit: int) -> bytes:
    """Never makes more than `limit` bytes of it, however well they are compressed. A gzip file has one or more members.

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
