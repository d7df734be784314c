"""The inbox with a real client of Socket.IO, that of python-socketio (realtime-suprsend.md §6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from tests.dialects.suprsend.realtime.conftest import Told, token
from tests.dialects.suprsend.realtime.page import WRONG_TOKEN

Auth = dict[str, Any]

EVENTS = ("new_notification", "connect", "connect_error", "disconnect")


class Client:
    """A client that notes what happens to it. It connects again at once when it has lost its connection."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncClient(reconnection_delay=0.01, reconnection_delay_max=0.01)
        self.happened: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        for event in EVENTS:
            self.sio.on(event, self._noting(event))

    def _noting(self, event: str) -> Any:
        async def note(*data: Any) -> None:
            self.happened.put_nowait((event, data[0] if data else None))

        return note

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(15):
            return await self.happened.get()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client()
    yield client
    await client.sio.disconnect()


async def test_a_client_is_told_of_new_messages(api: str, auth: Auth, told: Told, client: Client) -> None:
    await client.sio.connect(api, auth=auth, transports=["websocket"])
    assert await client.next() == ("connect", None)
    for id in (await told(), await told()):
        assert await client.next() == ("new_notification", {"n_id": id})


async def test_a_refused_client_connects_with_a_fresh_token(
    api: str, auth: Auth, signing_key: str, client: Client, told: Told
) -> None:
    expired = {**auth, "x-ss-signature": token(signing_key, seconds=-100)}
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.sio.connect(api, auth=expired, transports=["websocket"])
    refused, reason = await client.next()
    assert refused == "connect_error"
    assert reason == {"message": WRONG_TOKEN, "data": {"reason": "The user token has expired."}}
    await client.sio.connect(api, auth={**auth, "x-ss-signature": token(signing_key)}, transports=["websocket"])
    assert await client.next() == ("connect", None)
    id = await told()
    assert await client.next() == ("new_notification", {"n_id": id})


async def test_a_client_whose_token_expires_comes_back_with_another(
    api: str, auth: Auth, signing_key: str, client: Client, told: Told
) -> None:
    tokens = [token(signing_key), token(signing_key, seconds=-27)]
    await client.sio.connect(api, auth=lambda: {**auth, "x-ss-signature": tokens.pop()}, transports=["websocket"])
    assert [(await client.next())[0] for _ in range(3)] == ["connect", "disconnect", "connect"]
    id = await told()
    assert await client.next() == ("new_notification", {"n_id": id})


async def test_long_polling_is_no_transport_of_this_service(api: str, auth: Auth, client: Client) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.sio.connect(api, auth=auth, transports=["polling"])
