"""Evaluates groups of conditions, and says what was compared (engine.md §3). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addressee.conditions.evaluation import argument_of, look_up
from addressee.conditions.model import Condition, Conditions
from addressee.conditions.operators import OPERATORS, ConditionContext
from addressee.conditions.values import or_empty


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Whether conditions are true, and for each that was looked at what it compared, as the journal shows it."""

    holds: bool
    shown: Sequence[Mapping[str, Any]]


def evaluate(conditions: Conditions, context: ConditionContext) -> Evaluation:
    """Evaluates groups up to the first that is true, and the conditions of each up to the first that is not."""
    shown: list[Mapping[str, Any]] = []
    for group in conditions.any_of:
        for condition in group:
            compared = compare(condition, context)
            shown.append(compared)
            if not compared["result"]:
                break
        else:
            return Evaluation(True, shown)
    return Evaluation(False, shown)


def compare(condition: Condition, context: ConditionContext) -> Mapping[str, Any]:
    value = look_up(condition.variable, context)
    argument = argument_of(condition.argument, context)
    return {
        "variable": condition.variable,
        "operator": condition.operator,
        "argument": argument,
        "value": or_empty(value),
        "result": OPERATORS[condition.operator](value, argument, context),
    }
