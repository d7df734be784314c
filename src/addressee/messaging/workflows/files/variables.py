"""Reads `variables.yaml` and `public_variables.yaml`, and warns of variables that look like secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Problem, Source

WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

SECRET_WORDS = frozenset(
    {"credential", "credentials", "hmac", "passphrase", "passwd", "password", "pwd", "secret", "secrets", "token"}
)
KINDS_OF_SECRET_KEYS = frozenset({"access", "account", "api", "encryption", "master", "private", "service", "signing"})
HARMLESS_WORDS = frozenset({"public", "publishable"})


def read_variables(source: Source) -> dict[str, Any]:
    if source.value is None or source.problems:
        return {}
    if not isinstance(source.value, dict):
        source.problem((), "this must be a mapping of names to values")
        return {}
    return source.value


def refuse_two_homes(source: Source, public: Mapping[str, Any], private: Mapping[str, Any]) -> None:
    for name in public.keys() & private.keys():
        source.problem((name,), f"{name!r} stands in variables.yaml too; a variable is public or it is not")


def warn_of_secrets(source: Source, *, public: bool) -> list[Problem]:
    """Warns of each variable, or key within one, whose name looks like that of a secret."""
    consequence = (
        "whoever may read a feed can read public variables"
        if public
        else "variables are stored in plain text, and every template can show them"
    )
    return [
        Problem(source.file, source.origin(path).line, f"{path[-1]!r} looks like the name of a secret: {consequence}")
        for path in paths_of_names(source.value)
        if looks_secret(str(path[-1]))
    ]


def paths_of_names(value: Any) -> Iterator[FieldPath]:
    """Yields the path of each name in a value, at any depth."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield (name,)
            yield from ((name, *path) for path in paths_of_names(below))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from ((index, *path) for path in paths_of_names(below))


def looks_secret(name: str) -> bool:
    """Returns whether a name is usual for a secret: `smtpPassword`, `api_key`, `HMAC_SECRET`."""
    words = {word.lower() for word in WORD.findall(name)}
    if words & HARMLESS_WORDS:
        return False
    return bool(words & SECRET_WORDS) or ("key" in words and bool(words & KINDS_OF_SECRET_KEYS))
