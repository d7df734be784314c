"""Values of JSON that may be of another type than the vendor writes."""

from __future__ import annotations

from typing import Any


def listed(value: Any) -> list[Any]:
    """Returns a list, an empty one in place of any other value."""
    return value if isinstance(value, list) else []
