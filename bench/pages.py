"""Many open pages with Knock's feed, in a process of their own: `python -m bench.pages PORT KEY CHANNEL COUNT`.

Page N shows the feed of user-N. It is told by lines of its standard input, and answers each by one line:

- `beat`: every page sends a heartbeat, and the answer is how many were answered;
- `count`: the answer is how many items all pages together were told of;
- `end`: the answer is a list of what was told, as `[page, total_count, time]`.

The first line that it writes says how many have joined. Sockets are as small as can be: both ends share the machine.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec

# So many are opened at once.
AT_ONCE = 100
PATIENCE_SECONDS = 60

TEXT = 1
FINAL = 0x80
MASKED = 0x80

Told = tuple[int, int, float]


class Page(asyncio.Protocol):
    """One socket. Frames of clients are masked; the mask is zero, so that they are what they say."""

    def __init__(self, number: int, path: str, topic: str, told: list[Told]) -> None:
        self._number = number
        self._path = path
        self._topic = topic
        self._told = told
        self._buffer = bytearray()
        self._is_open = False
        self.answers = 0
        self.joined = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self._is_open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.joined.set_exception(ConnectionError(head.decode()))
                return
            self._buffer, self._is_open = rest, True
            self.send("1", "1", self._topic, "phx_join", {})
        for text in self._texts():
            self._take(msgspec.json.decode(text), now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.joined.done():
            self.joined.set_exception(ConnectionError("The socket was closed."))

    def send(self, *frame: Any) -> None:
        text = msgspec.json.encode(frame)
        length = (
            bytes([MASKED | len(text)]) if len(text) < 126 else bytes([MASKED | 126]) + len(text).to_bytes(2, "big")
        )
        self._transport.write(bytes([FINAL | TEXT]) + length + bytes(4) + text)

    def beat(self) -> None:
        self.send(None, "beat", "phoenix", "heartbeat", {})

    def _take(self, frame: list[Any], now: float) -> None:
        _, _, topic, event, payload = frame
        if event == "new-message":
            self._told.append((self._number, payload["metadata"]["total_count"], now))
        elif topic == "phoenix":
            self.answers += 1
        elif payload == {"status": "ok", "response": {}}:
            self.joined.set_result(None)
        else:
            self.joined.set_exception(ConnectionError(repr(frame)))

    def _texts(self) -> Iterator[bytes]:
        """Yields the texts that have come whole. No frame of the server is longer than 65,535 bytes."""
        while len(self._buffer) >= 2:
            start, length = 2, self._buffer[1]
            if length == 126:
                start, length = 4, int.from_bytes(self._buffer[2:4], "big")
            if len(self._buffer) < start + length:
                return
            text = bytes(self._buffer[start : start + length])
            kind = self._buffer[0] & 0x0F
            del self._buffer[: start + length]
            if kind == TEXT:
                yield text


async def main() -> None:
    port, key, channel, count = sys.argv[1:]
    told: list[Told] = []
    pages = await opened(int(port), key, channel, int(count), told)
    say(len(pages))
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        if line == b"beat\n":
            say(await answered(pages))
        elif line == b"count\n":
            totals = {page: total for page, total, _ in told}
            say(sum(totals.values()))
        else:
            say(told)
            return


async def opened(port: int, key: str, channel: str, count: int, told: list[Told]) -> list[Page]:
    """Returns so many pages that have joined their feeds."""
    loop = asyncio.get_running_loop()
    path = f"/ws/v1/websocket?api_key={key}&vsn=2.0.0"
    pages: list[Page] = []
    for start in range(0, count, AT_ONCE):
        portion = [Page(n, path, f"feeds:{channel}:user-{n}", told) for n in range(start, min(start + AT_ONCE, count))]
        await asyncio.gather(*(loop.create_connection(lambda page=page: page, "127.0.0.1", port) for page in portion))  # type: ignore[misc]
        await asyncio.wait_for(asyncio.gather(*(page.joined for page in portion)), PATIENCE_SECONDS)
        pages += portion
    return pages


async def answered(pages: list[Page]) -> int:
    """Has every page send a heartbeat, and returns how many were answered within a time."""
    before = sum(page.answers for page in pages)
    for page in pages:
        page.beat()
    until = time.monotonic() + PATIENCE_SECONDS
    while (now := sum(page.answers for page in pages) - before) < len(pages) and time.monotonic() < until:
        await asyncio.sleep(0.05)
    return now


def say(what: Any) -> None:
    print(msgspec.json.encode(what).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
