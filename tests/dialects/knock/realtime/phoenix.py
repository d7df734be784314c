"""A client of Phoenix channels that sends the raw frames of the contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

PATIENCE_SECONDS = 15
PATH = "/ws/v1/websocket"


class Page:
    """An open socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, *frame: Any) -> None:
        await self._socket.send_str(msgspec.json.encode(frame).decode())

    async def send_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def send_bytes(self, data: bytes) -> None:
        await self._socket.send_bytes(data)

    async def frame(self) -> list[Any]:
        """Returns the next frame."""
        message = await self._socket.receive(PATIENCE_SECONDS)
        assert message.type is aiohttp.WSMsgType.TEXT, (message, self._socket.close_code)
        frame: list[Any] = msgspec.json.decode(message.data)
        return frame

    async def close_code(self) -> int | None:
        """Returns the code with which the server closes; frames before it are passed over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for _ in self._socket:
                pass
        return self._socket.close_code

    async def join(self, topic: str, payload: Any, ref: str = "1") -> list[Any]:
        """Joins a topic, and returns the answer."""
        await self.send(ref, ref, topic, "phx_join", payload)
        return await self.frame()

    async def beat(self) -> list[Any]:
        """Sends a heartbeat, and returns the next frame: its answer, if nothing was sent before."""
        await self.send(None, "beat", "phoenix", "heartbeat", {})
        return await self.frame()

    async def leave(self) -> None:
        await self._socket.close()


BEATEN = [None, "beat", "phoenix", "phx_reply", {"status": "ok", "response": {}}]


def joined(topic: str, ref: str = "1") -> list[Any]:
    return [ref, ref, topic, "phx_reply", {"status": "ok", "response": {}}]


def refused(topic: str, reason: str, ref: str = "1") -> list[Any]:
    return [ref, ref, topic, "phx_reply", {"status": "error", "response": {"reason": reason}}]


@asynccontextmanager
async def page(api: str, query: str, path: str = PATH, **headers: str) -> AsyncIterator[Page]:
    """Opens a socket with this query. Raises aiohttp.WSServerHandshakeError when it is refused."""
    url = f"{api}{path}?{query}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, headers=headers) as socket:
        yield Page(socket)


async def refusal(api: str, query: str, path: str = PATH, **headers: str) -> int | None:
    """Returns the status with which a socket is refused, None if it is not."""
    try:
        async with page(api, query, path, **headers):
            return None
    except aiohttp.WSServerHandshakeError as error:
        return error.status
