"""The side of a server in HTTP/2."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


@dataclass
class Http2Request:
    """A request that has come as a whole. The names of its headers include `:method`, `:path` and `:authority`."""

    connection: Http2Connection
    stream: int
    headers: Mapping[str, str]
    body: bytearray = field(default_factory=bytearray)

    def reply(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.connection.send(self.stream, {":status": str(status), **headers}, content)

    def abort(self) -> None:
        """Closes the connection, without an answer to any of its requests."""
        self.connection.abort()


class Http2Connection(asyncio.Protocol):
    """A connection of a server, which gives its requests to `handle`."""

    def __init__(self, handle: Callable[[Http2Request], None]) -> None:
        self._handle = handle
        self._connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._requests: dict[int, Http2Request] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connection.initiate_connection()
        self._write()

    def data_received(self, data: bytes) -> None:
        for event in self._connection.receive_data(data):
            match event:
                case RequestReceived(stream_id=int(id), headers=list(headers)):
                    self._requests[id] = Http2Request(self, id, {str(name): str(value) for name, value in headers})
                case DataReceived(stream_id=int(id), data=bytes(part), flow_controlled_length=int(length)):
                    self._requests[id].body += part
                    self._connection.acknowledge_received_data(length, id)
                case StreamEnded(stream_id=int(id)):
                    self._handle(self._requests.pop(id))
        self._write()

    def send(self, stream: int, headers: Mapping[str, str], content: bytes) -> None:
        self._connection.send_headers(stream, list(headers.items()))
        self._connection.send_data(stream, content, end_stream=True)
        self._write()

    def abort(self) -> None:
        self._transport.abort()

    def _write(self) -> None:
        self._transport.write(self._connection.data_to_send())
