"""Requests as they arrive, before anybody knows who sent them."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from uuid_utils import uuid7

from addressee.api.call import RequestInfo

Scope: TypeAlias = dict[str, Any]
Event: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

ACCEPTABLE_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Request:
    """A request: its head, where its body comes from, and what the log and the metrics call it.

    `path` is raw, so that `%2F` inside a segment does not split it; its bytes beyond ASCII are Latin-1. `dialect`,
    `label` and `authenticated` are set by whoever answers the request.
    """

    __slots__ = (
        "_public_url",
        "_scope",
        "authenticated",
        "dialect",
        "headers",
        "id",
        "label",
        "method",
        "path",
        "query_string",
        "receive",
        "started",
    )

    def __init__(self, scope: Scope, receive: Receive, public_url: str | None) -> None:
        self.started = time.perf_counter()
        self.receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1").partition("?")[0]
        self.query_string: str = scope["query_string"].decode()
        self.headers = headers_of(scope)
        self.id = request_id(self.headers.get("x-request-id"))
        self.dialect = "own"
        self.label = "unrouted"
        self.authenticated = True
        self._scope = scope
        self._public_url = public_url

    @property
    def http_version(self) -> str:
        version: str = self._scope["http_version"]
        return version

    @property
    def info(self) -> RequestInfo:
        return RequestInfo(self.id, self._public_url or url_of(self._scope, self.headers), peer_of(self._scope))

    @property
    def target(self) -> str:
        """The path and the query, byte for byte as they came."""
        return f"{self.path}?{self.query_string}" if self.query_string else self.path


def headers_of(scope: Scope) -> dict[str, str]:
    """Returns the headers by lower-case names; of a repeated one the last counts."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def request_id(given: str | None) -> str:
    """Returns the caller's own id if it is one word of printable ASCII, else a new one."""
    return given if given and ACCEPTABLE_ID.fullmatch(given) else str(uuid7())


def peer_of(scope: Scope) -> str | None:
    """Returns the address that has connected, where the server knows it."""
    client = scope.get("client")
    return client[0] if client else None


def url_of(scope: Scope, headers: Mapping[str, str]) -> str:
    """Returns the URL of the service as the client named it."""
    host = headers.get("host")
    return f"{scope['scheme']}://{host}" if host else "{}://{}:{}".format(scope["scheme"], *scope["server"])
