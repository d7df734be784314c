"""Evaluates groups of conditions, and says what was compared (engine.md §3). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from addressee.conditions.evaluation import value_at
from addressee.conditions.model import Argument, Condition, Conditions, Path, State
from addressee.conditions.operators import OPERATORS, ConditionContext
from addressee.conditions.states import MessageState
from addressee.conditions.values import is_empty, or_empty

# What is shown in place of values of the actor: the journals of other people's runs outlive a person who is deleted.
HIDDEN = "…"

# The journal of a run stays small, whatever the conditions compare.
MAX_SHOWN = 10
MAX_SHOWN_TEXT = 100
MAX_SHOWN_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of conditions: whether they are true, and what the last MAX_SHOWN that were looked at compared."""

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
            return Evaluation(True, shown[-MAX_SHOWN:])
    return Evaluation(False, shown[-MAX_SHOWN:])


def holds(conditions: Conditions, context: ConditionContext) -> bool:
    """Returns whether conditions are true, where nobody is shown why."""
    return any(all(is_true(condition, context) for condition in group) for group in conditions.any_of)


def is_true(condition: Condition, context: ConditionContext) -> bool:
    value = value_at(condition.variable, context.roots)
    argument = value_of(condition.argument, context)
    return OPERATORS[condition.operator](value, argument, context) is not condition.negated


def compare(condition: Condition, context: ConditionContext) -> Mapping[str, Any]:
    value = value_at(condition.variable, context.roots)
    return {
        "variable": condition.variable,
        "operator": f"not {condition.operator}" if condition.negated else condition.operator,
        "argument": shown_argument(condition.argument, context),
        "value": shown_at(condition.variable, or_empty(value)),
        "result": is_true(condition, context),
    }


def value_of(argument: Argument, context: ConditionContext) -> Any:
    match argument:
        case tuple():
            return [value_of(item, context) for item in argument]
        case Path(path):
            return or_empty(value_at(path, context.roots))
        case State(state):
            return MessageState(state)
    return argument


def shown_argument(argument: Argument, context: ConditionContext) -> Any:
    if isinstance(argument, tuple):
        return excerpt([shown_argument(item, context) for item in argument[: MAX_SHOWN_ITEMS + 1]])
    return shown_at(argument.path if isinstance(argument, Path) else "", value_of(argument, context))


def shown_at(path: str, value: Any) -> Any:
    """Returns the value at a path as it is shown."""
    of_actor = path.partition(".")[0] == "actor" and path != "actor.id"
    return HIDDEN if of_actor and not is_empty(value) else excerpt(value)


def excerpt(value: Any, depth: int = 1) -> Any:
    """Returns a value as it is shown: of long texts and lists the beginning, of documents in documents their names."""
    match value:
        case str():
            return str(value) if len(value) <= MAX_SHOWN_TEXT else value[:MAX_SHOWN_TEXT] + "…"
        case list() | tuple():
            shown = [excerpt(item, depth - 1) if depth else "…" for item in value[:MAX_SHOWN_ITEMS]]
            return [*shown, "…"] if len(value) > MAX_SHOWN_ITEMS else shown
        case Mapping():
            if not depth:
                return "…"
            names = list(value)[:MAX_SHOWN_ITEMS]
            return {name[:MAX_SHOWN_TEXT]: excerpt(value[name], depth - 1) for name in names}
    return value
