"""An HTTP client that sends requests byte for byte: nothing is escaped, corrected or refused."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from select import select
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """A connection that stays open between requests, and is opened again when the server closes it."""

    def __init__(self, url: str) -> None:
        self._where = urlsplit(url)
        self._socket: socket.socket | None = None

    def ask(
        self,
        method: str,
        target: str,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        announced: int | None = None,
    ) -> Reply:
        """Sends one request. A body of several parts is sent in chunks; `announced` is a length to claim instead."""
        sent = {"host": self._where.netloc, **({"authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        if isinstance(body, bytes):
            sent["content-length"] = str(len(body) if announced is None else announced)
            parts: Iterable[bytes] = [body]
        elif body is not None:
            sent["transfer-encoding"] = "chunked"
            parts = chunks(body)
        else:
            parts = []
        reply, closes = self._exchange(method, [head(method, target, sent), *parts])
        if closes or announced is not None:
            self.close()
        return reply

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, method: str, parts: Iterable[bytes]) -> tuple[Reply, bool]:
        """Returns the response, and whether the server closes the connection after it."""
        connection = self._open()
        try:
            connection.sendall(b"".join(parts))
            is_broken = False
        except (BrokenPipeError, ConnectionResetError):
            is_broken = True  # a server that refuses a body may close before all of it is sent
        answer = HTTPResponse(connection, method=method)
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if headers.get("content-type") == "text/event-stream" and method != "HEAD":
            return Reply(answer.status, headers, b""), True  # it has no end to read up to
        return Reply(answer.status, headers, answer.read()), is_broken or answer.will_close

    def _open(self) -> socket.socket:
        if self._socket is not None and is_closed(self._socket):
            self.close()
        if self._socket is None:
            where = (str(self._where.hostname), int(self._where.port or 0))
            self._socket = socket.create_connection(where, timeout=TIMEOUT_SECONDS)
        return self._socket


def ask(
    url: str,
    method: str,
    target: str,
    *,
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
    announced: int | None = None,
) -> Reply:
    """Sends one request on a connection of its own."""
    connection = Connection(url)
    try:
        return connection.ask(method, target, key=key, headers=headers, body=body, announced=announced)
    finally:
        connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Returns whether the server has closed the connection: between requests, nothing but the end can be read."""
    readable, _, _ = select([connection], [], [], 0)
    return bool(readable)


def head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunks(parts: Iterable[bytes]) -> Iterable[bytes]:
    for part in parts:
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"
