"""SuprSend's names for values, and ours; paths as jq writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from addressee.converting.handlebars.names import PLAIN_NAME, below

PEOPLE = {"$recipient": "recipient", "$actor": "actor"}

TENANT = {
    "brand_id": ("id",),
    "tenant_id": ("id",),
    "brand_name": ("name",),
    "tenant_name": ("name",),
    "logo": ("settings", "branding", "logo_url"),
    **{
        name: ("settings", "branding", name)
        for name in ("primary_color", "secondary_color", "tertiary_color", "social_links")
    },
}

BATCHES = {
    "$batched_events": "batched_events",
    "$batched_events_count": "batched_events_count",
    "$batched_event_count": "batched_events_count",
}

JQ = re.compile(r'\.?(?:\["(?P<bracketed>[^"\\]+)"\]|\[(?P<index>\d+)\])|\.(?:"(?P<quoted>[^"\\]+)"|(?P<plain>[\w$]+))')


def ours(names: Sequence[str]) -> tuple[str, ...] | None:
    """Returns the names that a value has here: the first one is a root. None for a value that is not known here."""
    root, *rest = names
    if root in PEOPLE:
        if rest and rest[0].startswith("$"):
            return None
        return (
            PEOPLE[root],
            *("id" if index == 0 and name == "distinct_id" else name for index, name in enumerate(rest)),
        )
    if root in ("$brand", "$tenant"):
        return of_tenant(rest)
    if root in BATCHES:
        return (BATCHES[root], *rest)
    return None if root.startswith("$") else ("data", *names)


def of_tenant(names: Sequence[str]) -> tuple[str, ...] | None:
    match names:
        case ["$hosted_preference_url"]:
            return ("links", "preferences")
        case ["properties", *rest]:
            return ("tenant", *rest)
        case [name, *rest] if name in TENANT:
            return ("tenant", *TENANT[name], *rest)
        case []:
            return ("tenant",)
    return None


def expression(names: tuple[str, ...]) -> str | None:
    """Returns the Liquid expression of a value, None for one that is not known here."""
    found = ours(names)
    return None if found is None else below(found[0], found[1:])


def dotted(names: Sequence[str]) -> str | None:
    """Returns the path by which settings and conditions name a value, None if it has none."""
    found = ours(names)
    if found is None or any(not PLAIN_NAME.fullmatch(name) for name in found):
        return None
    return ".".join(found)


def jq_path(text: str) -> str | None:
    """Returns the path that a plain expression of jq means, like `.page.id`; None for any other."""
    names, position, text = [], 0, text.strip()
    while position < len(text):
        match = JQ.match(text, position)
        if match is None or match["index"] is not None:
            return None
        names.append(match["bracketed"] or match["quoted"] or match["plain"])
        position = match.end()
    return dotted(names) if names else None


def condition(value: Any, refs: Mapping[str, str]) -> Any:
    """Returns SuprSend's conditions with the names that tenants and people have here. `refs` are ours by SuprSend's."""
    if isinstance(value, list):
        return [condition(each, refs) for each in value]
    if not isinstance(value, dict):
        return value
    if "variable" not in value:
        return {name: condition(each, refs) for name, each in value.items() if name != "type"}
    namespace, variable = value.get("variable_ns") or "", str(value["variable"])
    found = {**value, "variable_ns": namespace}
    if "ref" in found:
        found["ref"] = refs.get(str(found["ref"]), found["ref"])
    if namespace in ("$recipient", "$actor", "$brand"):
        renamed = ours([namespace, *variable.split(".")])
        if renamed is not None:
            found["variable"] = ".".join(renamed[1:])
    if isinstance(value.get("value"), str) and value["value"].startswith("$brand."):
        renamed = ours(value["value"].split("."))
        if renamed is not None:
            found["value"] = ".".join(renamed)
    return found
