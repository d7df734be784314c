"""Reads `preferences.yaml`: the default preferences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from addressee.conditions.validation import misspelt_variables
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.errors import RefusedError
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.preferences.sets import check_set

INDEX = re.compile(r"\[(\d+)\]")


def read_preferences(source: Source) -> dict[str, Any]:
    """Returns the preference set (see `addressee.preferences.sets`)."""
    if source.value is None or source.problems:
        return {}
    if not isinstance(source.value, dict):
        source.problem((), "this must be a mapping: a preference set")
        return {}
    for part in parts_of(source.value):
        try:
            check_set(part)
        except RefusedError as refusal:
            source.problem(path_in(refusal.field, part), refusal.message)
    for path, message in misspelt_variables(source.value):
        source.problem(path, message)
    return source.value


def parts_of(preferences: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields each entry as a set of its own, so that each problem is found, and then the whole set."""
    for name, part in preferences.items():
        if name == QUIET_HOURS:
            continue
        for key, entry in part.items() if isinstance(part, dict) else ():
            yield {name: {key: entry}}
    yield preferences


def path_in(field: str, value: Any) -> FieldPath:
    """Returns the part of a dotted path that exists in a value."""
    if isinstance(value, dict):
        for name in sorted(filter(field.startswith, value), key=len, reverse=True):
            rest = field.removeprefix(name)
            if not rest or rest[0] in ".[":
                return (name, *path_in(rest.removeprefix("."), value[name]))
    if isinstance(value, list) and (found := INDEX.match(field)):
        index = int(found[1])
        return (index, *path_in(field[found.end() :].removeprefix("."), value[index]))
    return ()
