"""The names and values that a type accepts at a place of a body, for messages about those that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

# A field of an object, or an entry of a list or a mapping: `steps[0].kind`, `data[...]`.
PART = re.compile(r"[^.\[\]]+|\[[^\]]*\]")

INVALID_VALUE = "Invalid enum value"
UNKNOWN_FIELD = "Object contains unknown field"


def with_advice(message: str, type: object, path: str) -> str:
    """Returns the message of msgspec about the value at a path, with what would be accepted there."""
    if message.startswith(INVALID_VALUE):
        return advised(message, "it is one of", values(type, path))
    if message.startswith(UNKNOWN_FIELD):
        return advised(message, "there are", fields(type, path))
    return message


def advised(message: str, introduction: str, accepted: list[str]) -> str:
    return f"{message}; {introduction} {', '.join(accepted)}" if accepted else message


def values(type: object, path: str) -> list[str]:
    """Returns the values of literals and enumerations at a path."""
    found: list[str] = []
    for each in types_at(type, path):
        if isinstance(each, inspect.LiteralType):
            found += map(str, each.values)
        elif isinstance(each, inspect.EnumType):
            found += (str(member.value) for member in each.cls)
    return found


def fields(type: object, path: str) -> list[str]:
    """Returns the names of the fields of the objects at a path."""
    return [
        field.encode_name
        for each in types_at(type, path)
        if isinstance(each, inspect.StructType)
        for field in each.fields
    ]


def types_at(type: object, path: str) -> list[inspect.Type]:
    """Returns the types that a value at a path may have."""
    found = list(alternatives(inspect.type_info(type)))
    for part in PART.findall(path):
        found = [each for outer in found for inner in types_within(outer, part) for each in alternatives(inner)]
    return found


def alternatives(type: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(type, inspect.UnionType):
        yield from type.types
    else:
        yield type


def types_within(outer: Any, part: str) -> Iterator[inspect.Type]:
    """Yields the types that a part of a value may have."""
    if isinstance(outer, inspect.StructType):
        yield from (field.type for field in outer.fields if field.encode_name == part)
    elif isinstance(outer, inspect.DictType):
        yield outer.value_type
    elif isinstance(outer, inspect.ListType | inspect.VarTupleType):
        yield outer.item_type
