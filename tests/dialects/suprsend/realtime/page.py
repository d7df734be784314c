"""A client of Socket.IO that sends the raw packets of the contract."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from tests.dialects.knock.realtime.phoenix import Page as Socket

PATH = "/socket.io/?EIO=4&transport=websocket"
WRONG_TOKEN = "Authentication Error: wrong auth token"


class Page(Socket):
    """An open socket. `pid` is what the server gave when it connected last."""

    pid: str = ""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        super().__init__(socket)
        self._told: list[list[Any]] = []

    async def text(self) -> str:
        message = await self._socket.receive(15)
        assert message.type is aiohttp.WSMsgType.TEXT, (message, self._socket.close_code)
        text: str = message.data
        return text

    async def packet(self, type: str) -> Any:
        """Returns the data of the next packet, which is of this type."""
        text = await self.text()
        assert text.startswith(type), text
        return msgspec.json.decode(text.removeprefix(type))

    async def event(self) -> list[Any]:
        """Returns the next event that is not told again: a sweep between two of them has what it finds told twice."""
        event: list[Any]
        while self._is_told_again(event := await self.packet("42")):
            pass
        self._told.append(event)
        return event

    def _is_told_again(self, event: list[Any]) -> bool:
        """New items are told once. A look tells of updates without what was done."""
        name, *data = event
        if name == "new_notification":
            return False
        return event in self._told or (
            name == "notification_update"
            and "action" not in data[0]
            and any(data[0]["n_id"] == told[1].get("n_id") for told in self._told if len(told) > 1)
        )

    async def ask(self, auth: Any, namespace: str = "") -> None:
        """Asks to be connected."""
        await self.send_text(f"40{namespace}{json.dumps(auth)}")

    async def connect(self, auth: Any) -> None:
        await self.ask(auth)
        answer = await self.packet("40")
        assert isinstance(answer["sid"], str)
        self.pid = answer["pid"]

    async def refusal(self, auth: Any) -> str:
        """Returns for whatever reason the client may not connect."""
        await self.ask(auth)
        answer = await self.packet("44")
        assert answer.pop("message") == WRONG_TOKEN
        reason: str = answer["data"]["reason"]
        assert answer == {"data": {"reason": reason}}
        return reason


@asynccontextmanager
async def page(api: str, path: str = PATH) -> AsyncIterator[Page]:
    """Opens a socket, and reads its first packet."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{api}{path}") as socket:
        opened = Page(socket)
        handshake = await opened.packet("0")
        assert isinstance(handshake.pop("sid"), str)
        assert handshake == {"upgrades": [], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 100_000}
        yield opened
