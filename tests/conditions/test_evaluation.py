"""Conditions (knock.md §3.7): every operator, on the data of a run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from addressee.conditions.evaluation import first_failing, holds
from addressee.conditions.operators import OPERATORS, ConditionContext

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)

CONTEXT = ConditionContext(
    roots={
        "data": {
            "text": "one two",
            "empty": "",
            "number": 5,
            "digits": "10",
            "yes": True,
            "nothing": None,
            "null": "null",
            "list": ["a", "b", 3],
            "none": [],
            "map": {},
            "date": "2025-06-01",
            "past": "2025-06-01T11:00:00Z",
            "future": "2025-06-01T15:00:00+02:00",
            "naive": "2025-06-01T12:00:00",
            "late": "2025-06-02T00:30:00+02:00",
            "limit": 7,
            "until": "2025-06-01T12:30:00Z",
        },
        "recipient": {"id": "ada", "plan": {"tier": "pro"}},
        "actor": None,
        "tenant": None,
        "vars": {"tier": "pro"},
        "workflow": {"id": "welcome", "name": "Welcome", "categories": ("news", "tips")},
        "run": {"total_activities": 1, "total_actors": 0},
        "refs": {"x": "seen"},
    },
    audiences=frozenset({"beta"}),
    now=NOW,
)

TRUE = [
    ("data.text", "equal_to", "one two"),
    ("data.number", "equal_to", "5"),
    ("data.number", "equal_to", 5.0),
    ("data.digits", "equal_to", 10),
    ("data.yes", "equal_to", "true"),
    ("data.nothing", "equal_to", "null"),
    ("data.nothing", "equal_to", None),
    ("data.null", "equal_to", "null"),
    ("data.null", "not_equal_to", None),
    ("data.null", "not_empty", None),
    ("data.null", "exists", None),
    ("data.nothing", "not_equal_to", "data.null"),
    ("data.nothing", "contains", ["null", "x"]),
    ("data.list", "equal_to", '["a", "b", 3]'),
    ("data.missing", "equal_to", ""),
    ("actor.name", "equal_to", ""),
    ("data.text.deeper", "equal_to", ""),
    ("specimen.dna", "equal_to", ""),
    ("refs.x", "equal_to", ""),
    ("recipient.plan.tier", "equal_to", "vars.tier"),
    ("workflow.id", "equal_to", "welcome"),
    ("run.total_activities", "equal_to", "1"),
    ("data.text", "not_equal_to", "one"),
    ("data.yes", "not_equal_to", 1),
    ("data.missing", "not_equal_to", "x"),
    ("data.number", "greater_than", "4"),
    ("data.digits", "greater_than", "9"),
    ("data.text", "greater_than", "a"),
    ("data.number", "less_than", 5.5),
    ("data.number", "less_than", "data.limit"),
    ("data.digits", "greater_than", "5"),
    ("data.digits", "is_between", ["9", "11"]),
    ("data.date", "less_than", "2025-06-02"),
    ("data.number", "greater_than_or_equal_to", 5),
    ("data.number", "less_than_or_equal_to", "5"),
    ("data.list", "contains", "a"),
    ("data.list", "contains", "3"),
    ("data.list", "contains", ["x", "b"]),
    ("data.list", "contains", '["x", "b"]'),
    ("data.text", "contains", "e t"),
    ("data.text", "contains", ["one two", "three"]),
    ("data.number", "contains", "[1, 5]"),
    ("workflow.categories", "contains", "tips"),
    ("data.list", "not_contains", "x"),
    ("data.text", "not_contains", "three"),
    ("data.number", "not_contains", "5"),
    ("data.missing", "not_contains", "x"),
    ("data.list", "contains_all", ["b", "a"]),
    ("data.list", "contains_all", '["a"]'),
    ("data.list", "contains_all", []),
    ("data.list", "not_contains_all", ["a", "x"]),
    ("data.text", "not_contains_all", "one"),
    ("data.empty", "empty", None),
    ("data.nothing", "empty", None),
    ("data.none", "empty", None),
    ("data.missing", "empty", None),
    ("data.text", "not_empty", None),
    ("data.map", "not_empty", None),
    ("data.number", "not_empty", None),
    ("data.empty", "exists", None),
    ("data.none", "exists", None),
    ("data.nothing", "not_exists", None),
    ("data.missing", "not_exists", None),
    ("actor.name", "not_exists", None),
    ("data.date", "is_timestamp", None),
    ("data.naive", "is_timestamp", None),
    ("data.text", "is_not_timestamp", None),
    ("data.number", "is_not_timestamp", None),
    ("data.digits", "is_not_timestamp", None),
    ("data.past", "is_timestamp_before", "2025-06-01T11:00:01Z"),
    ("data.past", "is_timestamp_before", "data.until"),
    ("data.past", "is_timestamp_before", "15 minutes ago"),
    ("data.future", "is_timestamp_before", "2 hours from now"),
    ("data.past", "is_timestamp_on_or_after", "2025-06-01T13:00:00+02:00"),
    ("data.past", "is_timestamp_on_or_after", "1 hour ago"),
    ("data.future", "is_timestamp_on_or_after", "1 week ago"),
    ("data.past", "is_timestamp_before_date", "2025-06-02"),
    ("data.past", "is_timestamp_before_date", "1 day from now"),
    ("data.past", "is_timestamp_on_or_after_date", "2025-06-01T23:00:00Z"),
    ("data.late", "is_timestamp_on_or_after_date", "2025-06-01"),
    ("data.late", "is_timestamp_before_date", "2025-06-02"),
    ("data.past", "is_timestamp_before_now", None),
    ("data.naive", "is_timestamp_on_or_after_now", None),
    ("data.future", "is_timestamp_on_or_after_now", None),
    ("data.past", "is_timestamp_between", ["2025-06-01T11:00:00Z", "2025-06-02"]),
    ("data.past", "is_timestamp_between", '["2025-06-01", "2025-06-01T11:00:00Z"]'),
    ("data.past", "is_timestamp_between", ["2025-06-01", "data.until"]),
    ("data.number", "is_between", [5, 6]),
    ("data.number", "is_between", '["4", "5"]'),
    ("data.digits", "is_between", [9, 11]),
    ("recipient", "is_audience_member", "beta"),
    ("recipient.id", "is_audience_member", "beta"),
    ("recipient", "is_not_audience_member", "gamma"),
]

FALSE = [
    ("data.text", "equal_to", "ONE TWO"),
    ("data.yes", "equal_to", 1),
    ("data.missing", "equal_to", "x"),
    ("data.number", "equal_to", "five"),
    ("data.text", "not_equal_to", "one two"),
    ("data.number", "greater_than", "5"),
    ("data.text", "greater_than", 5),
    ("data.yes", "greater_than", 0),
    ("data.null", "equal_to", None),
    ("data.nothing", "equal_to", "data.null"),
    ("data.missing", "less_than", 5),
    ("data.nothing", "less_than", 5),
    ("data.missing", "less_than", "5"),
    ("data.nothing", "less_than", "5"),
    ("data.empty", "less_than", "5"),
    ("data.missing", "less_than", "x"),
    ("data.empty", "less_than", "x"),
    ("data.missing", "less_than_or_equal_to", "5"),
    ("data.missing", "less_than", "data.limit"),
    ("data.number", "greater_than", "data.missing"),
    ("data.missing", "is_between", ["", "x"]),
    ("data.digits", "less_than", "9"),
    ("data.text", "greater_than", "5"),
    ("data.digits", "less_than", "ten"),
    ("data.number", "greater_than_or_equal_to", 6),
    ("data.number", "less_than_or_equal_to", "4"),
    ("data.list", "contains", "x"),
    ("data.text", "contains", "three"),
    ("data.text", "contains", ["one"]),
    ("data.map", "contains", "x"),
    ("data.list", "not_contains", "b"),
    ("data.list", "contains_all", ["a", "x"]),
    ("data.text", "contains_all", "one"),
    ("data.list", "contains_all", "a"),
    ("data.list", "not_contains_all", ["a"]),
    ("data.map", "empty", None),
    ("data.empty", "not_empty", None),
    ("data.missing", "not_empty", None),
    ("data.missing", "exists", None),
    ("data.nothing", "exists", None),
    ("data.empty", "not_exists", None),
    ("data.text", "is_timestamp", None),
    ("data.missing", "is_timestamp", None),
    ("data.date", "is_not_timestamp", None),
    ("data.past", "is_timestamp_before", "2025-06-01T11:00:00Z"),
    ("data.past", "is_timestamp_before", "1 hour ago"),
    ("data.past", "is_timestamp_before", "tomorrow"),
    ("data.text", "is_timestamp_before", "2025-06-01"),
    ("data.past", "is_timestamp_on_or_after", "data.until"),
    ("data.text", "is_timestamp_on_or_after", "2025-06-01"),
    ("data.past", "is_timestamp_before_date", "2025-06-01"),
    ("data.past", "is_timestamp_on_or_after_date", "2025-06-02"),
    ("data.naive", "is_timestamp_before_now", None),
    ("data.missing", "is_timestamp_before_now", None),
    ("data.past", "is_timestamp_on_or_after_now", None),
    ("data.text", "is_timestamp_on_or_after_now", None),
    ("data.past", "is_timestamp_between", ["2025-06-01T11:00:01Z", "2025-06-02"]),
    ("data.past", "is_timestamp_between", "2025-06-01"),
    ("data.text", "is_timestamp_between", ["2025-06-01", "2025-06-02"]),
    ("data.number", "is_between", [6, 7]),
    ("data.number", "is_between", [5]),
    ("data.text", "is_between", [1, 2]),
    ("recipient", "is_audience_member", "gamma"),
    ("recipient", "is_audience_member", None),
    ("recipient", "is_not_audience_member", "beta"),
]


def condition(variable: str, operator: str, argument: Any) -> dict[str, Any]:
    return {"variable": variable, "operator": operator, "argument": argument}


@pytest.mark.parametrize(("variable", "operator", "argument"), TRUE)
def test_it_holds(variable: str, operator: str, argument: Any) -> None:
    assert holds(condition(variable, operator, argument), CONTEXT) is True


@pytest.mark.parametrize(("variable", "operator", "argument"), FALSE)
def test_it_does_not_hold(variable: str, operator: str, argument: Any) -> None:
    assert holds(condition(variable, operator, argument), CONTEXT) is False


def test_every_operator_is_told_of_both_ways() -> None:
    for rows in (TRUE, FALSE):
        assert {operator for _, operator, _ in rows} == set(OPERATORS)


def test_the_first_that_fails_is_named() -> None:
    yes, no = condition("data.yes", "exists", None), condition("data.no", "exists", None)
    assert first_failing([yes, no, no], CONTEXT) == 1
    assert first_failing([yes, yes], CONTEXT) is None
    assert first_failing([], CONTEXT) is None
