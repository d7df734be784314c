"""WebSockets over ASGI. What is sent is queued, within a limit, so that a slow reader holds up nobody."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from http import HTTPStatus

from prometheus_client import Counter, Gauge

from addressee.api.answers import JSON
from addressee.api.live.sockets import GOING_AWAY, NOT_TEXT, TOO_SLOW
from addressee.api.requests.json_text import write_json
from addressee.http.request import Receive, Scope, Send, headers_of, peer_of

SOCKETS = Gauge("addressee_sockets", "Open sockets", multiprocess_mode="livesum")
REFUSED = Counter("addressee_sockets_refused", "Requests for sockets that were refused", ["status"])
SENT = Counter("addressee_socket_texts", "Texts that were sent to sockets")
CLOSED = Counter("addressee_sockets_closed", "Sockets that ended, by the code of their end", ["code"])

# Texts that wait for a client to read them.
MAX_QUEUED = 256

# A client that does not take what is left within this time is cut off.
CLOSE_SECONDS = 5


class WebSocket:
    """A Socket (api/live/sockets.py) of an ASGI server."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.query_string: str = scope["query_string"].decode()
        self.headers = headers_of(scope)
        self.peer = peer_of(scope)
        self._receive = receive
        self._send = send
        self._queued: deque[str] = deque()
        self._wakeup = asyncio.Event()
        self._closing: int | None = None
        self._writing: asyncio.Task[None] | None = None

    async def refuse(self, status: HTTPStatus, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        REFUSED.labels(str(int(status))).inc()
        body = write_json({"status": status, "message": message or status.phrase})
        named = {"content-type": JSON, **(headers or {})}
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
        await self._send({"type": "websocket.http.response.start", "status": int(status), "headers": encoded})
        await self._send({"type": "websocket.http.response.body", "body": body})

    async def accept(self) -> None:
        await self._receive()
        await self._send({"type": "websocket.accept"})
        SOCKETS.inc()
        self._writing = asyncio.create_task(self._write())

    async def texts(self, idle_seconds: float) -> AsyncGenerator[str, None]:
        assert self._writing is not None
        try:
            while (text := await self._next(self._writing, idle_seconds)) is not None:
                yield text
        finally:
            await self._end(self._writing)

    async def _next(self, writing: asyncio.Task[None], idle_seconds: float) -> str | None:
        """Returns the next text; None when either side closes, or when there is none for too long."""
        receiving = asyncio.ensure_future(self._receive())
        await asyncio.wait((receiving, writing), timeout=idle_seconds, return_when=asyncio.FIRST_COMPLETED)
        if not receiving.done():
            # The server closes nothing while something is being received.
            receiving.cancel()
            await asyncio.wait((receiving,))
            return None
        event = receiving.result()
        if event["type"] == "websocket.disconnect":
            writing.cancel()
            return None
        text: str | None = event.get("text")
        if text is None:
            self.close(NOT_TEXT)
        return text

    def send(self, text: str) -> None:
        if self._closing is not None:
            return
        if len(self._queued) == MAX_QUEUED:
            self._queued.clear()
            self.close(TOO_SLOW)
        else:
            self._queued.append(text)
            self._wakeup.set()

    def close(self, code: int) -> None:
        if self._closing is None:
            self._closing = code
            self._wakeup.set()

    async def _write(self) -> None:
        """Sends what is queued, until the socket is closed."""
        while True:
            while self._queued:
                await self._send({"type": "websocket.send", "text": self._queued.popleft()})
                SENT.inc()
            if self._closing is not None:
                return
            self._wakeup.clear()
            await self._wakeup.wait()

    async def _end(self, writing: asyncio.Task[None]) -> None:
        """Closes the socket if the client has not, once it has taken what was queued; one that does not is cut off."""
        self.close(GOING_AWAY)
        SOCKETS.dec()
        CLOSED.labels("client" if writing.cancelling() else self._closing).inc()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.wait((writing,))
                if not writing.cancelled():
                    await self._send({"type": "websocket.close", "code": self._closing})
        writing.cancel()
