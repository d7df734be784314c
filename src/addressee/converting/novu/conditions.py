"""Novu's conditions, rules of JsonLogic, as conditions of ours.

{"and": […]}, {"or": […]}, {"!": rule}, {"==": [{"var": "payload.plan"}, "pro"]}, and the like.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from addressee.converting.handlebars.names import UnsupportedError
from addressee.converting.novu.names import path

# By the operator of a rule: ours, and the one that is true when it is false.
OPERATORS: Mapping[str, tuple[str, str]] = {
    "==": ("equal_to", "not_equal_to"),
    "===": ("equal_to", "not_equal_to"),
    "!=": ("not_equal_to", "equal_to"),
    "!==": ("not_equal_to", "equal_to"),
    ">": ("greater_than", "less_than_or_equal_to"),
    ">=": ("greater_than_or_equal_to", "less_than"),
    "<": ("less_than", "greater_than_or_equal_to"),
    "<=": ("less_than_or_equal_to", "greater_than"),
}

# The same comparison with its sides exchanged.
EXCHANGED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}

TEXTS = {"startsWith": "starts_with", "beginsWith": "starts_with", "endsWith": "ends_with"}

# What a step tells of its message, and the state that says so.
STATES = ("seen", "read", "delivered")

MAX_DEPTH = 10


class Rules:
    """Reads rules. `answers` are the keys of the data with what steps were answered, `refs` ours by Novu's ids."""

    def __init__(self, answers: Mapping[str, str], refs: Mapping[str, str]) -> None:
        self._answers = answers
        self._refs = refs

    def read(self, rule: Any, *, negated: bool = False, depth: int = 0) -> Any:
        """Returns a condition, or a group of them. Raises UnsupportedError."""
        if not isinstance(rule, dict) or len(rule) != 1 or depth > MAX_DEPTH:
            raise UnsupportedError(f"{shortened(rule)} is no rule of JsonLogic that is known", "write the condition")
        ((operator, given),) = rule.items()
        arguments = given if isinstance(given, list) else [given]
        match operator:
            case "and" | "or":
                parts = [self.read(each, negated=negated, depth=depth + 1) for each in arguments]
                return {"all" if (operator == "and") is not negated else "any": parts}
            case "!" | "!!":
                is_not = negated is (operator == "!!")
                if len(arguments) == 1 and var(arguments[0]) is None:
                    return self.read(arguments[0], negated=is_not, depth=depth + 1)
            case "in":
                return self._in(arguments, negated=negated)
            case "contains" | "doesNotContain" if len(arguments) == 2:
                contains = (operator == "contains") is not negated
                return self._compared(arguments[0], "contains" if contains else "not_contains", arguments[1])
            case _ if operator in TEXTS and not negated and len(arguments) == 2:
                return self._compared(arguments[0], TEXTS[operator], arguments[1])
            case _ if operator in OPERATORS and len(arguments) == 3 and operator in EXCHANGED and not negated:
                low, value, high = arguments
                return {"all": [self._of(operator, [low, value]), self._of(operator, [value, high])]}
            case _ if operator in OPERATORS and len(arguments) == 2:
                return self._of(operator, arguments, negated=negated)
        raise UnsupportedError(f"the rule {shortened(rule)} has no equivalent", "write the condition")

    def _of(self, operator: str, arguments: list[Any], *, negated: bool = False) -> Any:
        left, right = arguments
        if var(left) is None and var(right) is not None:
            left, right = right, left
            operator = EXCHANGED.get(operator, operator)
        name = OPERATORS[operator][negated]
        if right is None and name in ("equal_to", "not_equal_to"):
            return {"variable": self._variable(left), "operator": "not_exists" if name == "equal_to" else "exists"}
        state = self._state(left)
        if state is None:
            return self._compared(left, name, right)
        if name not in ("equal_to", "not_equal_to") or right not in (True, False, "true", "false"):
            raise UnsupportedError(f"{var(left)} is true or false", "compare it with true")
        is_so = (name == "equal_to") is (right in (True, "true"))
        return {"variable": state[0], "operator": state[1] if is_so else state[2], "argument": state[3]}

    def _in(self, arguments: list[Any], *, negated: bool) -> Any:
        if len(arguments) != 2:
            raise UnsupportedError("`in` compares two values", "write the condition")
        left, right = arguments
        if var(right) is not None:
            return self._compared(right, "not_contains" if negated else "contains", left)
        items = right if isinstance(right, list) else [right]
        return self._compared(left, "not_in" if negated else "in", items)

    def _compared(self, left: Any, operator: str, right: Any) -> dict[str, Any]:
        return {"variable": self._variable(left), "operator": operator, "argument": self._argument(right)}

    def _variable(self, value: Any) -> str:
        name = var(value)
        found = None if name is None else path(name, self._answers)
        if found is None:
            raise UnsupportedError(f"{shortened(value)} is no value that a condition can name", "write the condition")
        return "run.total_activities" if found == "total_activities" else found

    def _argument(self, value: Any) -> Any:
        if var(value) is not None:
            return self._variable(value)
        if isinstance(value, str) and value.strip().startswith("{{"):
            return self._variable({"var": value})
        if isinstance(value, str | list):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict):
            raise UnsupportedError(f"{shortened(value)} is computed", "write the condition")
        return value

    def _state(self, value: Any) -> tuple[str, str, str, str] | None:
        """Returns the variable, the operators and the state that tell what became of the message of a step."""
        match (var(value) or "").split("."):
            case ["steps", id, ("seen" | "read") as state] if id in self._refs:
                return f"refs.{self._refs[id]}.engagement_status", "contains", "not_contains", f"$message.{state}"
            case ["steps", id, "delivered"] if id in self._refs:
                variable = f"refs.{self._refs[id]}.delivery_status"
                return variable, "greater_than_or_equal_to", "less_than", "$message.delivered"
        return None


def var(value: Any) -> str | None:
    """Returns the name of the value that a rule reads, None for anything else."""
    if isinstance(value, dict) and set(value) == {"var"}:
        name = value["var"][0] if isinstance(value["var"], list) and value["var"] else value["var"]
        return name if isinstance(name, str) else None
    return None


def shortened(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
