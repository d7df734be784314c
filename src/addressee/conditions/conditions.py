"""Conditions on what a run knows (knock.md §3.7). Pure: the time, and whom an audience holds, are given.

A variable is a path that starts with `data`, `recipient`, `actor`, `tenant`, `vars`, `workflow` or `run`; where it
leads to nothing, its value is the empty text. An argument is such a path, or a value, which most clients write as text:
a text beside a number, a boolean or a list is read as JSON, and an argument's beside null as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import msgspec

from addressee.directory.documents import check_text, check_value, same
from addressee.directory.errors import RefusedError

ROOTS = ("data", "recipient", "actor", "tenant", "vars", "workflow", "run")

# They would be read from elsewhere, which preferences do not do.
FORBIDDEN_ROOT = "refs"

MAX_TEXT = 1000
MAX_LIST = 1000

RELATIVE = re.compile(r"(\d{1,5}) (minute|hour|day|week)s? (ago|from now)")
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.DOTALL)
LEAST_DISTANCE = timedelta(minutes=15)

AUDIENCE_VARIABLES = ("recipient", "recipient.id")


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions are asked about: documents by root, the keys of the recipient's audiences, and the time."""

    roots: Mapping[str, Any]
    audiences: frozenset[str]
    now: datetime


# What a path finds that leads to nothing.
MISSING = object()


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
    """Finds the variables of conditions within a value that no run can know: where each stands, and what is wrong."""
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
    """Returns the mistake in a variable that starts with none of ROOTS; None when it starts with one."""
    root = variable.partition(".")[0]
    if root in ROOTS or root == FORBIDDEN_ROOT:  # which is refused already
        return None
    nearest = get_close_matches(root, ROOTS, n=1)
    meant = f"did you mean {nearest[0]!r}? There" if nearest else "there"
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
    """Raises RefusedError for a relative time that is too close to now, or stands where none may."""
    times = [item for item in as_list(argument) if isinstance(item, str) and RELATIVE.fullmatch(item)]
    if times and operator == "is_timestamp_between":
        raise RefusedError("relative", field, f"{operator} takes no relative times; give dates and times.")
    for time in times:
        if distance(time) < LEAST_DISTANCE:
            raise RefusedError("relative", field, f"{field} must be at least 15 minutes away from now.")


def holds(condition: Mapping[str, Any], known: Known) -> bool:
    """Whether a condition is true now. One that makes no sense, a text that is greater than 5, is not."""
    evaluate = OPERATORS[condition["operator"]]
    return evaluate(look_up(condition["variable"], known), argument_of(condition.get("argument"), known), known)


def first_failing(conditions: list[Any], known: Known) -> int | None:
    """The position of the first condition that does not hold; None when all do."""
    return next((index for index, condition in enumerate(conditions) if not holds(condition, known)), None)


def look_up(path: str, known: Known) -> Any:
    root, *names = path.split(".")
    value = known.roots.get(root, MISSING) if root in ROOTS else MISSING
    for name in names:
        value = value.get(name, MISSING) if isinstance(value, Mapping) else MISSING
    return value


class Written(str):
    """A text that stands in a condition itself: the only one that may be written for null."""

    __slots__ = ()


def argument_of(argument: Any, known: Known) -> Any:
    if isinstance(argument, list):
        return [argument_of(item, known) for item in argument]
    if not isinstance(argument, str):
        return argument
    return value_of(look_up(argument, known)) if is_path(argument) else Written(argument)


def is_path(text: str) -> bool:
    root, dot, rest = text.partition(".")
    return root in ROOTS and bool(dot and rest)


def value_of(found: Any) -> Any:
    return "" if found is MISSING else found


def as_list(value: Any) -> list[Any]:
    """A list, or the text of one in JSON; anything else stands alone."""
    read = as_json(value) if isinstance(value, str) else value
    if isinstance(read, list | tuple):
        return list(read)
    return [value]


def is_list(value: Any) -> bool:
    return isinstance(as_json(value) if isinstance(value, str) else value, list | tuple)


def as_json(text: str) -> Any:
    """What a text says as JSON; the text itself when it says nothing."""
    try:
        return msgspec.json.decode(str(text))
    except (msgspec.DecodeError, RecursionError):
        return text


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and not isinstance(other, str):
        one = read(one)
    elif isinstance(other, str) and not isinstance(one, str):
        other = read(other)
    return same(plain(one), plain(other))


def read(text: str) -> Any:
    """Returns the value that a text stands for beside one of another type. A given text `null` is not null."""
    found = as_json(text)
    return text if found is None and not isinstance(text, Written) else found


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def ordered(one: Any, other: Any) -> int | None:
    """Below, at or above 0 as numbers are, or as texts are that are none.

    None for what has no order: a number and a text that is none, or what is absent, which the empty text stands for.
    """
    first, second = number(one), number(other)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    if first is not None or second is not None:
        return None
    if isinstance(one, str) and isinstance(other, str) and one and other:
        return (one > other) - (one < other)
    return None


def number(value: Any) -> int | float | None:
    read = as_json(value) if isinstance(value, str) else value
    return read if isinstance(read, int | float) and not isinstance(read, bool) else None


