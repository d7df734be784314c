"""A person's name and its parts: what is not given follows from what is, on reading only (DESIGN §2). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.recipient import Document, Recipient

PARTS = ("first_name", "last_name")
NAMES = ("name", *PARTS)


def told(recipient: Recipient) -> Document:
    """Those of the three names that are given, or follow; a text or null each. What is a property counts too."""
    given = {**recipient.properties, **recipient.attributes}
    said = {name: given[name] if isinstance(given[name], str) else None for name in NAMES if name in given}
    return {**said, **derived(given)}


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
