"""Sockets of a process by themselves: how many there are, and what becomes of clients that do not read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from addressee.api.live.sockets import Socket
from addressee.http import application, websockets
from addressee.http.application import Application
from tests.support.waiting import until

SCOPE = {"type": "websocket", "path": "/socket", "query_string": b"", "headers": []}


class Client:
    """The other end of a socket. It takes what is sent until it is told to stop reading."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._events: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._events.put_nowait({"type": "websocket.connect"})

    async def receive(self) -> Mapping[str, Any]:
        return await self._events.get()

    async def send(self, event: Mapping[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(event)

    async def gets(self, *events: Mapping[str, Any]) -> None:
        """Returns once exactly these have come."""

        async def has_come() -> bool:
            return len(self.sent) >= len(events)

        await until(has_come)
        assert self.sent == list(events)

    def says(self, text: str) -> None:
        self._events.put_nowait({"type": "websocket.receive", "text": text})

    def leaves(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect"})


ACCEPTED = {"type": "websocket.accept"}


def text(content: str) -> dict[str, str]:
    return {"type": "websocket.send", "text": content}


async def echo(socket: Socket) -> None:
    await socket.accept()
    async for text in socket.texts(60):
        for _ in range(int(text)):
            socket.send(text)


@pytest.fixture
def app() -> Application:
    app = Application(None)
    app.add_socket("/socket", echo)
    return app


def served(app: Application, client: Client) -> asyncio.Task[None]:
    return asyncio.create_task(app(SCOPE, client.receive, client.send))


async def test_what_is_sent_comes_in_order(app: Application) -> None:
    client = Client()
    serving = served(app, client)
    client.says("2")
    client.says("1")
    await client.gets(ACCEPTED, text("2"), text("2"), text("1"))
    client.leaves()
    await serving
    assert client.sent[4:] == []


async def test_a_doubled_slash_in_front_is_one(app: Application) -> None:
    client = Client()
    serving = asyncio.create_task(app({**SCOPE, "path": "//socket"}, client.receive, client.send))
    await client.gets(ACCEPTED)
    client.leaves()
    await serving


async def test_a_client_that_does_not_read_is_cut_off(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websockets, "CLOSE_SECONDS", 0.01)
    client = Client()
    serving = served(app, client)
    await client.gets(ACCEPTED)
    client.reads.clear()
    client.says(str(websockets.MAX_QUEUED + 2))
    await serving
    assert client.sent == [ACCEPTED]


async def test_a_slow_client_is_told_so_when_it_reads_again(app: Application) -> None:
    client = Client()
    serving = served(app, client)
    await client.gets(ACCEPTED)
    client.reads.clear()
    client.says(str(websockets.MAX_QUEUED + 2))
    await asyncio.wait((serving,), timeout=0.05)
    client.reads.set()
    await serving
    assert client.sent[-1] == {"type": "websocket.close", "code": 1013}


async def test_no_more_sockets_than_a_process_bears(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "MAX_SOCKETS", 1)
    first, second = Client(), Client()
    serving = served(app, first)
    await first.gets(ACCEPTED)
    await served(app, second)
    head, body = second.sent
    assert (head["status"], dict(head["headers"])[b"retry-after"]) == (503, b"1")
    assert msgspec.json.decode(body["body"])["message"].startswith("This process has as many sockets as it takes")
    first.leaves()
    await serving