def contains(value: Any, argument: Any) -> bool:
    """Two lists share an item; a list has a value as an item, on either side; a text is part of a text."""
    if isinstance(value, list | tuple):
        return any(equal(item, wanted) for item in value for wanted in as_list(argument))
    if is_list(argument):
        return any(equal(value, item) for item in as_list(argument))
    return isinstance(value, str) and isinstance(argument, str) and argument in value


def contains_all(value: Any, argument: Any) -> bool:
    if not is_list(value) or not is_list(argument):
        return False
    return all(any(equal(item, wanted) for item in as_list(value)) for wanted in as_list(argument))


def between(value: Any, argument: Any) -> bool:
    """From the first of two values to the second, both included."""
    bounds = as_list(argument)
    if len(bounds) != 2:
        return False
    above, under = ordered(value, bounds[0]), ordered(value, bounds[1])
    return above is not None and under is not None and above >= 0 >= under


def timestamp_between(value: Any, argument: Any) -> bool:
    at, bounds = instant(value), [instant(item) for item in as_list(argument)]
    match bounds:
        case [datetime() as first, datetime() as last] if at is not None:
            return first <= at <= last
    return False


def before(value: Any, argument: Any, now: datetime) -> bool | None:
    """Whether an instant comes before another; None when one of them is none."""
    at, other = instant(value), time_of(argument, now)
    return None if at is None or other is None else at < other


def before_date(value: Any, argument: Any, now: datetime) -> bool | None:
    """The same of days in UTC."""
    at, other = instant(value), time_of(argument, now)
    return None if at is None or other is None else at.date() < other.date()


def instant(value: Any) -> datetime | None:
    """An ISO-8601 date, or date and time, in UTC unless it says otherwise; None for anything else."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def time_of(argument: Any, now: datetime) -> datetime | None:
    """An instant, or one relative to now like `15 minutes ago` or `1 day from now`."""
    if not isinstance(argument, str) or not RELATIVE.fullmatch(argument):
        return instant(argument)
    return now - distance(argument) if argument.endswith("ago") else now + distance(argument)


def distance(relative: str) -> timedelta:
    count, unit, _ = relative.split(" ", 2)
    return timedelta(**{unit.removesuffix("s") + "s": int(count)})


def is_empty(value: Any) -> bool:
    return value is None or value is MISSING or value == "" or (isinstance(value, list | tuple) and not value)


Operator = Callable[[Any, Any, Known], bool]


def opposite(operator: Operator) -> Operator:
    return lambda value, argument, known: not operator(value, argument, known)


def of_values(test: Callable[[Any, Any], bool]) -> Operator:
    return lambda value, argument, known: test(value_of(value), argument)


def of_order(test: Callable[[int], bool]) -> Operator:
    def evaluate(value: Any, argument: Any, known: Known) -> bool:
        order = ordered(value_of(value), argument)
        return order is not None and test(order)

    return evaluate


def of_audience(value: Any, argument: Any, known: Known) -> bool:
    return argument in known.audiences if isinstance(argument, str) else False


EQUAL = of_values(equal)
CONTAINS = of_values(contains)
CONTAINS_ALL = of_values(contains_all)


OPERATORS: Mapping[str, Operator] = {
    "equal_to": EQUAL,
    "not_equal_to": opposite(EQUAL),
    "greater_than": of_order(lambda order: order > 0),
    "less_than": of_order(lambda order: order < 0),
    "greater_than_or_equal_to": of_order(lambda order: order >= 0),
    "less_than_or_equal_to": of_order(lambda order: order <= 0),
    "contains": CONTAINS,
    "not_contains": opposite(CONTAINS),
    "contains_all": CONTAINS_ALL,
    "not_contains_all": opposite(CONTAINS_ALL),
    "empty": lambda value, _, __: is_empty(value),
    "not_empty": lambda value, _, __: not is_empty(value),
    "exists": lambda value, _, __: value is not MISSING and value is not None,
    "not_exists": lambda value, _, __: value is MISSING or value is None,
    "is_timestamp": lambda value, _, __: instant(value) is not None,
    "is_not_timestamp": lambda value, _, __: instant(value) is None,
    "is_timestamp_before": lambda value, argument, known: before(value, argument, known.now) is True,
    "is_timestamp_on_or_after": lambda value, argument, known: before(value, argument, known.now) is False,
    "is_timestamp_before_date": lambda value, argument, known: before_date(value, argument, known.now) is True,
    "is_timestamp_on_or_after_date": lambda value, argument, known: before_date(value, argument, known.now) is False,
    "is_timestamp_before_now": lambda value, _, known: (at := instant(value)) is not None and at < known.now,
    "is_timestamp_on_or_after_now": lambda value, _, known: (at := instant(value)) is not None and at >= known.now,
    "is_timestamp_between": of_values(timestamp_between),
    "is_between": of_values(between),
    "is_audience_member": of_audience,
    "is_not_audience_member": opposite(of_audience),
}

NAMES = frozenset({"variable", "operator", "argument"})

AUDIENCE_OPERATORS = frozenset({"is_audience_member", "is_not_audience_member"})

TIMESTAMP_OPERATORS = frozenset(name for name in OPERATORS if "timestamp_" in name)
