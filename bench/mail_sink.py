"""A mail server for measurements: a process that takes every e-mail, keeps none, and counts them.

It speaks SMTP over TCP, no TLS. aiosmtpd takes 400 µs of CPU for an e-mail, twice as much as the client that sends it:
beside it one would measure the server. This one takes 80.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, NamedTuple

GREETING = b"220 sink ESMTP\r\n"
EXTENSIONS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
READY = b"354 go on\r\n"
TAKEN = b"250 OK\r\n"
BYE = b"221 bye\r\n"
END = b"\r\n.\r\n"


class Counts(NamedTuple):
    """The e-mails taken so far, and the most that waited for an answer at the same time."""

    taken: int
    most: int


class Sink(asyncio.Protocol):
    """A connection. Each e-mail is answered after `seconds`."""

    taken = 0
    waiting = 0
    most = 0

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._read = bytearray()
        self._in_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._read += data
        answers = []
        while (end := self._read.find(END if self._in_content else b"\r\n")) >= 0:
            command = bytes(self._read[:4]).upper()
            del self._read[: end + (len(END) if self._in_content else 2)]
            answers.append(self._taken() if self._in_content else self._answer(command))
        if answers:
            self._transport.write(b"".join(answers))

    def _answer(self, command: bytes) -> bytes:
        if command == b"QUIT":
            asyncio.get_running_loop().call_soon(self._transport.close)
            return BYE
        self._in_content = command == b"DATA"
        return READY if self._in_content else EXTENSIONS if command == b"EHLO" else TAKEN

    def _taken(self) -> bytes:
        self._in_content = False
        Sink.waiting += 1
        Sink.most = max(Sink.most, Sink.waiting)
        if not self._seconds:
            return self._done()
        asyncio.get_running_loop().call_later(self._seconds, lambda: self._transport.write(self._done()))
        return b""

    def _done(self) -> bytes:
        Sink.waiting -= 1
        Sink.taken += 1
        return TAKEN


@dataclass(frozen=True)
class MailSink:
    """A running sink, its port, and what it is asked by and answers with."""

    pid: int
    port: int
    questions: IO[str]
    answers: IO[str]

    def counts(self) -> Counts:
        print(file=self.questions, flush=True)
        return Counts(*json.loads(self.answers.readline()))


@contextmanager
def mail_sink(seconds: float = 0) -> Iterator[MailSink]:
    """Runs a sink that takes so long for each e-mail."""
    command = [sys.executable, "-m", "bench.mail_sink", str(seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield MailSink(process.pid, int(process.stdout.readline()), process.stdin, process.stdout)
    finally:
        process.terminate()
        process.wait()


async def serve(seconds: float) -> None:
    """Listens, and answers each line of standard input with the counts."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(seconds), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps([Sink.taken, Sink.most]), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
