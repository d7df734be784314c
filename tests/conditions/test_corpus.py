"""The corpus of conditions: every operator on a text, a number, a list, null and a value that is missing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from addressee.conditions.forms import parse
from addressee.conditions.groups import evaluate
from addressee.conditions.operators import LONE_OPERATORS, OPERATORS, ConditionContext

CONTEXT = ConditionContext(
    roots={
        "data": {
            "text": "pro",
            "number": 5,
            "list": ["pro", 5],
            "null": None,
            "at": "2025-06-01T11:00:00Z",
            "limit": 5,
        },
        "recipient": {"id": "ada"},
    },
    audiences=frozenset({"pro"}),
    now=datetime(2025, 6, 1, 12, tzinfo=UTC),
)

VALUES = ("text", "number", "list", "null", "missing", "at")

# By operator and argument, for which of the values it is true.
CORPUS: list[tuple[str, Any, str]] = [
    ("equal_to", "pro", "text"),
    ("equal_to", "5", "number"),
    ("equal_to", "data.limit", "number"),
    ("equal_to", '["pro", 5]', "list"),
    ("equal_to", "null", "null"),
    ("equal_to", None, "null"),
    ("equal_to", "", "missing"),
    ("not_equal_to", "pro", "number list null missing at"),
    ("not_equal_to", 5, "text list null missing at"),
    ("not_equal_to", "null", "text number list missing at"),
    ("not_equal_to", "", "text number list null at"),
    ("greater_than", 4, "number"),
    ("greater_than", "abc", "text"),
    ("greater_than", "data.missing", ""),
    ("greater_than_or_equal_to", "5", "number"),
    ("greater_than_or_equal_to", "pro", "text"),
    ("less_than", "data.limit", ""),
    ("less_than", 6, "number"),
    ("less_than", "x", "text at"),
    ("less_than_or_equal_to", 5, "number"),
    ("less_than_or_equal_to", "null", ""),
    ("contains", "pro", "text list"),
    ("contains", "r", "text"),
    ("contains", 5, "list at"),
    ("contains", ["pro", "x"], "text list"),
    ("contains", "", "text missing at"),
    ("not_contains", "pro", "number null missing at"),
    ("not_contains", ["pro", 5], "null missing at"),
    ("contains_all", ["pro", 5], "list"),
    ("contains_all", ["pro", "x"], ""),
    ("not_contains_all", ["pro"], "text number null missing at"),
    ("in", ["pro", "x"], "text"),
    ("in", [5, None], "number null"),
    ("in", ["", "x"], "missing"),
    ("in", "data.list", "text number"),
    ("not_in", ["pro", 5], "list null missing at"),
    ("intersects", ["pro", "x"], "text list"),
    ("intersects", [5], "number list"),
    ("intersects", ["", None], ""),
    ("not_intersects", ["pro"], "number null missing at"),
    ("starts_with", "p", "text"),
    ("starts_with", 2025, "at"),
    ("starts_with", "", "text missing at"),
    ("ends_with", "ro", "text"),
    ("ends_with", "Z", "at"),
    ("empty", None, "null missing"),
    ("not_empty", None, "text number list at"),
    ("exists", None, "text number list at"),
    ("not_exists", None, "null missing"),
    ("is_timestamp", None, "at"),
    ("is_not_timestamp", None, "text number list null missing"),
    ("is_timestamp_before", "2025-06-02", "at"),
    ("is_timestamp_before", "30 minutes ago", "at"),
    ("is_timestamp_on_or_after", "2025-06-01", "at"),
    ("is_timestamp_on_or_after", "1 hour from now", ""),
    ("is_timestamp_after", "2025-06-01T11:00:00Z", ""),
    ("is_timestamp_after", "2 hours ago", "at"),
    ("is_timestamp_equal_to", "2025-06-01T13:00:00+02:00", "at"),
    ("is_timestamp_before_date", "2025-06-02", "at"),
    ("is_timestamp_on_or_after_date", "2025-06-01T23:00:00Z", "at"),
    ("is_timestamp_before_now", None, "at"),
    ("is_timestamp_on_or_after_now", None, ""),
    ("is_timestamp_between", ["2 hours ago", "2025-06-02"], "at"),
    ("is_timestamp_between", ["2025-06-02", "2025-06-03"], ""),
    ("is_between", [5, 6], "number"),
    ("is_between", ["a", "x"], "text"),
    ("is_between", ["data.limit", 7], "number"),
]


@pytest.mark.parametrize(("operator", "argument", "expected"), CORPUS)
def test_an_operator_on_every_kind_of_value(operator: str, argument: Any, expected: str) -> None:
    lone = {} if operator in LONE_OPERATORS else {"argument": argument}
    true = [
        name
        for name in VALUES
        if evaluate(parse({"variable": f"data.{name}", "operator": operator, **lone}), CONTEXT).holds
    ]
    assert true == expected.split()


@pytest.mark.parametrize(("audience", "member"), [("pro", True), ("free", False)])
def test_audiences(audience: str, member: bool) -> None:
    for operator, expected in (("is_audience_member", member), ("is_not_audience_member", not member)):
        conditions = parse({"variable": "recipient", "operator": operator, "argument": audience})
        assert evaluate(conditions, CONTEXT).holds is expected


def test_every_operator_is_in_the_corpus() -> None:
    audiences = {"is_audience_member", "is_not_audience_member"}
    assert {operator for operator, _, _ in CORPUS} == set(OPERATORS) - audiences
