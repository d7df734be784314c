"""Frames of Phoenix channels, by its serializer of version 2 (realtime-knock.md §2)."""

from __future__ import annotations

from typing import Any

import msgspec

HEARTBEAT = "heartbeat"
JOIN = "phx_join"
LEAVE = "phx_leave"
REPLY = "phx_reply"
CLOSE = "phx_close"

# The topic of heartbeats.
PHOENIX = "phoenix"


class Frame(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A frame either way. `ref` and `join_ref` are the client's own, and are given back as they came."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any

    def ok(self) -> Frame:
        return self._reply("ok", {})

    def refused(self, reason: str) -> Frame:
        return self._reply("error", {"reason": reason})

    def _reply(self, status: str, response: dict[str, str]) -> Frame:
        return Frame(self.join_ref, self.ref, self.topic, REPLY, {"status": status, "response": response})


def read_frame(text: str) -> Frame:
    """Raises ValueError for what is no frame."""
    try:
        return msgspec.json.decode(text, type=Frame)
    except RecursionError:
        raise ValueError("The frame is nested too deeply.") from None


def write_frame(frame: Frame) -> str:
    return msgspec.json.encode(frame).decode()


def closed(topic: str, join_ref: str | None) -> Frame:
    """The frame that says that a channel is not joined any more."""
    return Frame(join_ref, join_ref, topic, CLOSE, {})


def pushed(topic: str, event: str, payload: Any) -> Frame:
    """The frame of an event that no client has asked for."""
    return Frame(None, None, topic, event, payload)
