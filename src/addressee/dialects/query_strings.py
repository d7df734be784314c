"""Reads query strings. What the names in one mean, each dialect says."""

from __future__ import annotations

from urllib.parse import parse_qsl

from addressee.dialects.operation import MalformedError

MAX_PAIRS = 5000


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in their order, decoded; those without a value have an empty one. Raises MalformedError."""
    try:
        found = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)
    except UnicodeDecodeError:
        raise MalformedError("query", "The query is not UTF-8.") from None
    except ValueError:
        raise MalformedError("query", f"The query has more than {MAX_PAIRS} values.") from None
    if "\0" in text or "%00" in text:
        raise MalformedError("query", "The query contains a NUL character.")
    return found
