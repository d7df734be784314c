"""Comparison of values in conditions. Pure.

Most clients write values as text. So a text that is compared with a number, a boolean or a list is parsed as JSON; a
literal argument that is compared with null is parsed as well.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from addressee.conditions.states import MessageState
from addressee.directory.documents import same

# The value of a variable whose path does not exist.
MISSING = object()

RELATIVE = re.compile(r"(\d{1,5}) (minute|hour|day|week)s? (ago|from now)")
TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.DOTALL)


class Literal(str):
    """A text that is written in a condition; only such a text `null` equals null."""

    __slots__ = ()


def or_empty(value: Any) -> Any:
    """Returns the value, or the empty text for MISSING."""
    return "" if value is MISSING else value


def as_list(value: Any) -> list[Any]:
    """Returns a list, or the list that a text contains as JSON; any other value becomes a list of one."""
    parsed = parse(value)
    return list(parsed) if isinstance(parsed, list | tuple) else [value]


def is_list(value: Any) -> bool:
    return isinstance(parse(value), list | tuple)


def parse(value: Any) -> Any:
    """Returns a text parsed as JSON; any other value, or a text that is not JSON, unchanged."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(str(value))
    except (msgspec.DecodeError, RecursionError):
        return value


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and not isinstance(other, str):
        one = parse_beside_another_type(one)
    elif isinstance(other, str) and not isinstance(one, str):
        other = parse_beside_another_type(other)
    return same(plain(one), plain(other))


def parse_beside_another_type(text: str) -> Any:
    """Returns a text parsed as JSON, except the text `null` that is not a Literal."""
    parsed = parse(text)
    return text if parsed is None and not isinstance(text, Literal) else parsed


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def compare(one: Any, other: Any) -> int | None:
    """Returns -1, 0 or 1. Numbers, and texts that contain numbers, are compared as numbers, other texts as texts.

    Returns None for all other pairs, and for the empty text, which stands for a missing value.
    """
    if isinstance(other, MessageState):
        return other.compare(one)
    first, second = number(one), number(other)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    if first is not None or second is not None:
        return None
    if isinstance(one, str) and isinstance(other, str) and one and other:
        return (one > other) - (one < other)
    return None


def number(value: Any) -> int | float | None:
    parsed = parse(value)
    return parsed if isinstance(parsed, int | float) and not isinstance(parsed, bool) else None


def contains(value: Any, argument: Any) -> bool:
    """Returns whether lists share an item, one value is an item of the other, or the argument is a part of a text."""
    if isinstance(value, list | tuple):
        return any(equal(item, wanted) for item in value for wanted in as_list(argument))
    if is_list(argument):
        return any(equal(value, item) for item in as_list(argument))
    return isinstance(value, str) and isinstance(argument, str) and argument in value


def contains_all(value: Any, argument: Any) -> bool:
    if not is_list(value) or not is_list(argument):
        return False
    return all(any(equal(item, wanted) for item in as_list(value)) for wanted in as_list(argument))


def is_in(value: Any, argument: Any) -> bool:
    """Returns whether a value is an item of a list."""
    return any(equal(value, item) for item in as_list(argument))


def intersects(value: Any, argument: Any) -> bool:
    """Returns whether two lists share an item; any other value is a list of one, an empty one of none."""
    return not is_empty(value) and any(is_in(item, argument) for item in as_list(value))


def starts_with(value: Any, argument: Any) -> bool:
    return isinstance(value, str) and isinstance(argument, str) and value.startswith(argument)


def ends_with(value: Any, argument: Any) -> bool:
    return isinstance(value, str) and isinstance(argument, str) and value.endswith(argument)


def between(value: Any, argument: Any) -> bool:
    """Returns whether a value is between the two values of a list, both included."""
    bounds = as_list(argument)
    if len(bounds) != 2:
        return False
    above, under = compare(value, bounds[0]), compare(value, bounds[1])
    return above is not None and under is not None and above >= 0 >= under


def timestamp_between(value: Any, argument: Any, now: datetime) -> bool:
    at, bounds = instant(value), [time_of(item, now) for item in as_list(argument)]
    match bounds:
        case [datetime() as first, datetime() as last] if at is not None:
            return first <= at <= last
    return False


def before(value: Any, argument: Any, now: datetime) -> bool | None:
    """Returns whether an instant is before another; None when one of them is not an instant."""
    at, other = instant(value), time_of(argument, now)
    return None if at is None or other is None else at < other


def before_date(value: Any, argument: Any, now: datetime) -> bool | None:
    """Returns whether an instant's day, in UTC, is before that of another; None when one of them is no instant."""
    at, other = instant(value), time_of(argument, now)
    return None if at is None or other is None else at.date() < other.date()


def instant(value: Any) -> datetime | None:
    """Parses an ISO 8601 date, or date and time, by default in UTC; returns None for any other value."""
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def time_of(argument: Any, now: datetime) -> datetime | None:
    """Parses an instant, or a time relative to now like `15 minutes ago` or `1 day from now`; else returns None."""
    if not isinstance(argument, str) or not RELATIVE.fullmatch(argument):
        return instant(argument)
    return now - distance(argument) if argument.endswith("ago") else now + distance(argument)


def distance(relative: str) -> timedelta:
    count, unit, _ = relative.split(" ", 2)
    return timedelta(**{unit.removesuffix("s") + "s": int(count)})


def is_empty(value: Any) -> bool:
    return value is None or value is MISSING or value == "" or (isinstance(value, list | tuple) and not value)
