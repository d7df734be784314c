"""Conditions in words. Pure."""

from __future__ import annotations

import msgspec

from addressee.conditions.model import Argument, Condition, Conditions, Path, State
from addressee.conditions.operators import LONE_OPERATORS

WORDS = {
    "equal_to": "is",
    "not_equal_to": "is not",
    "greater_than": ">",
    "less_than": "<",
    "greater_than_or_equal_to": "≥",
    "less_than_or_equal_to": "≤",
    "empty": "is empty",
    "not_empty": "is not empty",
    "in": "is one of",
    "not_in": "is none of",
    "not_contains": "does not contain",
    "exists": "is there",
    "not_exists": "is not there",
    "is_audience_member": "is a member of",
    "is_not_audience_member": "is not a member of",
}


def condition_words(conditions: Conditions) -> str:
    """Returns conditions as one text: `data.plan is "pro" and data.seats > 3, or recipient.vip is true`."""
    groups = [" and ".join(map(words_of, group)) or "always" for group in conditions.any_of]
    return ", or ".join(groups)


def words_of(condition: Condition) -> str:
    return f"not ({comparison_words(condition)})" if condition.negated else comparison_words(condition)


def comparison_words(condition: Condition) -> str:
    operator = WORDS.get(condition.operator, condition.operator.replace("_", " "))
    if condition.operator in LONE_OPERATORS:
        return f"{condition.variable} {operator}"
    return f"{condition.variable} {operator} {argument_words(condition.argument)}"


def argument_words(argument: Argument) -> str:
    match argument:
        case Path(path=path):
            return path
        case State(state=state):
            return f"$message.{state}"
        case tuple():
            return f"[{', '.join(map(argument_words, argument))}]"
    return msgspec.json.encode(argument).decode()
