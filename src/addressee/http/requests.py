"""Requests as they come in: their id, their headers, their body within its limit."""

from __future__ import annotations

import re

from falcon.asgi import Request
from uuid_utils import uuid7

from addressee.dialects.operation import TooLargeError

ACCEPTABLE_ID = re.compile(r"[\x21-\x7e]{1,200}")


def request_id(given: str | None) -> str:
    """The caller's own id if it is one word of printable ASCII, else a new one."""
    return given if given and ACCEPTABLE_ID.fullmatch(given) else str(uuid7())


def headers(request: Request) -> dict[str, str]:
    """Headers by lower-case name; of a repeated one the last counts."""
    pairs: list[tuple[bytes, bytes]] = request.scope["headers"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}


def has_no_body(request: Request) -> bool:
    """Whether the head of an HTTP/1 request without a length says that nothing follows."""
    return request.scope["http_version"].startswith("1") and request.get_header("transfer-encoding") is None


def target(request: Request) -> str:
    """The path and the query as they came; bytes beyond ASCII are Latin-1."""
    path: str = request.scope["path"]
    return f"{path}?{request.query_string}" if request.query_string else path


class Body:
    """A request's body, which can be read once and be asked for again."""

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self._content: bytes | None = None

    async def read(self) -> bytes:
        """The whole of it. Raises TooLargeError as soon as it is known to be above the limit."""
        if self._content is None:
            self._content = await body(self._request, self._limit)
        return self._content


async def body(request: Request, limit: int) -> bytes:
    """The whole body. Raises TooLargeError as soon as it is known to be above `limit` bytes."""
    announced = request.content_length
    if announced is None and has_no_body(request):
        return b""
    if announced is not None and announced > limit:
        raise TooLargeError(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream:
        size += len(part)
        if size > limit:
            raise TooLargeError(limit)
        parts.append(part)
    return b"".join(parts)
