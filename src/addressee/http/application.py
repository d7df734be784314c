"""The ASGI application: it finds who answers a request, sends the answer, counts it and logs it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple, TypeAlias, cast

from falcon.routing import CompiledRouter
from msgspec import structs

from addressee.api.answers import Answer, json_answer
from addressee.api.call import RequestInfo
from addressee.api.errors import UnknownPathError, WebSocketsOnlyError, WrongMethodError
from addressee.api.live.connections import MAX_SOCKETS
from addressee.api.live.connections import REFUSED as REFUSED_CONNECTIONS
from addressee.api.live.sockets import RESTARTING, SocketHandler
from addressee.api.refusals import refusal_of
from addressee.directory.errors import OverloadedError
from addressee.http.cors import PREFLIGHT
from addressee.http.failures import failure
from addressee.http.metrics.request_times import REQUEST_TIMES
from addressee.http.request import Receive, Request, Scope, Send
from addressee.http.response import send_answer
from addressee.http.websockets import WebSocket
from addressee.logs import RequestLine, write_request

# The operation in the metrics of all requests whose authentication failed.
UNAUTHENTICATED = "unauthenticated"

Responder: TypeAlias = Callable[[Request, Mapping[str, str]], Awaitable[Answer]]


class Owner(NamedTuple):
    """The owner of a path: a name for the metrics, and a function that renders any exception."""

    name: str
    error: Callable[[Exception, RequestInfo], Answer]


class Resource(NamedTuple):
    """The responders of a path, by method."""

    owner: Owner
    responders: Mapping[str, Responder]


class Application:
    """An ASGI application of resources.

    Paths are routed raw, segment by segment; a variable in braces takes one of them. The router is Falcon's, which
    compiles all paths to one function (docs/decisions/0037).
    """

    def __init__(self, public_url: str | None) -> None:
        """Takes the URL of the service; None: that of each request."""
        self._router = CompiledRouter()
        self._socket_handlers: dict[str, SocketHandler] = {}
        self._sockets: dict[WebSocket, asyncio.Task[None]] = {}
        self._prefixes: list[tuple[str, Owner]] = []
        self._public_url = public_url

    def add(self, path: str, resource: Resource) -> None:
        self._router.add_route(path, resource)

    def add_socket(self, path: str, handler: SocketHandler) -> None:
        self._socket_handlers[path] = handler

    async def close_sockets(self, seconds: float) -> None:
        """Closes all sockets, so that their clients come back elsewhere; waits a time for those that are slow."""
        for socket in self._sockets:
            socket.close(RESTARTING)
        if self._sockets:
            await asyncio.wait(self._sockets.values(), timeout=seconds)

    def add_prefix(self, prefix: str, owner: Owner) -> None:
        """Says whose the paths below a prefix are that no resource has. The prefix that is added last counts first."""
        self._prefixes.insert(0, (prefix, owner))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._serve_socket(WebSocket(scope, receive, send), scope["path"])
            return
        request = Request(scope, receive, self._public_url)
        answer = PREFLIGHT if request.method == "OPTIONS" else await self._answer(request)
        record(request, answer.status)
        await send_answer(answer, request, send)

    async def _serve_socket(self, socket: WebSocket, path: str) -> None:
        # Clients of an origin that ends with a slash double it; the router takes such paths for those with one, too.
        handler = self._socket_handlers.get(f"/{path.lstrip('/')}")
        if handler is None:
            await socket.refuse(HTTPStatus.NOT_FOUND, "There is no socket at this path.")
            return
        if len(self._sockets) >= MAX_SOCKETS:
            REFUSED_CONNECTIONS.labels("process").inc()
            refusal = refusal_of(OverloadedError("This process has as many sockets as it takes; try again later."))
            await socket.refuse(refusal.status, refusal.message, refusal.headers)
            return
        serving = self._sockets[socket] = asyncio.ensure_future(handler(socket))
        try:
            await serving
        finally:
            del self._sockets[socket]

    async def _answer(self, request: Request) -> Answer:
        found = self._router.find(request.path)
        if found is None:
            owner = self._owner_of(request.path)
            request.dialect = owner.name
            has_sockets = request.path in self._socket_handlers
            return owner.error(WebSocketsOnlyError() if has_sockets else UnknownPathError(), request.info)
        resource = cast(Resource, found[0])
        request.dialect = resource.owner.name
        responder = resource.responders.get(request.method)
        if responder is None:
            return wrong_method(resource, request)
        try:
            return await responder(request, found[2])
        except Exception as error:
            return failure(resource.owner.error, error, request.info)

    def _owner_of(self, path: str) -> Owner:
        return next((owner for prefix, owner in self._prefixes if path.startswith(prefix)), OWN)


def plain_error(error: Exception, info: RequestInfo) -> Answer:
    """The answer to any exception at a path of no dialect."""
    refusal = refusal_of(error)
    return json_answer({"status": refusal.status, "message": refusal.message}, refusal.status, refusal.headers)


OWN = Owner("own", plain_error)


def wrong_method(resource: Resource, request: Request) -> Answer:
    allowed = list(resource.responders)
    answer = resource.owner.error(WrongMethodError(allowed), request.info)
    return structs.replace(answer, headers={**answer.headers, "allow": ", ".join(allowed)})


def record(request: Request, status: int) -> None:
    """Counts an answered request, and logs it."""
    seconds = time.perf_counter() - request.started
    counted_as = request.label if request.authenticated else UNAUTHENTICATED
    REQUEST_TIMES.observe((request.dialect, counted_as, status), seconds)
    write_request(
        RequestLine(
            request_id=request.id,
            method=request.method,
            operation=request.label,
            status=status,
            milliseconds=round(seconds * 1000, 2),
            timestamp=datetime.now(UTC),
        )
    )
