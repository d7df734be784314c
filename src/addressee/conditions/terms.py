"""Makes single conditions of what is written, and finds what is wrong with them, so that evaluation cannot fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from addressee.conditions.model import Argument, Condition, Item, Path, State
from addressee.conditions.names import REFS, Names
from addressee.conditions.operators import (
    AUDIENCE_OPERATORS,
    LIST_OPERATORS,
    LONE_OPERATORS,
    OPERATORS,
    ORDER_OPERATORS,
    PAIR_OPERATORS,
    TEXT_OPERATORS,
    TIMESTAMP_OPERATORS,
)
from addressee.conditions.states import RANKS, STATES, STATUS_NAMES
from addressee.conditions.validation import AUDIENCE_VARIABLES, MAX_LIST, MAX_TEXT
from addressee.conditions.values import RELATIVE, instant
from addressee.suggestions import instead_of

# The path of a value in what is written: keys and positions in lists.
Place: TypeAlias = tuple[str | int, ...]

# An argument that is not there.
NO_ARGUMENT: Final = msgspec.UNSET

STATE_PREFIX = "$message."

# A number that every reader of JSON reads alike.
WHOLE_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})")


class Written(NamedTuple):
    """A condition as it is written, with an argument that has been read."""

    place: Place
    variable: str
    operator: str
    argument: Argument | msgspec.UnsetType = NO_ARGUMENT


def read_argument(argument: Any, names: Names) -> Argument:
    """Reads an argument: a text is read as JSON, as a path, or as itself, in this order. Raises ValueError."""
    if isinstance(argument, str):
        return read_text(argument, names)
    if isinstance(argument, list):
        return tuple(read_item(item, names) for item in argument)
    return scalar(argument)


def read_text(text: str, names: Names) -> Argument:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return read_item(text, names)
    if isinstance(value, list):
        return tuple(scalar(item) for item in value)
    is_whole = WHOLE_NUMBER.fullmatch(text) is not None
    return scalar(value) if is_whole or value is None or isinstance(value, str | bool) else text


def read_item(item: Any, names: Names) -> Item:
    if isinstance(item, str) and item.startswith(STATE_PREFIX):
        return State(item.removeprefix(STATE_PREFIX))
    if isinstance(item, str) and names.is_path(item):
        return Path(item)
    return scalar(item)


def scalar(value: Any) -> str | int | float | bool | None:
    if isinstance(value, str | int | float) or value is None:
        return value
    raise ValueError("an argument is a text, a number, true, false, null or a list of these")


def condition(written: Written, names: Names) -> Condition:
    path = names.path_of(written.variable)
    argument = None if written.argument is NO_ARGUMENT else written.argument
    if written.operator in LONE_OPERATORS:
        argument = None
    elif written.operator in TEXT_OPERATORS and isinstance(argument, int | float) and not isinstance(argument, bool):
        argument = str(argument)
    return Condition(path, written.operator, argument)


def problems(written: Written, names: Names) -> Iterator[tuple[Place, str]]:
    """Yields what is wrong with a condition."""
    path = names.path_of(written.variable)
    if len(path) > MAX_TEXT:
        yield (*written.place, "variable"), f"a path has at most {MAX_TEXT:,} characters"
    elif message := names.problem_with(path):
        yield (*written.place, "variable"), message
    if written.operator not in OPERATORS:
        message = f"there is no operator {written.operator!r}; {instead_of(written.operator, OPERATORS)}"
        yield (*written.place, "operator"), message
    elif written.operator not in LONE_OPERATORS:
        if written.argument is NO_ARGUMENT:
            yield written.place, f"{written.operator} needs an argument"
        else:
            for message in problems_of_argument(path, written.operator, written.argument, names):
                yield (*written.place, "argument"), message


def problems_of_argument(path: str, operator: str, argument: Argument, names: Names) -> Iterator[str]:
    items = argument if isinstance(argument, tuple) else (argument,)
    if len(items) > MAX_LIST or any(isinstance(item, str) and len(item) > MAX_TEXT for item in items):
        yield f"an argument has at most {MAX_LIST:,} items of at most {MAX_TEXT:,} characters"
    for item in items:
        if isinstance(item, Path) and (message := names.problem_with(item.path)):
            yield message
        if isinstance(item, State):
            yield from problems_of_state(path, operator, item.state)
    if isinstance(argument, Path):
        return
    if operator in PAIR_OPERATORS and not (isinstance(argument, tuple) and len(argument) == 2):
        yield f"{operator} needs a list of two values, the lowest and the highest"
    elif operator in LIST_OPERATORS and not isinstance(argument, tuple):
        yield f"{operator} needs a list"
    elif operator in {"starts_with", "ends_with"} and isinstance(argument, tuple | bool | State | None):
        yield f"{operator} needs a text"
    elif operator in AUDIENCE_OPERATORS and not isinstance(argument, str):
        yield f"{operator} needs the key of an audience"
    elif operator in TIMESTAMP_OPERATORS and not all(is_time(item) for item in items):
        yield f"{operator} needs a date, a date and time, or a time like '15 minutes ago' or '1 day from now'"
    if operator in AUDIENCE_OPERATORS and path not in AUDIENCE_VARIABLES:
        yield f"the variable of {operator} is recipient"


def is_time(item: Item) -> bool:
    if isinstance(item, Path):
        return True
    return isinstance(item, str) and (instant(item) is not None or RELATIVE.fullmatch(item) is not None)


def problems_of_state(path: str, operator: str, state: str) -> Iterator[str]:
    root, *below = path.split(".")
    if root != REFS or len(below) != 2 or below[1] not in STATUS_NAMES:
        names = ", ".join(f"refs.<ref>.{name}" for name in STATUS_NAMES)
        yield f"states of messages are compared with {names}"
    if state not in STATES:
        yield f"there is no state {state!r} of a message; {instead_of(state, STATES)}"
    elif operator in ORDER_OPERATORS and state not in RANKS:
        yield f"{state} has no place in the order of states; use contains"
