"""Shapes of frames, as they are logged: names and types, and no values but words of the protocol. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec

MAX_DEPTH = 4
MAX_SHOWN = 20

# A word of a protocol. Other keys could be ids.
WORD = re.compile(r"[A-Za-z_][A-Za-z_-]{0,40}")

# Keys whose values are words of the protocol, too.
NAMING = frozenset({"type", "event", "action", "op"})


def shape_of(text: str) -> Any:
    """Returns the shape of a frame: of JSON what it is made of, of any other text its length."""
    try:
        return shape(msgspec.json.decode(text), MAX_DEPTH)
    except (msgspec.DecodeError, RecursionError):
        return f"text of {len(text)}"


def shape(value: Any, depth: int) -> Any:
    if not depth:
        return "..."
    if isinstance(value, dict):
        return dict(named(name, each, depth - 1) for name, each in list(value.items())[:MAX_SHOWN])
    if isinstance(value, list):
        return [shape(each, depth - 1) for each in value[:MAX_SHOWN]]
    return "null" if value is None else type(value).__name__


def named(name: str, value: Any, depth: int) -> tuple[str, Any]:
    if name in NAMING and isinstance(value, str) and WORD.fullmatch(value):
        return name, value
    return (name if WORD.fullmatch(name) else "?"), shape(value, depth)
