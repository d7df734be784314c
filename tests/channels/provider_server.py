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
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web


class Reply(NamedTuple):
    """An answer. A `body` that is no text is sent as JSON."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = {}

    def after(self, seconds: int) -> Reply:
        """Returns this answer with a header `Retry-After`."""
        return self._replace(headers={**self.headers, "retry-after": str(seconds)})


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
    like one for access tokens, whose requests are kept in `preludes`.
    """

    url: str = ""
    answer: Answering = lambda request: Reply()
    prelude: Mapping[str, Answering] = field(default_factory=dict)
    received: list[ReceivedRequest] = field(default_factory=list)
    preludes: list[ReceivedRequest] = field(default_factory=list)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        received = ReceivedRequest(
            request.method,
            request.raw_path.partition("?")[0],
            request.query_string,
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
            str(request.url),
        )
        if received.path in self.prelude:
            self.preludes.append(received)
            reply = self.prelude[received.path](received)
        else:
            self.received.append(received)
            reply = self.answer(received)
        if isinstance(reply, Silence):
            assert request.transport is not None
            if reply.closes:
                request.transport.close()
            else:
                await asyncio.Event().wait()
            return web.Response()
        if isinstance(reply.body, str):
            return web.Response(status=reply.status, text=reply.body, headers=reply.headers)
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)


@asynccontextmanager
async def provider_server() -> AsyncIterator[ProviderServer]:
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
