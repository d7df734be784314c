"""The conversation on a socket of Phoenix channels: heartbeats, joins and leaves (realtime-knock.md §2)."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from contextlib import aclosing

from addressee.api.live.phoenix import HEARTBEAT, JOIN, LEAVE, PHOENIX, Frame, closed, read_frame, write_frame
from addressee.api.live.sockets import EXPIRED, NOT_JSON, TOO_LONG, Socket

# Clients send a heartbeat every 30 seconds.
IDLE_SECONDS = 60
MAX_FRAME_CHARACTERS = 100_000

UNMATCHED = "unmatched topic"


class PhoenixSocket(ABC):
    """One socket, whose client joins and leaves topics. A dialect says what a topic is and what joining does."""

    def __init__(self, socket: Socket, expires_at: float | None) -> None:
        """`expires_at` is the Unix time at which the socket is closed; None: it may stay open."""
        self._socket = socket
        self._expires_at = expires_at

    @abstractmethod
    def _topics(self) -> list[str]:
        """Returns the topics that are joined."""

    @abstractmethod
    async def _join(self, frame: Frame) -> None:
        """Joins the topic of a frame, which is not joined, and answers it."""

    @abstractmethod
    def _leave(self, topic: str) -> str | None:
        """Leaves a topic if it is joined, and returns the reference of its join."""

    async def run(self) -> None:
        """Converses until the socket is closed."""
        expiry = self._close_on_expiry()
        try:
            async with aclosing(self._socket.texts(IDLE_SECONDS)) as texts:
                async for text in texts:
                    await self._take(text)
        finally:
            if expiry is not None:
                expiry.cancel()
            for topic in self._topics():
                self._leave(topic)

    def _close_on_expiry(self) -> asyncio.TimerHandle | None:
        if self._expires_at is None:
            return None
        seconds = self._expires_at - time.time()
        return asyncio.get_running_loop().call_later(seconds, self._socket.close, EXPIRED)

    async def _take(self, text: str) -> None:
        if len(text) > MAX_FRAME_CHARACTERS:
            self._socket.close(TOO_LONG)
            return
        try:
            frame = read_frame(text)
        except ValueError:
            self._socket.close(NOT_JSON)
            return
        if frame.topic == PHOENIX and frame.event == HEARTBEAT:
            self._send(frame.ok())
        elif frame.event == JOIN:
            if frame.topic in self._topics():
                self._send(closed(frame.topic, self._leave(frame.topic)))
            await self._join(frame)
        elif frame.event == LEAVE:
            join_ref = self._leave(frame.topic)
            self._send(frame.ok())
            self._send(closed(frame.topic, frame.join_ref if join_ref is None else join_ref))
        elif frame.topic in self._topics():
            self._send(frame.ok())
        else:
            self._send(frame.refused(UNMATCHED))

    def _send(self, frame: Frame) -> None:
        self._socket.send(write_frame(frame))
