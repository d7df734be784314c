"""Reads and writes JSON, also with half of a surrogate pair: JSON can escape one, but UTF-8 cannot encode it.

Such a text can be read, so that an error names the field that holds it.
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
    """Parses JSON. Raises ValueError unless it is JSON in UTF-8, RecursionError when it is nested too deeply."""
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
    """Encodes a value; half of a surrogate pair in it is shown as its escape."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
        return LONE_SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text).encode()
