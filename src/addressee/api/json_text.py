"""JSON as it comes and goes, also where it holds half of a surrogate pair, which JSON can name and UTF-8 cannot hold.

What such a text stands in is refused by its name like anything else that cannot be stored, and not with the whole body.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from addressee.directory.documents import LONE_SURROGATE

decode = msgspec.json.Decoder().decode

SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(text: bytes) -> Any:
    """Raises ValueError for what is no JSON in UTF-8, RecursionError for what is nested too deeply."""
    try:
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        if not SURROGATE_ESCAPE.search(text):
            raise
        return json.loads(text.decode(), parse_float=parse_float, parse_constant=refuse_constant)


def parse_float(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("The number is out of range.")
    return number


def refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON.")


def write_json(value: Any) -> bytes:
    """The value as JSON; a text that quotes half of a surrogate pair shows its escape instead."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
        return LONE_SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text).encode()
