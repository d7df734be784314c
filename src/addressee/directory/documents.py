"""JSON documents: which values PostgreSQL can store, when two are equal, and how they are merged. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

import msgspec

from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document

MAX_DEPTH = 64
MAX_ID_LENGTH = 256
NUMBER_BOUND = 2**63

# An id in a request: some clients send numbers.
Id: TypeAlias = str | int

# HTTP clients remove these segments from a path before they send it, so nothing with such an id could be requested.
UNREACHABLE = frozenset({".", ".."})

NUL = "\0"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
UNSTORABLE = re.compile(f"{NUL}|{LONE_SURROGATE.pattern}")

ABSENT = object()


class Merge(Enum):
    """A way to merge given values into stored ones.

    SHALLOW replaces top-level keys; DEEP recurses where both values are objects; PATCH is DEEP, with every null
    removing its key (a JSON merge patch, RFC 7396).
    """

    SHALLOW = "shallow"
    DEEP = "deep"
    PATCH = "patch"


def overlay(base: Document, given: Mapping[str, Any], merge: Merge) -> Document:
    """Returns `given` merged into `base`, changing neither. Lists and scalars are replaced as a whole."""
    match merge:
        case Merge.SHALLOW:
            return {**base, **given}
        case Merge.DEEP:
            return merged_deep(base, given)
        case Merge.PATCH:
            return patched(base, given)


def merged_deep(base: Document, given: Mapping[str, Any]) -> Document:
    merged = dict(base)
    for name, value in given.items():
        below = merged.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[name] = merged_deep(below, value)
        else:
            merged[name] = value
    return merged


def patched(base: Document, patch: Mapping[str, Any]) -> Document:
    merged = dict(base)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            below = merged.get(name)
            merged[name] = patched(below if isinstance(below, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def same(one: Any, other: Any) -> bool:
    """Returns whether two JSON values are equal. Unlike in Python, true is not 1."""
    return one == other and (type(one) is str or same_kinds(one, other))


def unlike(given: Mapping[str, Any], stored: Document) -> Document:
    """Returns the given values that are not what is stored under their names."""
    different = {}
    for name, value in given.items():
        found = stored.get(name, ABSENT)
        # As in `same`, which is not called for each value: most are texts, or the stored objects themselves.
        if found is not value and not (value == found and (type(value) is str or same_kinds(value, found))):
            different[name] = value
    return different


def same_kinds(one: Any, other: Any) -> bool:
    """Returns whether booleans stand at the same places in two values that are equal to Python."""
    if one is other:
        return True
    if isinstance(one, dict):
        return all(same_kinds(value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        return all(map(same_kinds, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def check_value(value: Any, field: str, depth: int = 1) -> None:
    """Raises RefusedError for a value that cannot be stored as JSON in PostgreSQL.

    Refused are NUL characters, lone surrogates, NaN and infinities, numbers of 2**63 and beyond, and nesting deeper
    than 64 levels.
    """
    if isinstance(value, dict):
        check_depth(depth, field)
        for name, item in value.items():
            check_name(name, field)
            if not is_plain(item):
                check_value(item, below(field, name), depth + 1)
    elif isinstance(value, list):
        check_depth(depth, field)
        for index, item in enumerate(value):
            if not is_plain(item):
                check_value(item, f"{field}[{index}]", depth + 1)
    elif isinstance(value, str):
        check_text(value, field)
    elif isinstance(value, bool) or value is None:
        pass
    elif isinstance(value, int | float):
        if not abs(value) < NUMBER_BOUND:  # true for NaN too; no integer is too long to be compared
            raise RefusedError("number", field, f"{field} is not a number between -2^63 and 2^63.")
    else:
        raise RefusedError("type", field, f"{field} is a {type(value).__name__}, which JSON does not have.")


def is_plain(value: object) -> bool:
    """Returns True for a value that can be stored, as is seen at a glance: so most are not looked at more closely."""
    if type(value) is str:
        return value.isascii() and NUL not in value
    if type(value) is int:
        return abs(value) < NUMBER_BOUND
    return value is None or type(value) is bool


def check_depth(depth: int, field: str) -> None:
    if depth > MAX_DEPTH:
        name = field[:40] + "…"
        raise RefusedError("depth", name, f"{name} is nested more than {MAX_DEPTH} levels deep.")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits that a dialect sets for properties: levels of nesting, the outermost included, and bytes of JSON.

    `field` is what the dialect calls the properties in its requests.
    """

    field: str
    depth: int
    size: int

    def check(self, properties: Mapping[str, Any]) -> None:
        """Raises RefusedError for properties beyond the limits; `check_value` is a separate check."""
        if depth_of(properties) > self.depth:
            message = f"{self.field} is nested more than {self.depth} levels deep."
            raise RefusedError("depth", self.field, message)
        if len(msgspec.json.encode(properties)) > self.size:
            raise RefusedError("size", self.field, f"{self.field} must be at most {self.size:,} bytes of JSON.")


def depth_of(value: object) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


def check_name(name: object, field: str) -> None:
    """Raises RefusedError, which quotes `name`, unless it can be a key of the object `field`."""
    if not isinstance(name, str):
        raise RefusedError("type", field, f"{field} has a name that is not a string.")
    if not is_plain(name):
        check_text(name, below(field, escaped(name)))


def below(field: str, name: str) -> str:
    """Returns the dotted path of a part of `field`."""
    return f"{field}.{name}" if field else name


def check_text(text: object, field: str) -> None:
    """Raises RefusedError unless `text` is a string that UTF-8 and PostgreSQL can represent."""
    if not isinstance(text, str):
        raise RefusedError("type", field, f"{field} must be a string.")
    if NUL in text:
        raise RefusedError("text", field, f"{field} contains a NUL character, which cannot be stored.")
    if not text.isascii() and LONE_SURROGATE.search(text):
        raise RefusedError("text", field, f"{field} contains half of a surrogate pair, which is not a character.")


def escaped(text: str) -> str:
    """Returns a text with the characters that `check_text` refuses as JSON escapes, so that it can be stored."""
    return UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def size_of(value: Any) -> int:
    """Returns the size of a value as JSON, in bytes; lone surrogates, which UTF-8 cannot represent, are counted too."""
    try:
        return len(msgspec.json.encode(value))
    except UnicodeEncodeError:
        return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


def check_id(id: object, field: str = "id") -> str:
    """Returns an id as text. Raises RefusedError unless it has 1 to 256 storable characters and fits into a path."""
    text = id if type(id) is str else text_of_id(id)
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_ID_LENGTH:
        raise RefusedError("id", field, f"{field} must be a string of 1 to {MAX_ID_LENGTH} characters.")
    check_reachable(text, field)
    check_text(text, field)
    return text


def check_reachable(id: str, field: str) -> None:
    """Raises RefusedError for an id that no client can send as part of a path."""
    if id in UNREACHABLE:
        raise RefusedError("id", field, f"{field} must not be {id!r}: no client can write it into a path.")


def is_id(id: object) -> bool:
    """Returns whether a value has a type that ids may have."""
    return isinstance(id, str) or (isinstance(id, int) and not isinstance(id, bool))


def text_of_id(id: object) -> object:
    """Returns an integer as text, and every other value unchanged."""
    return str(id) if isinstance(id, int) and is_id(id) else id
