"""A person's name, first name and last name: missing ones are derived from the others when they are read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from addressee.directory.recipient import Document, Recipient

PARTS = ("first_name", "last_name")
NAMES = ("name", *PARTS)


def all_names(recipient: Recipient) -> Document:
    """Returns the recipient's names, stored or derived, each a text or null. Properties of these names do not count."""
    given = recipient.attributes
    return {**{name: given[name] for name in NAMES if name in given}, **derived(given)}


def echoed(given: Mapping[str, Any], recipient: Recipient, always_shown: frozenset[str]) -> Set[str]:
    """Returns the names of given attributes whose values only repeat what the client was shown.

    Attributes in `always_shown` are shown as null, or as derived, where they are not stored. The three names are taken
    together: if one of them differs from what was shown, none is a repetition.
    """
    if always_shown.isdisjoint(given):
        return frozenset()
    shown = {**dict.fromkeys(always_shown), **recipient.attributes, **all_names(recipient)}
    same_names = all(given[name] == shown.get(name) for name in NAMES if name in given)
    return {
        name
        for name, value in given.items()
        if name in always_shown and value == shown[name] and (same_names or name not in NAMES)
    }


def derived(given: Mapping[str, Any]) -> Document:
    """Returns the names that are missing from `given` and follow from the others.

    The name is its parts, joined by a space. When neither part is given, they are the name's first word and the rest.
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
