"""Errors of requests that all dialects have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from addressee.api.answers import ENCODINGS


class MalformedError(Exception):
    """A part of a request that cannot be read: a body that is no JSON, or a broken path or query."""

    def __init__(self, part: Literal["body", "path", "query"], message: str) -> None:
        super().__init__(message)
        self.part = part


class ParameterError(Exception):
    """A query parameter with a value that it does not take."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.field = name
        self.message = message


class TooManyConnectionsError(Exception):
    """A socket or a stream beyond those that one address, or one key, may hold in this process."""

    def __init__(self, whose: Literal["address", "key"], limit: int) -> None:
        super().__init__(f"This {whose} holds {limit:,} sockets and streams already; close some, or try again later.")


class UnknownPathError(Exception):
    """A path for which there is no operation."""

    def __init__(self) -> None:
        super().__init__("There is nothing at this path; /docs describes what there is.")


class WebSocketsOnlyError(Exception):
    """A request without Upgrade for a path of sockets."""

    def __init__(self) -> None:
        super().__init__(
            "This path takes WebSockets only. Connect by one, which for Socket.IO is transports: ['websocket'];"
            " a proxy in between must pass Upgrade on."
        )


class TooLargeError(Exception):
    """A body above the operation's limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit:,} bytes.")


class EncodingError(Exception):
    """A body with a Content-Encoding that is not supported."""

    def __init__(self, encoding: str) -> None:
        super().__init__(f"Content-Encoding {encoding!r} is not taken; send {' or '.join(ENCODINGS)}, or no encoding.")


class SlowBodyError(Exception):
    """A body that did not arrive in time."""

    def __init__(self) -> None:
        super().__init__("The rest of the body did not arrive in time; send as much as Content-Length announces.")


class WrongMethodError(Exception):
    """A path that has operations, but none of this method."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This path takes {', '.join(allowed)}.")
        self.allowed = allowed
