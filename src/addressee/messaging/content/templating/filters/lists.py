"""Filters of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from addressee.messaging.content.templating.liquid_values import json_of


def intersect(value: Any, other: Any = None) -> list[Any]:
    """Returns what both lists have, once, in the order of the first."""
    known = {json_of(item) for item in items_of(other)}
    found: dict[str, Any] = {}
    for item in items_of(value):
        name = json_of(item)
        if name in known:
            found.setdefault(name, item)
    return list(found.values())


def items_of(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | range) else ()
