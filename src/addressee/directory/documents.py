"""JSON documents: what PostgreSQL can hold, when two say the same, and how one is laid over another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

MAX_DEPTH = 64
MAX_ID_LENGTH = 256
NUMBER_BOUND = 2**63
FIRST_SURROGATE = "\ud800"
LAST_SURROGATE = "\udfff"


class Merge(Enum):
    """How given values meet stored ones: by top-level key, or recursing where both are objects."""

    SHALLOW = "shallow"
    DEEP = "deep"


def overlay(base: Document, given: Mapping[str, Any], merge: Merge) -> Document:
    """`given` laid over `base`. Lists and scalars replace; null is a value. Neither argument is changed."""
    if merge is Merge.SHALLOW:
        return {**base, **given}
    merged = dict(base)
    for name, value in given.items():
        below = merged.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[name] = overlay(below, value, merge)
        else:
            merged[name] = value
    return merged


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: unlike Python's, true is not 1."""
    return bool(one == other) and same_kinds(one, other)


def same_kinds(one: Any, other: Any) -> bool:
    """Of values that Python calls equal: whether booleans meet booleans."""
    if one is other:
        return True
    if isinstance(one, dict):
        return all(same_kinds(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return all(map(same_kinds, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def check_value(value: Any, field: str, depth: int = 1) -> None:
    """Raises RefusedError for what cannot be stored as JSON in PostgreSQL.

    NUL characters, lone surrogates, NaN and infinities, numbers of 2**63 and beyond, and nesting deeper than
    64 levels.
    """
    if isinstance(value, str):
        check_text(value, field)
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int | float):
        if not abs(value) < NUMBER_BOUND:  # true for NaN too; no integer is too long to be compared
            raise RefusedError("number", field, f"{field} is not a number between -2^63 and 2^63.")
    elif isinstance(value, dict):
        check_depth(depth, field)
        for name, item in value.items():
            check_text(name, field)
            check_value(item, f"{field}.{name}", depth + 1)
    elif isinstance(value, list):
        check_depth(depth, field)
        for index, item in enumerate(value):
            check_value(item, f"{field}[{index}]", depth + 1)
    else:
        raise RefusedError("type", field, f"{field} is a {type(value).__name__}, which JSON does not have.")


def check_depth(depth: int, field: str) -> None:
    if depth > MAX_DEPTH:
        name = field[:40] + "…"
        raise RefusedError("depth", name, f"{name} is nested more than {MAX_DEPTH} levels deep.")


def check_text(text: object, field: str) -> None:
    """Raises RefusedError unless `text` is a string that UTF-8 and PostgreSQL can hold."""
    if not isinstance(text, str):
        raise RefusedError("type", field, f"A name below {field} is not a string.")
    if "\0" in text:
        raise RefusedError("text", field, f"{field} contains a NUL character, which cannot be stored.")
    if not text.isascii() and any(FIRST_SURROGATE <= character <= LAST_SURROGATE for character in text):
        raise RefusedError("text", field, f"{field} contains half of a surrogate pair, which is not a character.")


def check_id(id: object, field: str = "id") -> str:
    """The id itself. Raises RefusedError unless it is a string of 1 to 256 characters that can be stored."""
    if not isinstance(id, str) or not 1 <= len(id) <= MAX_ID_LENGTH:
        raise RefusedError("id", field, f"{field} must be a string of 1 to {MAX_ID_LENGTH} characters.")
    check_text(id, field)
    return id
