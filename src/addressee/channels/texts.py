"""Texts of messages: how long they are, and how they are cut. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

ELLIPSIS = "…"

# Fields that name what a part of a message is, and say nothing of it.
TYPES = frozenset({"type", "sub_type"})


def length(text: str) -> int:
    """Returns the length of a text in code units of UTF-16, as most vendors count: two for an emoji."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Returns a text of at most this length (see `length`): a longer one ends in an ellipsis."""
    if length(text) <= limit:
        return text
    units = text.encode("utf-16-le")[: 2 * (limit - len(ELLIPSIS))]
    return units.decode("utf-16-le", errors="ignore").rstrip() + ELLIPSIS


def texts_in(value: Any) -> Iterator[str]:
    """Yields the texts in a value of JSON, at any depth, but for the names of fields and types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(texts_in(part) for name, part in value.items() if name not in TYPES)
    elif isinstance(value, list | tuple):
        yield from chain.from_iterable(map(texts_in, value))
