"""Answers: what a handler returns, as a response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from msgspec import Struct

from addressee.api.json_text import write_json

JSON = "application/json; charset=utf-8"

# How bodies may be compressed.
ENCODINGS = ("gzip", "deflate")


class Answer(Struct, frozen=True):
    """A response: bytes, mostly of JSON, or nothing. What may be of any size comes as a `stream` instead."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    stream: AsyncIterator[bytes] | None = None
    content_type: str = JSON


def answer_of(result: Any, status: int) -> Answer:
    """Returns the answer that a handler's result stands for: itself, or the result as JSON; None has no body."""
    if isinstance(result, Answer):
        return result
    return Answer(status=status) if result is None else Answer(write_json(result), status)


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(write_json(value), status, headers or {})


def no_content(_: object = None) -> Answer:
    """The answer of what has nothing to say but that it was done."""
    return Answer(status=204)
