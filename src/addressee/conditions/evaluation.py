"""Evaluates conditions on the data of a run (knock.md §3.7). Pure.

A variable is a path that starts with one of ROOTS; a missing value counts as the empty text. An argument is such a path
or a literal value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from addressee.conditions.operators import OPERATORS, ConditionContext
from addressee.conditions.values import MISSING, Literal, or_empty

ROOTS = ("data", "recipient", "actor", "tenant", "vars", "workflow", "run")


def holds(condition: Mapping[str, Any], context: ConditionContext) -> bool:
    """Returns whether a condition is true. A comparison of unlike types, such as a text greater than 5, is false."""
    evaluate = OPERATORS[condition["operator"]]
    return evaluate(look_up(condition["variable"], context), argument_of(condition.get("argument"), context), context)


def first_failing(conditions: Sequence[Any], context: ConditionContext) -> int | None:
    """Returns the index of the first condition that is not true, or None."""
    return next((index for index, condition in enumerate(conditions) if not holds(condition, context)), None)


def look_up(path: str, context: ConditionContext) -> Any:
    """Returns the value at a path that starts with one of ROOTS, MISSING for any other."""
    return value_at(path, context.roots) if path.partition(".")[0] in ROOTS else MISSING


def value_at(path: str, roots: Mapping[str, Any]) -> Any:
    """Returns the value at a path, or MISSING."""
    value: Any = roots
    for name in path.split("."):
        value = value.get(name, MISSING) if isinstance(value, Mapping) else MISSING
    return value


def argument_of(argument: Any, context: ConditionContext) -> Any:
    if isinstance(argument, list):
        return [argument_of(item, context) for item in argument]
    if not isinstance(argument, str):
        return argument
    return or_empty(look_up(argument, context)) if is_path(argument) else Literal(argument)


def is_path(text: str) -> bool:
    root, dot, rest = text.partition(".")
    return root in ROOTS and bool(dot and rest)
