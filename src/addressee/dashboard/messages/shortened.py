"""Values that others wrote, as far as a page shows them. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

# The most bytes of a value that a page shows, and of one among many.
MOST_BYTES = 30_000
FEW_BYTES = 4_000


def shortened(value: Any, most: int = MOST_BYTES) -> Any:
    """Returns a value of JSON as it is, or the beginning of one that takes more bytes, with how many there are."""
    encoded = msgspec.json.encode(value)
    if len(encoded) <= most:
        return value
    text = value if isinstance(value, str) else msgspec.json.format(encoded, indent=2).decode()
    return f"{text[:most]}…\n(Cut here: it has {len(encoded):,} bytes. The API has all of it.)"
