"""The types of events that an endpoint names: types, and patterns of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from addressee.directory.documents import escaped
from addressee.directory.errors import RefusedError
from addressee.messaging.webhooks.model import PATTERNS, TYPES
from addressee.suggestions import instead_of

NAMES = (*PATTERNS, *TYPES)
ALL = "*"


def check_types(given: Iterable[str]) -> tuple[str, ...]:
    """Returns the types and patterns that an endpoint is told of, each once. Raises RefusedError."""
    names = tuple(dict.fromkeys(given))
    if not names:
        raise RefusedError("types", "types", f"types must name at least one type of event; {ALL!r} is all of them.")
    for name in names:
        if name not in NAMES:
            raise RefusedError(
                "types", "types", f"types: there is no type {escaped(name)!r}; {instead_of(name, NAMES)}"
            )
    return names
