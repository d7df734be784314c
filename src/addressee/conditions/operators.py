"""The operators of conditions, by name. Each is a pure function of a value, an argument and the context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from addressee.conditions import values
from addressee.conditions.values import MISSING, instant


class ConditionContext(msgspec.Struct, frozen=True):
    """The data of a run: documents by root, the ids of the recipient's audiences, the current time."""

    roots: Mapping[str, Any]
    audiences: frozenset[str]
    now: datetime


Operator = Callable[[Any, Any, ConditionContext], bool]


def opposite(operator: Operator) -> Operator:
    return lambda value, argument, context: not operator(value, argument, context)


def of_values(test: Callable[[Any, Any], bool]) -> Operator:
    return lambda value, argument, _: test(values.or_empty(value), argument)


def of_order(test: Callable[[int], bool]) -> Operator:
    def evaluate(value: Any, argument: Any, _: ConditionContext) -> bool:
        order = values.compare(values.or_empty(value), argument)
        return order is not None and test(order)

    return evaluate


def of_time(precedes: Callable[[Any, Any, datetime], bool | None], expected: bool) -> Operator:
    return lambda value, argument, context: precedes(value, argument, context.now) is expected


def of_instant(test: Callable[[datetime, datetime], bool]) -> Operator:
    def evaluate(value: Any, argument: Any, context: ConditionContext) -> bool:
        at, other = instant(value), values.time_of(argument, context.now)
        return at is not None and other is not None and test(at, other)

    return evaluate


def is_audience_member(_: Any, argument: Any, context: ConditionContext) -> bool:
    return isinstance(argument, str) and argument in context.audiences


EQUAL = of_values(values.equal)
CONTAINS = of_values(values.contains)
CONTAINS_ALL = of_values(values.contains_all)
IN = of_values(values.is_in)
INTERSECTS = of_values(values.intersects)


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
    "in": IN,
    "not_in": opposite(IN),
    "intersects": INTERSECTS,
    "not_intersects": opposite(INTERSECTS),
    "starts_with": of_values(values.starts_with),
    "ends_with": of_values(values.ends_with),
    "empty": lambda value, _, __: values.is_empty(value),
    "not_empty": lambda value, _, __: not values.is_empty(value),
    "exists": lambda value, _, __: value is not MISSING and value is not None,
    "not_exists": lambda value, _, __: value is MISSING or value is None,
    "is_timestamp": lambda value, _, __: instant(value) is not None,
    "is_not_timestamp": lambda value, _, __: instant(value) is None,
    "is_timestamp_before": of_time(values.before, True),
    "is_timestamp_on_or_after": of_time(values.before, False),
    "is_timestamp_after": of_instant(lambda at, other: at > other),
    "is_timestamp_equal_to": of_instant(lambda at, other: at == other),
    "is_timestamp_before_date": of_time(values.before_date, True),
    "is_timestamp_on_or_after_date": of_time(values.before_date, False),
    "is_timestamp_before_now": lambda value, _, context: (at := instant(value)) is not None and at < context.now,
    "is_timestamp_on_or_after_now": lambda value, _, context: (at := instant(value)) is not None and at >= context.now,
    "is_timestamp_between": lambda value, argument, context: values.timestamp_between(value, argument, context.now),
    "is_between": of_values(values.between),
    "is_audience_member": is_audience_member,
    "is_not_audience_member": opposite(is_audience_member),
}

AUDIENCE_OPERATORS = frozenset({"is_audience_member", "is_not_audience_member"})

TIMESTAMP_OPERATORS = frozenset(name for name in OPERATORS if "timestamp_" in name)

ORDER_OPERATORS = frozenset({"greater_than", "less_than", "greater_than_or_equal_to", "less_than_or_equal_to"})

# Operators that look for a text in a text.
TEXT_OPERATORS = frozenset({"contains", "not_contains", "starts_with", "ends_with"})

PAIR_OPERATORS = frozenset({"is_between", "is_timestamp_between"})

LIST_OPERATORS = frozenset({"in", "not_in", "intersects", "not_intersects"})

# Operators that look at the variable alone.
LONE_OPERATORS = frozenset(
    {
        "empty",
        "not_empty",
        "exists",
        "not_exists",
        "is_timestamp",
        "is_not_timestamp",
        "is_timestamp_before_now",
        "is_timestamp_on_or_after_now",
    }
)
