"""A server of files on loopback: what it serves, it serves as the test says, broken as it may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

# A part of every URL, which nothing may tell.
SECRET = "signature-5ecret"


@dataclass
class FileServer:
    """`answers` are by path, `raw` ones are sent as they are; `asked` are the paths that it was asked for, in order.

    `/slow` waits until it `goes_on`, `/endless` never ends.
    """

    url: str = ""
    answers: dict[str, list[web.Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    raw: dict[str, bytes] = field(default_factory=dict)

    def at(self, path: str, content: bytes, content_type: str = "application/pdf", **headers: str) -> str:
        """Serves a file, and returns its URL."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.answering(path, web.Response(body=content, headers={"content-type": content_type, **named}))

    def answering(self, path: str, *answers: web.Response) -> str:
        """Has a path be answered so, one after the other, and the last one from then on."""
        self.answers[path] = list(answers)
        return f"{self.url}{path}?signature={SECRET}"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request.path)
        self.was_asked.set()
        self.headers.append(request.headers)
        if request.path in self.raw:
            assert isinstance(request.transport, asyncio.Transport)
            request.transport.write(self.raw[request.path])
            request.transport.close()
            return web.Response()
        if request.path == "/slow":
            await self.goes_on.wait()
        if request.path == "/endless":
            answer = web.StreamResponse(headers={"content-type": "application/pdf"})
            await answer.prepare(request)
            try:
                await answer.write(b"%PDF-1.7\n")
                while True:
                    await answer.write(b"x" * 100_000)
            except ConnectionError:
                return answer
        answers = self.answers[request.path]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return web.Response(status=found.status, body=found.body, headers=found.headers)


@asynccontextmanager
async def file_server() -> AsyncIterator[FileServer]:
    server = FileServer()
    runner = web.ServerRunner(web.Server(server.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        server.goes_on.set()
        await runner.cleanup()
