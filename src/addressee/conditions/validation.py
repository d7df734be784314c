"""Checks of conditions when they are stored, so that their evaluation cannot fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from addressee.conditions.evaluation import ROOTS
from addressee.conditions.operators import AUDIENCE_OPERATORS, OPERATORS, TIMESTAMP_OPERATORS
from addressee.conditions.values import RELATIVE, as_list, distance
from addressee.directory.documents import check_text, check_value
from addressee.directory.errors import RefusedError
from addressee.suggestions import nearest

NAMES = frozenset({"variable", "operator", "argument"})

AUDIENCE_VARIABLES = ("recipient", "recipient.id")

# The root of the results of other steps, which conditions cannot use here.
FORBIDDEN_ROOT = "refs"

MAX_TEXT = 1000
MAX_LIST = 1000

LEAST_DISTANCE = timedelta(minutes=15)


def check_condition(condition: Any, field: str) -> None:
    """Raises RefusedError unless `condition` can be evaluated."""
    if not isinstance(condition, dict) or not {"variable", "operator"} <= condition.keys() <= NAMES:
        message = f"{field} must be an object with a variable, an operator and, for most operators, an argument."
        raise RefusedError("type", field, message)
    operator, argument = condition["operator"], condition.get("argument")
    check_variable(condition["variable"], f"{field}.variable")
    check_argument(argument, f"{field}.argument")
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise RefusedError("operator", f"{field}.operator", f"The operator must be one of {', '.join(OPERATORS)}.")
    if operator in AUDIENCE_OPERATORS and condition["variable"] not in AUDIENCE_VARIABLES:
        raise RefusedError("variable", f"{field}.variable", f"The variable of {operator} must be recipient.")
    if operator in TIMESTAMP_OPERATORS:
        check_relative(operator, argument, f"{field}.argument")


def check_variable(variable: Any, field: str) -> None:
    if not isinstance(variable, str) or not 1 <= len(variable) <= MAX_TEXT:
        raise RefusedError(
            "variable", field, f"{field} must be a path like recipient.plan, up to {MAX_TEXT} characters."
        )
    check_text(variable, field)
    check_root(variable, field)


def check_root(path: str, field: str) -> None:
    if path.partition(".")[0] == FORBIDDEN_ROOT:
        raise RefusedError("variable", field, f"{FORBIDDEN_ROOT} cannot be used in preferences.")


def misspelt_variables(value: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yields the path of each variable in a document's conditions that has an unknown root, with a message."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from misspelt_variables(item, *path, index)
    elif isinstance(value, dict):
        variable = value.get("variable")
        if "operator" in value and isinstance(variable, str) and (message := misspelling(variable)):
            yield (*path, "variable"), message
        for name, item in value.items():
            yield from misspelt_variables(item, *path, name)


def misspelling(variable: str) -> str | None:
    """Returns a message about a variable that starts with none of ROOTS, or None."""
    root = variable.partition(".")[0]
    if root in ROOTS or root == FORBIDDEN_ROOT:  # `check_root` refuses that one
        return None
    likely = nearest(root, ROOTS)
    meant = "there" if likely is None else f"did you mean {likely!r}? There"
    return f"there is no {root!r} to start a variable with; {meant} are {', '.join(ROOTS)}"


def check_argument(argument: Any, field: str) -> None:
    if isinstance(argument, list):
        if len(argument) > MAX_LIST:
            raise RefusedError("size", field, f"{field} must be a list of at most {MAX_LIST:,} values.")
        for index, item in enumerate(argument):
            check_argument_value(item, f"{field}[{index}]")
    else:
        check_argument_value(argument, field)


def check_argument_value(value: Any, field: str) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise RefusedError("size", field, f"{field} must have at most {MAX_TEXT:,} characters.")
        check_text(value, field)
        if "." in value:
            check_root(value, field)
    elif isinstance(value, int | float):
        check_value(value, field)
    elif value is not None:
        raise RefusedError("type", field, f"{field} must be a text, a number, true, false, null or a list of these.")


def check_relative(operator: str, argument: Any, field: str) -> None:
    """Raises RefusedError for a relative time within 15 minutes of now, or with an operator that takes none."""
    times = [item for item in as_list(argument) if isinstance(item, str) and RELATIVE.fullmatch(item)]
    if times and operator == "is_timestamp_between":
        raise RefusedError("relative", field, f"{operator} takes no relative times; give dates and times.")
    for time in times:
        if distance(time) < LEAST_DISTANCE:
            raise RefusedError("relative", field, f"{field} must be at least 15 minutes away from now.")
