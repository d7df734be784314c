"""Packets of Socket.IO in packets of Engine.IO 4, each a text of a WebSocket (realtime-suprsend.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from engineio import packet as engineio
from socketio import packet as socketio


class Kind(Enum):
    """A kind of packets that clients send. Nothing comes of OTHER ones: there are no events that clients send."""

    PONG = "pong"
    CLOSE = "close"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    OTHER = "other"


class Received(NamedTuple):
    """A packet of a client. `data` is JSON, None without any."""

    kind: Kind
    namespace: str = "/"
    data: Any = None


OUTER = {engineio.PONG: Kind.PONG, engineio.CLOSE: Kind.CLOSE}

INNER = {
    socketio.CONNECT: Kind.CONNECT,
    socketio.DISCONNECT: Kind.DISCONNECT,
    socketio.EVENT: Kind.OTHER,
    socketio.ACK: Kind.OTHER,
}

PING: str = engineio.Packet(engineio.PING).encode()


def read_packet(text: str) -> Received:
    """Raises ValueError for what is no packet of a client."""
    try:
        outer = engineio.Packet(encoded_packet=text)
        if outer.packet_type in OUTER:
            return Received(OUTER[outer.packet_type])
        if outer.packet_type != engineio.MESSAGE or not isinstance(outer.data, str) or not outer.data:
            raise ValueError("Clients send no such packets of Engine.IO.")
        inner = socketio.Packet(encoded_packet=outer.data)
    except RecursionError:
        raise ValueError("The packet is nested too deeply.") from None
    if inner.packet_type not in INNER:
        raise ValueError("Clients send no such packets of Socket.IO.")
    return Received(INNER[inner.packet_type], inner.namespace or "/", inner.data)


def opened(sid: str, ping_interval: float, ping_timeout: float, max_payload: int) -> str:
    """The first packet of a socket: what is promised and expected. Times are in seconds."""
    handshake = {
        "sid": sid,
        "upgrades": [],
        "pingInterval": round(ping_interval * 1000),
        "pingTimeout": round(ping_timeout * 1000),
        "maxPayload": max_payload,
    }
    text: str = engineio.Packet(engineio.OPEN, handshake).encode()
    return text


def connected(namespace: str, sid: str, pid: str) -> str:
    """The answer to a client that may connect. It gives `pid` back when it connects again after a loss."""
    return message(socketio.Packet(socketio.CONNECT, {"sid": sid, "pid": pid}, namespace))


def refused(namespace: str, text: str, reason: str) -> str:
    """The answer to a client that may not connect; the reason is for developers."""
    return message(socketio.Packet(socketio.CONNECT_ERROR, {"message": text, "data": {"reason": reason}}, namespace))


def event(namespace: str, name: str, data: Mapping[str, Any] | None) -> str:
    return message(socketio.Packet(socketio.EVENT, [name] if data is None else [name, data], namespace))


def message(packet: socketio.Packet) -> str:
    text: str = engineio.Packet(engineio.MESSAGE, packet.encode()).encode()
    return text
