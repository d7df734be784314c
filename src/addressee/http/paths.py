"""Decodes the segments of a path after it has been routed, so that an id may hold `%2F`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from addressee.api.errors import MalformedError
from addressee.directory.errors import RefusedError

BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def decode_segment(name: str, segment: str) -> str:
    """Returns the segment for a path's variable `name`, percent-decoded. Raises MalformedError or RefusedError.

    A plus sign stays one: it is a space in queries only.
    """
    if not segment:
        raise RefusedError("id", name, f"{name} is empty: a part of the path is missing.")
    if "%" not in segment and segment.isascii():
        return segment
    if BAD_ESCAPE.search(segment):
        raise MalformedError("path", f"{name} in the path has a broken percent escape.")
    try:
        raw = segment.encode("latin-1")
        text = ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("path", f"{name} in the path is not UTF-8.") from None
    if "\0" in text:
        raise MalformedError("path", f"{name} in the path contains a NUL character.")
    return text


def decode_path(path: Mapping[str, str]) -> dict[str, str]:
    return {name: decode_segment(name, segment) for name, segment in path.items()}
