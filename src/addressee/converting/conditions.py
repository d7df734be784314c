"""Conditions as files hold them, made of what vendors write."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from addressee.conditions.evaluation import ROOTS
from addressee.conditions.forms import FormError, parse
from addressee.conditions.model import Argument, Condition, Conditions, Item, Path, State
from addressee.conditions.names import ALL_NAMES, EVENT, REFS, Names
from addressee.conditions.operators import LONE_OPERATORS
from addressee.conditions.terms import STATE_PREFIX, read_text

__all__ = ["FormError", "names_after", "written"]


def names_after(refs: Collection[str], *, events: bool = False) -> Names:
    """Returns the names that conditions may use after steps with these refs; those of a wait also name its event."""
    return Names((*ROOTS, REFS, EVENT) if events else (*ROOTS, REFS), refs)


def written(value: Any, names: Names) -> dict[str, Any] | None:
    """Returns conditions in any form as a file holds them, None for those that are always true. Raises FormError."""
    conditions = parse(value, names)
    return None if conditions.always else form_of(conditions)


def form_of(conditions: Conditions) -> dict[str, Any]:
    groups = [[condition_of(each) for each in group] for group in conditions.any_of]
    if len(groups) == 1:
        return {"all": groups[0]}
    return {"any": [group[0] if len(group) == 1 else {"all": group} for group in groups]}


def condition_of(condition: Condition) -> dict[str, Any]:
    form: dict[str, Any] = {"variable": condition.variable, "operator": condition.operator}
    if condition.operator not in LONE_OPERATORS:
        form["argument"] = argument_of(condition.argument)
    return form


def argument_of(argument: Argument) -> Any:
    """Returns an argument that is read as this one: a text that would be read as something else stands in quotes."""
    if isinstance(argument, tuple):
        items = [item_of(each) for each in argument]
        is_plain = all(not isinstance(each, str) or not looks_special(each) for each in argument)
        return items if is_plain else json.dumps(items, ensure_ascii=False)
    if isinstance(argument, str) and read_text(argument, ALL_NAMES) != argument:
        return json.dumps(argument, ensure_ascii=False)
    return item_of(argument)


def item_of(item: Item) -> Any:
    match item:
        case Path(path):
            return path
        case State(state):
            return f"{STATE_PREFIX}{state}"
    return item


def looks_special(text: str) -> bool:
    return text.startswith(STATE_PREFIX) or ALL_NAMES.is_path(text)
