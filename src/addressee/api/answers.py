"""Answers: responses as handlers build them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from msgspec import Struct

from addressee.api.requests.json_text import write_json

JSON = "application/json; charset=utf-8"

EVENT_STREAM = "text/event-stream"

# How bodies may be compressed.
ENCODINGS = ("gzip", "deflate")


class Answer(Struct, frozen=True):
    """A response. `body` is mostly JSON, and may be empty; a response without a limit to its size has a `stream`."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    stream: AsyncGenerator[bytes, None] | None = None
    content_type: str = JSON


class EventStream(Struct, frozen=True):
    """The response of operations that answer with Server-Sent Events, for the reference."""


def answer_of(result: Any, status: int) -> Answer:
    """Makes an answer of a handler's result: an Answer stays as it is, None has no body, anything else is JSON."""
    if isinstance(result, Answer):
        return result
    return Answer(status=status) if result is None else Answer(write_json(result), status)


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(write_json(value), status, headers or {})


def no_content(_: object = None) -> Answer:
    """The answer 204, for receipts too: it ignores the result that it is given."""
    return Answer(status=204)
