"""WebSockets as dialects see them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Protocol, TypeAlias

# Codes with which sockets are closed (RFC 6455 §7.4; those from 4000 are ours). Clients come back after any of them
# but NORMAL.
NORMAL = 1000
GOING_AWAY = 1001
NOT_TEXT = 1003
NOT_JSON = 1007
FLOODING = 1008
TOO_LONG = 1009
RESTARTING = 1012
TOO_SLOW = 1013
EXPIRED = 4401
REVOKED = 4403
SILENT = 4408
TRY_LATER = 4503


class Socket(Protocol):
    """A WebSocket that a client asks for. It is accepted or refused; then texts go both ways until either closes it."""

    @property
    def query_string(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def peer(self) -> str | None:
        """The address that has connected."""

    async def refuse(self, status: HTTPStatus, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Answers the request for the socket with a status, a message for developers, and further headers."""

    async def accept(self) -> None: ...

    def texts(self, idle_seconds: float) -> AsyncGenerator[str, None]:
        """Yields what the client sends, and ends when either side closes. One that is silent for long is closed."""

    def send(self, text: str) -> None:
        """Queues a text. A client that does not read is closed with TOO_SLOW; it is never waited for."""

    def close(self, code: int) -> None: ...


SocketHandler: TypeAlias = Callable[[Socket], Awaitable[None]]
