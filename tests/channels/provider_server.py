"""A provider's API on loopback: it keeps the requests that it gets, and answers as the test says.

It stands in for a vendor's cloud. What a request must look like is checked by the case of each sender
(`tests.channels.cases`), with the vendor's own means: signatures recomputed, payloads decrypted.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from tests.channels import certificates
from tests.channels.http2 import Http2Connection, Http2Request


class Reply(NamedTuple):
    """An answer. A `body` that is no text is sent as JSON."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = {}

    def after(self, seconds: int) -> Reply:
        """Returns this answer with a header `Retry-After`."""
        return self._replace(headers={**self.headers, "retry-after": str(seconds)})

    @property
    def content(self) -> tuple[str, bytes]:
        """The type of the content, and the content."""
        if isinstance(self.body, str):
            return "text/plain; charset=utf-8", self.body.encode()
        return "application/json; charset=utf-8", json.dumps(self.body).encode()


class Silence(NamedTuple):
    """No answer: the request is read, and the connection is closed, or kept open until the client leaves."""

    closes: bool = True


@dataclass(frozen=True)
class ReceivedRequest:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    url: str
    http_version: str = "1.1"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields of a form, in order; a name may occur several times."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.fields)


Answering = Callable[[ReceivedRequest], Reply | Silence]


@dataclass
class ProviderServer:
    """`answer` answers every request; `received` are those it got, in order. `prelude` answers paths of its own first,
    like one for access tokens, whose requests are kept in `preludes`. `trust` is what its client needs to connect, None
    if nothing.
    """

    url: str = ""
    trust: SSLContext | None = None
    answer: Answering = lambda request: Reply()
    prelude: Mapping[str, Answering] = field(default_factory=dict)
    received: list[ReceivedRequest] = field(default_factory=list)
    preludes: list[ReceivedRequest] = field(default_factory=list)

    def reply_to(self, received: ReceivedRequest) -> Reply | Silence:
        if received.path in self.prelude:
            self.preludes.append(received)
            return self.prelude[received.path](received)
        self.received.append(received)
        return self.answer(received)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        reply = self.reply_to(
            ReceivedRequest(
                request.method,
                request.raw_path.partition("?")[0],
                request.query_string,
                {name.lower(): value for name, value in request.headers.items()},
                await request.read(),
                str(request.url),
            )
        )
        if isinstance(reply, Silence):
            assert request.transport is not None
            if reply.closes:
                request.transport.close()
            else:
                await asyncio.Event().wait()
            return web.Response()
        content_type, content = reply.content
        return web.Response(status=reply.status, body=content, headers={"content-type": content_type, **reply.headers})

    def handle_http2(self, request: Http2Request) -> None:
        path, _, query = request.headers[":path"].partition("?")
        reply = self.reply_to(
            ReceivedRequest(
                request.headers[":method"],
                path,
                query,
                {name: value for name, value in request.headers.items() if not name.startswith(":")},
                bytes(request.body),
                f"https://{request.headers[':authority']}{request.headers[':path']}",
                "2",
            )
        )
        if not isinstance(reply, Silence):
            content_type, content = reply.content
            request.reply(reply.status, {"content-type": content_type, **reply.headers}, content)
        elif reply.closes:
            request.abort()


@asynccontextmanager
async def provider_server(*, http2: bool = False) -> AsyncIterator[ProviderServer]:
    """Runs a server of HTTP/1.1, or one of HTTP/2 alone, over TLS."""
    async with http2_server() if http2 else http1_server() as server:
        yield server


@asynccontextmanager
async def http1_server() -> AsyncIterator[ProviderServer]:
    server = ProviderServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def http2_server() -> AsyncIterator[ProviderServer]:
    contexts = certificates.loopback()
    server = ProviderServer(trust=contexts.client)
    listening = await asyncio.get_running_loop().create_server(
        lambda: Http2Connection(server.handle_http2), certificates.HOST, 0, ssl=contexts.server
    )
    server.url = f"https://{certificates.HOST}:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
