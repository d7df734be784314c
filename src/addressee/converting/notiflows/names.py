"""Notiflows' names for values, and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from addressee.converting.handlebars.names import UnsupportedError
from addressee.converting.liquid_names import dotted, loop_variables

PEOPLE = ("recipient", "actor")

# What attributes of people are called here.
ATTRIBUTES = {"phone": "phone_number", "external_id": "id"}


def ours(names: Sequence[str]) -> Sequence[str]:
    """Returns the names that a value has here; a name that is not known is one of the data. Raises UnsupportedError."""
    root, *rest = names
    match names:
        case ["recipient" | "actor", *_]:
            return [root, *of_person(rest)]
        case ["data", *_]:
            return names
        case ["digest", "items", *below]:
            return ["activities", *below]
        case ["digest", "total_items"]:
            return ["total_activities"]
        case ["digest", *_]:
            raise UnsupportedError("this is not known of a digest", "use activities or total_activities")
        case ["user", *_]:
            raise UnsupportedError(
                "whether this is the recipient or a value of the data is not told", "write recipient or data"
            )
    return ["data", *names]


def of_person(names: Sequence[str]) -> Sequence[str]:
    match names:
        case ["custom_fields", *below]:
            return below
        case [name, *below]:
            return [ATTRIBUTES.get(name, name), *below]
    return names


def rename_in(source: str) -> Callable[[Sequence[str], bool], Sequence[str]]:
    """Returns what renames the values that a template reads: those of items of a digest, too."""
    items = loop_variables(source, r"digest\.items")

    def rename(names: Sequence[str], is_local: bool) -> Sequence[str]:
        if not is_local:
            return ours(names)
        if names[0] in items and len(names) > 1 and names[1] in PEOPLE:
            return [*names[:2], *of_person(names[2:])]
        return names

    return rename


def path(written: str) -> str | None:
    """Returns the path of a value, None for one that has none. Raises UnsupportedError."""
    return dotted(ours(written.split(".")))


def condition(value: Any) -> Any:
    """Returns conditions with the paths that values have here. Raises UnsupportedError."""
    if isinstance(value, list):
        return [condition(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "property" not in value:
        return {name: condition(each) for name, each in value.items()}
    found = {**value, "property": path(str(value["property"])) or value["property"]}
    if value.get("value_type") == "ref" and isinstance(value.get("value"), str):
        found["value"] = path(value["value"]) or value["value"]
    return found
