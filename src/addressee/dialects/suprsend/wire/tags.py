"""Filters of tags: one tag, or JSON with `and`, `or`, `not` and `exists` (suprsend.md §5.2). Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

import msgspec

from addressee.dialects.suprsend.wire.errors import invalid

MAX_DEPTH = 10

FORM = 'tags must be one tag, or JSON like {"or": ["a", {"not": "b"}]} or {"exists": true}.'

Filter: TypeAlias = Callable[[Collection[str]], bool]


def tag_filter(text: str | None) -> Filter:
    """Returns the filter that a parameter stands for; without one, all tags fit. Raises SuprSendError."""
    if text is None:
        return lambda tags: True
    if not text.startswith("{"):
        return lambda tags: text in tags
    try:
        return build_filter(msgspec.json.decode(text), MAX_DEPTH)
    except (msgspec.DecodeError, RecursionError):
        raise invalid("tags", FORM) from None


def build_filter(expression: Any, depth: int) -> Filter:
    match expression:
        case _ if depth == 0:
            raise invalid("tags", f"tags must not be nested deeper than {MAX_DEPTH} levels.")
        case str():
            return lambda tags: expression in tags
        case {"exists": bool(wanted), **rest} if not rest:
            return lambda tags: bool(tags) is wanted
        case {"not": refused, **rest} if not rest:
            met = build_filter(refused, depth - 1)
            return lambda tags: not met(tags)
        case {"and": [*parts], **rest} if not rest:
            each = [build_filter(part, depth - 1) for part in parts]
            return lambda tags: all(part(tags) for part in each)
        case {"or": [*parts], **rest} if not rest:
            some = [build_filter(part, depth - 1) for part in parts]
            return lambda tags: any(part(tags) for part in some)
    raise invalid("tags", FORM)
