"""Logs: one JSON object a line on standard output, of ids and counts. They never hold a key, an address or a body."""

from __future__ import annotations

import asyncio
import atexit
import logging
import sys
from datetime import datetime
from typing import BinaryIO, cast

import msgspec
import structlog

encode_lines = msgspec.json.Encoder().encode_lines


class RequestLine(msgspec.Struct, frozen=True):
    """The log line of one answered request."""

    request_id: str
    method: str
    operation: str
    status: int
    milliseconds: float
    timestamp: datetime
    event: str = "request"
    level: str = "info"


def write_request(line: RequestLine) -> None:
    WRITER.write(line)


def code_lines(error: BaseException) -> list[str]:
    """Returns the lines of code of a traceback, last where it was raised. The message may hold a caller's data."""
    lines = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return lines


def configure() -> None:
    """Sets up logging for this process. Warnings and errors of libraries are written in the same form."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(cast(BinaryIO, WRITER)),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[StdlibBridge()], force=True)


def to_standard_error() -> None:
    """Sets up logging for a command, whose standard output is its result."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def flush() -> None:
    """Writes buffered lines now. Processes of the HTTP server end without running exit handlers."""
    WRITER.drain()


class BufferedWriter:
    """Buffers lines and writes them ten times a second; those of requests are encoded only then, all at once.

    A system call for every line releases the interpreter to another thread each time, which under load costs more than
    the rest of a request.
    """

    SECONDS = 0.1

    def __init__(self) -> None:
        self._lines: list[msgspec.Raw | RequestLine] = []
        atexit.register(self.drain)

    def write(self, line: bytes | RequestLine) -> None:
        self._lines.append(msgspec.Raw(line.removesuffix(b"\n")) if isinstance(line, bytes) else line)
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_later(self.SECONDS, self.drain)
            except RuntimeError:  # no loop runs in this thread, so that nothing would write the line later
                self.drain()

    def flush(self) -> None:
        """Does nothing: lines are written by `drain`."""

    def drain(self) -> None:
        lines, self._lines = self._lines, []
        sys.stdout.buffer.write(encode_lines(lines))
        sys.stdout.buffer.flush()


WRITER = BufferedWriter()


class StdlibBridge(logging.Handler):
    """Logs a library's record: its first line, without arguments or traceback, which may hold a caller's data."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        text = str(record.msg).partition("\n")[0]
        structlog.get_logger().log(record.levelno, "library", logger=record.name, text=text, error=error)
