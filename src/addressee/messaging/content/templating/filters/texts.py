"""Filters of texts: their case, their hashes, and what they hold as JSON or as a version."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from addressee.messaging.content.templating.filters.arguments import is_nothing
from addressee.messaging.content.templating.liquid_values import text_of

# The first character of a word.
INITIAL = re.compile(r"(?<!\S)\S")

# A version as semver.org describes it; what it does not say of minor and patch is 0.
VERSION = re.compile(
    r"v?(0|[1-9]\d{0,17})(?:[.](0|[1-9]\d{0,17}))?(?:[.](0|[1-9]\d{0,17}))?(?:-([0-9A-Za-z.-]{1,100}))?(?:[+][0-9A-Za-z.-]{1,100})?",
    re.ASCII,
)


def titlecase(value: Any) -> str:
    """Returns a text in which each word begins with a capital; the rest of it stays as it is."""
    return INITIAL.sub(lambda first: first[0].title(), text_of(value))


def from_json(value: Any) -> Any:
    """Returns the value that a text of JSON holds; nothing if it is none."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
        # What JSON cannot say again, like half of a surrogate pair or a number without end, could not be printed.
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return found


def md5(value: Any) -> str:
    return "" if is_nothing(value) else hashlib.md5(text_of(value).encode(), usedforsecurity=False).hexdigest()


def sha256(value: Any) -> str:
    return "" if is_nothing(value) else hashlib.sha256(text_of(value).encode()).hexdigest()


def hmac_sha256(value: Any, key: Any = None) -> str:
    """Returns the HMAC of a text in hexadecimal digits; nothing without a key, for which anybody could make it."""
    if is_nothing(value) or is_nothing(key) or not text_of(key):
        return ""
    return hmac.new(text_of(key).encode(), text_of(value).encode(), hashlib.sha256).hexdigest()


def compare_versions(value: Any, other: Any = None) -> int | str:
    """Returns -1, 0 or 1, as the first version precedes the second, equals it or follows it."""
    first, second = precedence(value), precedence(other)
    if first is None or second is None:
        return ""
    return (first > second) - (first < second)


def precedence(value: Any) -> tuple[Any, ...] | None:
    """Returns a version as values that compare like versions; None if it is none."""
    found = VERSION.fullmatch(text_of(value).strip())
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    numbers = tuple(int(part or 0) for part in (major, minor, patch))
    if prerelease is None:
        return (*numbers, 1, ())
    # A release follows its prereleases, and a word in them follows a number.
    parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in prerelease.split("."))
    return (*numbers, 0, parts)
