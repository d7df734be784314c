"""A person's name and its parts: what is not given follows from what is, on reading only (DESIGN §2). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from addressee.directory.recipient import Document, Recipient

PARTS = ("first_name", "last_name")
NAMES = ("name", *PARTS)


def told(recipient: Recipient) -> Document:
    """Returns those of the three names that are given or derived, a text or null each. A property is no name."""
    given = recipient.attributes
    return {**{name: given[name] for name in NAMES if name in given}, **derived(given)}


def echoed(given: Mapping[str, Any], recipient: Recipient, always_shown: Set[str]) -> Set[str]:
    """Returns which of the attributes that are given are only what their caller was shown.

    Those in `always_shown` are shown as null, or as they follow from others, where they are not stored. Names are one
    thing: where one of them is given otherwise, all of them are meant.
    """
    if not always_shown:
        return frozenset()
    shown = {**dict.fromkeys(always_shown), **recipient.attributes, **told(recipient)}
    same_names = all(given[name] == shown.get(name) for name in NAMES if name in given)
    return {
        name
        for name, value in given.items()
        if name in always_shown and value == shown[name] and (same_names or name not in NAMES)
    }


def derived(given: Mapping[str, Any]) -> Document:
    """What follows of the three names from those that are given; what is given as null or as no text stays so.

    The parts follow from a name when neither is given: its first word, and all others. A name is its parts.
    """
    if "name" not in given:
        name = " ".join(word for part in PARTS for word in words(given.get(part)))
        return {"name": name} if name else {}
    if any(part in given for part in PARTS):
        return {}
    first, *others = words(given["name"]) or [""]
    parts = {"first_name": first, "last_name": " ".join(others)}
    return {part: text for part, text in parts.items() if text}


def words(value: Any) -> list[str]:
    return value.split() if isinstance(value, str) else []
