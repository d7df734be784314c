"""Conditions on values that are known later: all others are put in now (engine.md §4.7). Pure."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from addressee.conditions.groups import compare, value_of
from addressee.conditions.model import Condition, Conditions, Item, Path, State
from addressee.conditions.operators import ConditionContext


def bound(conditions: Conditions, root: str, context: ConditionContext) -> Conditions | None:
    """Returns conditions that ask for nothing but values below `root`; None if they cannot become true any more."""
    groups = []
    for group in conditions.any_of:
        later = [each for each in group if is_below(each.variable, root)]
        if all(compare(each, context)["result"] for each in group if each not in later):
            groups.append(tuple(with_values(each, root, context) for each in later))
    return Conditions(tuple(groups)) if groups else None


def below(conditions: Conditions, root: str, name: str) -> Conditions:
    """Returns conditions that find what is below `name` below `root` instead: it is known later, too."""

    def moved(path: str) -> str:
        return f"{root}.{path}" if is_below(path, name) and path != name else path

    def moved_item(item: Item) -> Item:
        return Path(moved(item.path)) if isinstance(item, Path) else item

    def moved_condition(each: Condition) -> Condition:
        argument = each.argument
        items = tuple(map(moved_item, argument)) if isinstance(argument, tuple) else moved_item(argument)
        return structs.replace(each, variable=moved(each.variable), argument=items)

    return Conditions(tuple(tuple(map(moved_condition, group)) for group in conditions.any_of))


def with_values(condition: Condition, root: str, context: ConditionContext) -> Condition:
    """Returns a condition with the values of the paths in its argument; a list among them is the argument's items."""
    argument = condition.argument
    if isinstance(argument, tuple):
        return structs.replace(
            condition, argument=tuple(scalar(value_of_item(each, root, context)) for each in argument)
        )
    value = value_of_item(argument, root, context)
    items = tuple(scalar(each) for each in value) if isinstance(value, list | tuple) else scalar(value)
    return structs.replace(condition, argument=items)


def value_of_item(item: Item, root: str, context: ConditionContext) -> Any:
    return value_of(item, context) if isinstance(item, Path) and not is_below(item.path, root) else item


def scalar(value: Any) -> Item:
    """Returns a value that an argument can hold; a document is none."""
    return value if isinstance(value, Path | State | str | int | float) else None


def is_below(path: str, root: str) -> bool:
    return path.partition(".")[0] == root
