"""Reads conditions in the forms of SuprSend and Notiflows (engine.md §3, notiflows.md §5.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from addressee.conditions.model import Argument, Path, State
from addressee.conditions.names import EVENT, REFS, Names
from addressee.conditions.terms import NO_ARGUMENT, STATE_PREFIX, Place, Written, read_argument, scalar
from addressee.suggestions import instead_of

# SuprSend's namespaces, and the roots that hold the same.
NAMESPACES: Mapping[str, str] = {
    "": "data",
    "$actor": "actor",
    "$recipient": "recipient",
    "$brand": "tenant",
    "$organization": "vars",
    "$future_event": EVENT,
    "$ref": REFS,
}

SUPRSEND_OPERATORS: Mapping[str, str] = {
    "==": "equal_to",
    "!=": "not_equal_to",
    ">": "greater_than",
    ">=": "greater_than_or_equal_to",
    "<": "less_than",
    "<=": "less_than_or_equal_to",
    "EMPTY": "empty",
    "NON_EMPTY": "not_empty",
    "CONTAINS": "contains",
    "NOT_CONTAINS": "not_contains",
    "ARRAY_INTERSECTS": "intersects",
    "NOT_ARRAY_INTERSECTS": "not_intersects",
    "DATETIME_EQUALS": "is_timestamp_equal_to",
    "DATETIME_LT": "is_timestamp_before",
    "DATETIME_GT": "is_timestamp_after",
    "IS": "equal_to",
    "IS_NOT": "not_equal_to",
}

# What SuprSend's states of a step mean: which of our values is compared with what, and the opposite comparison.
SUPRSEND_STATES: Mapping[str, tuple[str, str, str, Argument]] = {
    "delivered": ("status", "greater_than_or_equal_to", "less_than", State("delivered")),
    "seen": (
        "engagement_status",
        "intersects",
        "not_intersects",
        (State("seen"), State("read"), State("interacted"), State("link_clicked")),
    ),
    "clicked": ("engagement_status", "intersects", "not_intersects", (State("interacted"), State("link_clicked"))),
    "delivery_failed": ("delivery_status", "in", "not_in", (State("undelivered"), State("bounced"))),
}

# `now`, or a distance from it like `now+1d2h`.
FROM_NOW = re.compile(r"now(?:([+-])((?:\d{1,5}[wdhm])+))?")
MINUTES = {"w": 10080, "d": 1440, "h": 60, "m": 1}

NOTIFLOWS_OPERATORS: Mapping[str, str] = {
    "does_not_contain": "not_contains",
    "is_empty": "empty",
    "is_not_empty": "not_empty",
}


def suprsend_condition(value: Mapping[str, Any], place: Place, names: Names) -> Written:
    """Reads one of the `args` of a SuprSend expression. Raises ValueError."""
    namespace, operator, variable = (value.get(name, "") for name in ("variable_ns", "op", "variable"))
    if not all(isinstance(each, str) for each in (namespace, operator, variable)):
        raise ValueError("variable_ns, variable and op are texts")
    if namespace not in NAMESPACES:
        raise ValueError(f"there is no variable_ns {namespace!r}; {instead_of(namespace, NAMESPACES)}")
    if operator not in SUPRSEND_OPERATORS:
        raise ValueError(f"there is no op {operator!r}; {instead_of(operator, SUPRSEND_OPERATORS)}")
    if namespace == "$ref":
        return suprsend_state(value, place, negated=operator in {"!=", "IS_NOT"})
    if "value" not in value:
        return Written(place, f"{NAMESPACES[namespace]}.{variable}", SUPRSEND_OPERATORS[operator])
    argument = suprsend_argument(value["value"], names)
    return Written(place, f"{NAMESPACES[namespace]}.{variable}", SUPRSEND_OPERATORS[operator], argument)


def suprsend_argument(value: Any, names: Names) -> Argument:
    if isinstance(value, str):
        namespace, dot, rest = value.partition(".")
        if dot and namespace in NAMESPACES and namespace:
            return Path(f"{NAMESPACES[namespace]}.{rest}")
        if FROM_NOW.fullmatch(value):
            return from_now(value)
    read = read_argument(value, names)
    return from_now(read) if isinstance(read, str) else read


def from_now(text: str) -> str:
    """Returns a time like `now+1d` as conditions write it, `1440 minutes from now`; any other text unchanged."""
    match = FROM_NOW.fullmatch(text)
    if match is None:
        return text
    parts = re.findall(r"(\d+)([wdhm])", match[2] or "")
    minutes = sum(int(count) * MINUTES[unit] for count, unit in parts)
    count, unit = (minutes, "minutes") if minutes < 100_000 else (minutes // 1440, "days")
    return f"{count} {unit} {'ago' if match[1] == '-' else 'from now'}"


def suprsend_state(value: Mapping[str, Any], place: Place, *, negated: bool) -> Written:
    """Reads a condition on the message of an earlier step, which `ref` names."""
    ref = value.get("ref", value.get("variable"))
    state = str(value.get("value", "")).strip('"').removeprefix(STATE_PREFIX)
    if not isinstance(ref, str) or state not in SUPRSEND_STATES:
        known = ", ".join(SUPRSEND_STATES)
        raise ValueError(f"a condition on a step has its ref and one of the values {known}")
    name, operator, opposite, argument = SUPRSEND_STATES[state]
    return Written(place, f"{REFS}.{ref}.{name}", opposite if negated else operator, argument)


def notiflows_condition(value: Mapping[str, Any], place: Place) -> Written:
    """Reads a condition with `property`, `operator`, `value` and `value_type`. Raises ValueError."""
    name, operator = value["property"], value.get("operator")
    if not isinstance(name, str) or not isinstance(operator, str):
        raise ValueError("property and operator are texts")
    argument = NO_ARGUMENT if "value" not in value else notiflows_argument(value)
    return Written(place, name, NOTIFLOWS_OPERATORS.get(operator, operator), argument)


def notiflows_argument(value: Mapping[str, Any]) -> Argument:
    argument = value["value"]
    match value.get("value_type", "static"):
        case "ref" if isinstance(argument, str):
            return Path(argument)
        case "static":
            return tuple(map(scalar, argument)) if isinstance(argument, list) else scalar(argument)
    raise ValueError("value_type is static, or ref with the path of a value")


def unknown_names(value: Mapping[str, Any], known: tuple[str, ...], place: Place) -> Iterator[tuple[Place, str]]:
    for name in value:
        if name not in known:
            yield (*place, str(name)), f"there is no {name!r} here; {instead_of(str(name), known)}"
