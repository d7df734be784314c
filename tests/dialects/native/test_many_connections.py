"""Clients that hold more sockets and streams than a process allows, by the address that their proxy tells."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest

from addressee.api.live.sockets import REVOKED
from addressee.database.environment_variables import CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_KEY, TRUSTED_PROXIES
from addressee.database.installation import Installation
from addressee.directory.access.keys import Keys
from tests.conftest import Environment
from tests.support.api import running_api

# Twice as long as is promised.
END_SECONDS = 60


@pytest.fixture
def small_api(installation: Installation) -> Iterator[str]:
    """An API that holds two connections of an address and three of a key, behind a proxy of this machine."""
    settings = {CONNECTIONS_PER_ADDRESS: "2", CONNECTIONS_PER_KEY: "3", TRUSTED_PROXIES: "127.0.0.1"}
    with running_api(installation, **settings) as url:
        yield url


@pytest.mark.slow
async def test_clients_above_a_limit_are_told_to_come_back_later(
    small_api: str, keys: Keys, environment: Environment, welcome: None
) -> None:
    key = (await keys.create(environment.name, "public")).key
    stream, socket = f"/directory/v1/users/ada/feeds/in-app/stream?api_key={key}", f"/ws/v1/websocket?api_key={key}"
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(small_api))

        async def streamed(address: str) -> aiohttp.ClientResponse:
            answer = await stack.enter_async_context(session.get(stream, headers={"X-Forwarded-For": address}))
            if answer.status == 200:
                await answer.content.readline()
            return answer

        async def opened(address: str) -> aiohttp.ClientWebSocketResponse:
            return await stack.enter_async_context(session.ws_connect(socket, headers={"X-Forwarded-For": address}))

        async def refused(address: str) -> tuple[int, str]:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await opened(address)
            assert refusal.value.headers is not None
            return refusal.value.status, refusal.value.headers["Retry-After"]

        assert (await streamed("203.0.114.1")).status == 200
        left = await opened("203.0.114.1")
        assert await refused("203.0.114.1") == (429, "30")
        above = await streamed("203.0.114.1")
        assert (above.status, above.headers["Retry-After"]) == (429, "30")
        assert (await above.json())["error"] == {
            "code": "too_many_connections",
            "message": "This address holds 2 sockets and streams already; close some, or try again later.",
            "fields": [],
        }
        await opened("203.0.114.2")
        assert await refused("203.0.114.3") == (429, "30")
        await left.close()
        while (await streamed("203.0.114.3")).status == 429:  # until the server knows that it has left
            pass


@pytest.mark.slow
async def test_what_a_revoked_key_has_opened_ends(
    api: str, keys: Keys, environment: Environment, welcome: None
) -> None:
    created = await keys.create(environment.name, "public")
    stream = f"/directory/v1/users/ada/feeds/in-app/stream?api_key={created.key}"
    async with (
        aiohttp.ClientSession(api) as session,
        session.ws_connect(f"/ws/v1/websocket?api_key={created.key}") as socket,
        session.get(stream) as streamed,
    ):
        await streamed.content.readline()
        await keys.revoke(str(created.id))
        async with asyncio.timeout(END_SECONDS):
            assert (await socket.receive()).data == REVOKED
            await streamed.content.read()
    async with aiohttp.ClientSession(api) as session, session.get(stream) as again:
        assert again.status == 401
