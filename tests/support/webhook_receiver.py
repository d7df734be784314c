"""A receiver of webhooks on loopback: real HTTP, whose answers a test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def type(self) -> str:
        type: str = self.json["type"]
        return type


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. A `status` of None closes the connection without one."""

    status: int | None = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


# Decides what a request is answered; what it waits for makes the answer late.
Answerer = Callable[[Received], Awaitable[Reply]]


@dataclass
class Receiver:
    """Keeps what it receives, and answers as `answer` says."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answer: Answerer | None = None
    reply: Reply = Reply()
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/hook"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        try:
            while (request := await read_request(reader)) is not None:
                self.received.append(request)
                reply = self.reply if self.answer is None else await self.answer(request)
                if reply.status is None:
                    break
                writer.write(written(reply))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, LOOPBACK, 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for writer in receiver.open:
            writer.close()


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    """Returns the next request of a connection, None when it has ended."""
    line = await reader.readline()
    if not line:
        return None
    _, target, _ = line.decode().split(" ", 2)
    headers = {}
    while (header := (await reader.readline()).decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(target, headers, body)


def written(reply: Reply) -> bytes:
    head = [f"HTTP/1.1 {reply.status} Answered", f"content-length: {len(reply.body.encode())}"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ("\r\n".join(head) + "\r\n\r\n" + reply.body).encode()
