"""The id, the headers and the target of a request."""

from __future__ import annotations

import re

from falcon.asgi import Request
from uuid_utils import uuid7

ACCEPTABLE_ID = re.compile(r"[\x21-\x7e]{1,200}")


def request_id(given: str | None) -> str:
    """Returns the caller's own id if it is one word of printable ASCII, else a new one."""
    return given if given and ACCEPTABLE_ID.fullmatch(given) else str(uuid7())


def headers(request: Request) -> dict[str, str]:
    """Returns headers by lower-case name; of a repeated one the last counts."""
    pairs: list[tuple[bytes, bytes]] = request.scope["headers"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}


def target(request: Request) -> str:
    """Returns the raw path and query; bytes beyond ASCII are Latin-1."""
    path: str = request.scope["path"]
    return f"{path}?{request.query_string}" if request.query_string else path
