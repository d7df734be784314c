"""Sockets by themselves: heartbeats, clients that do not connect, a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from addressee.api.live.client_addresses import TrustedProxies
from addressee.api.live.connections import Connections, Limits
from addressee.api.services import Services
from addressee.database.pool import Pool
from addressee.dialects.suprsend.realtime import socket as module
from addressee.dialects.suprsend.realtime.socket import InboxSockets
from addressee.directory.directory import Directory
from addressee.directory.errors import UnavailableError
from addressee.http.application import Application
from addressee.messaging.messaging import Messaging
from tests.http.test_websockets import SCOPE, Client
from tests.support.waiting import until

PING = {"type": "websocket.send", "text": "2"}


def closed(code: int) -> dict[str, Any]:
    return {"type": "websocket.close", "code": code}


class NoKeys:
    """The keys of a database that is away."""

    async def find(self, *asked: object) -> None:
        raise UnavailableError


class Served(Client):
    """A client that is served, and what it gets after the first packet."""

    def __init__(self, pool: Pool, limits: Limits = Limits(), **seconds: float) -> None:  # noqa: B008
        super().__init__()
        directory = Directory(pool)
        services = SimpleNamespace(
            directory=directory,
            messaging=Messaging.from_directory(directory),
            keys=NoKeys(),
            connections=Connections(limits, TrustedProxies()),
        )
        app = Application(None)
        app.add_socket("/socket", InboxSockets(cast(Services, services), **seconds).serve)
        scope = {**SCOPE, "query_string": b"EIO=4&transport=websocket"}
        self.serving = asyncio.create_task(app(scope, self.receive, self.send))

    async def next(self, count: int) -> list[Mapping[str, Any]]:
        async def have_come() -> bool:
            return len(self.sent) >= 2 + count

        await until(have_come)
        return self.sent[2:]


async def test_a_client_that_answers_is_asked_again(pool: Pool) -> None:
    client = Served(pool, ping_interval=0.01, ping_timeout=60)
    for count in (1, 2, 3):
        assert await client.next(count) == [PING] * count
        client.says("3")
    client.leaves()
    await client.serving


async def test_a_client_that_does_not_answer_is_closed(pool: Pool) -> None:
    client = Served(pool, ping_interval=0.01, ping_timeout=0.05)
    await client.serving
    assert client.sent[2:] == [PING, closed(1001)]


async def test_a_client_that_does_not_connect_is_closed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.02)
    client = Served(pool)
    await client.serving
    assert client.sent[2:] == [closed(4408)]


async def test_without_the_database_clients_are_sent_away_to_come_back(pool: Pool) -> None:
    client = Served(pool)
    client.says('40{"authorization":"pk_x","distinct_id":"ada"}')
    await client.serving
    assert client.sent[2:] == [closed(4503)]


async def test_clients_above_a_limit_are_refused_before_they_connect(pool: Pool) -> None:
    client = Served(pool, Limits(per_key=0))
    await client.serving
    assert [event.get("status") for event in client.sent] == [429, None]
