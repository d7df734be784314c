"""Suggestions: which name was probably meant by one that does not exist."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


def nearest(name: str, known: Collection[str]) -> str | None:
    """Returns the known name that is most like a misspelt one, None if none is like it."""
    lower = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), lower, n=1)
    return lower[found[0]] if found else None


def instead_of(name: str, known: Collection[str], nothing: str = "none") -> str:
    """Returns the end of a message about an unknown name: the nearest known one, or all of them if none is near."""
    meant = nearest(name, known)
    return f"there are {', '.join(known) or nothing}" if meant is None else f"did you mean {meant!r}?"
