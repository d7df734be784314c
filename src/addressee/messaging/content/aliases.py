"""Knock's names for the fields of templates: what files may say instead of ours. Stored templates have ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from addressee.messaging.definitions.model import FieldPath

JSON_OR_TEXT = {"anyOf": [{"type": "object"}, {"type": "string"}]}


def unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of the field `name`, which may stand within a mapping: `settings.payload_overrides`.

    `convert` returns the field's value, None for one that says nothing, or raises a ValueError that says what the value
    must be. `schema` is the JSON schema of what it takes, None if that is the field's own.
    """

    path: tuple[str, ...]
    name: str
    convert: Callable[[Any], Any] = unchanged
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Aliases:
    """The other names of a template's fields."""

    known: Sequence[Alias] = ()


@dataclass(frozen=True, slots=True)
class Canonical:
    """A template with the names that are stored, what its fields were called, and the problems found."""

    values: Mapping[str, Any]
    renamed: Sequence[tuple[tuple[str, ...], str]]
    problems: Sequence[tuple[FieldPath, str]]


def canonical(given: Mapping[str, Any], aliases: Aliases) -> Canonical:
    """Returns a template as a file gives it under the names that are stored."""
    roots = {alias.path[0] for alias in aliases.known}
    values = {name: value for name, value in given.items() if name not in roots}
    renamed: list[tuple[tuple[str, ...], str]] = []
    problems: list[tuple[FieldPath, str]] = []
    for alias in aliases.known:
        value = found(given, alias.path)
        if value is None:
            continue
        if alias.name in values:
            message = f"{'.'.join(alias.path)!r} says the same as {alias.name!r}; keep one of them"
            problems.append((alias.path, message))
            continue
        try:
            converted = alias.convert(value)
        except ValueError as error:
            problems.append((alias.path, str(error)))
            continue
        if converted is None:
            continue
        values[alias.name] = converted
        renamed.append((alias.path, alias.name))
    return Canonical(values, renamed, problems)


def found(given: Any, path: Sequence[str]) -> Any:
    """Returns the value at a path, None if there is none."""
    for name in path:
        given = given.get(name) if isinstance(given, Mapping) else None
    return given


def with_aliases(schema: dict[str, Any], aliases: Aliases, fields: Mapping[str, Any] | None = None) -> None:
    """Adds the other names of fields to the JSON schema of a template.

    `fields` are the schemas of those that are called so, which may stand elsewhere.
    """
    own = dict(schema["properties"] if fields is None else fields)
    required = list(schema.get("required", ()))
    for alias in aliases.known:
        add(schema, alias.path, alias.schema or without_default(own[alias.name]))
        if alias.name in required and alias.path != (alias.name,):
            required.remove(alias.name)
            names = [each.path[0] for each in aliases.known if each.name == alias.name]
            schema.setdefault("allOf", []).append({"anyOf": [{"required": [name]} for name in (alias.name, *names)]})
    schema["required"] = required


def add(schema: dict[str, Any], path: Sequence[str], added: Mapping[str, Any]) -> None:
    """Adds a property at a path, and mappings above it."""
    name, *rest = path
    if not rest:
        schema["properties"][name] = added
        return
    empty = {"type": "object", "properties": {}, "additionalProperties": False}
    add(schema["properties"].setdefault(name, empty), rest, added)


def without_default(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "default"}


def json_object(value: Any) -> dict[str, Any] | str | None:
    """Returns an object that may be written as a text of JSON; the text itself if Liquid makes JSON of it."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            if "{{" in value or "{%" in value:
                return str(value)
            value = None
    if not isinstance(value, dict):
        raise ValueError("this must be a JSON object, or Liquid that becomes one")
    return dict(value)


def given_text(value: str) -> str | None:
    """Returns a text, None for one without characters that are seen."""
    return value if value.strip() else None


KEYS_AND_VALUES = {
    "anyOf": [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
                "required": ["key", "value"],
                "additionalProperties": False,
            },
        },
    ]
}


def by_key(value: Any) -> dict[str, str]:
    """Returns a mapping that may be written as a list of keys and values."""
    return value if isinstance(value, dict) else {each["key"]: each["value"] for each in value}
