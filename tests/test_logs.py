"""The log's buffer: lines of requests and of all else, written together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from addressee.logs import BufferedWriter, RequestLine

LINE = RequestLine("req-1", "GET", "users.get", 200, 1.25, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


async def test_lines_of_all_kinds_are_written_in_their_order(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    writer = BufferedWriter()
    writer.write(b'{"event":"ready"}\n')
    writer.write(LINE)
    writer.write(b'{"event":"stopped"}\n')
    writer.drain()
    assert capfdbinary.readouterr().out.splitlines(keepends=True) == [
        b'{"event":"ready"}\n',
        b'{"request_id":"req-1","method":"GET","operation":"users.get","status":200,"milliseconds":1.25,'
        b'"timestamp":"2026-01-02T03:04:05Z","event":"request","level":"info"}\n',
        b'{"event":"stopped"}\n',
    ]


async def test_without_lines_nothing_is_written(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    BufferedWriter().drain()
    assert capfdbinary.readouterr().out == b""
