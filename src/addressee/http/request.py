"""Requests as they arrive, before anybody knows who sent them."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar, overload

from uuid_utils import uuid7

from addressee.api.call import RequestInfo

Scope: TypeAlias = dict[str, Any]
Event: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]

T = TypeVar("T")

ACCEPTABLE_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Headers(Mapping[str, str]):
    """The headers of a request, by lower-case names; of a repeated one the last counts.

    Those that somebody asks for are decoded, which are few of those that clients send.
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._raw = dict(raw)

    def __getitem__(self, name: str) -> str:
        return self._raw[name.encode("latin-1")].decode("latin-1")

    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...
    def get(self, name: str, default: Any = None) -> Any:
        """Does the same as that of any mapping, without an exception for each header that is not there."""
        found = self._raw.get(name.encode("latin-1"))
        return default if found is None else found.decode("latin-1")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.encode("latin-1") in self._raw

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._raw)

    def __len__(self) -> int:
        return len(self._raw)


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
        self.headers = Headers(scope["headers"])
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
