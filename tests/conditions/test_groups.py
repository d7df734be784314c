"""An evaluation shows as much as decided it, and no more than a journal should hold."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from addressee.conditions.forms import parse
from addressee.conditions.groups import MAX_SHOWN, evaluate, holds
from addressee.conditions.model import Condition, Conditions
from addressee.conditions.operators import ConditionContext

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def context(**data: Any) -> ConditionContext:
    actor = {"id": "bob", "email": "bob@example.com"}
    return ConditionContext(
        {"data": data, "actor": actor, "tenant": {"id": "acme", "settings": {"a": 1}}}, frozenset(), NOW
    )


def shown(written: Any, **data: Any) -> list[tuple[str, bool]]:
    evaluation = evaluate(parse(written), context(**data))
    return [(each["variable"], each["result"]) for each in evaluation.shown]


def test_it_ends_where_the_result_is_known() -> None:
    written = {"any": [["data.a", "data.b"], ["data.c"], ["data.d"]]}
    assert shown(written, a=False, c=True) == [("data.a", False), ("data.c", True)]
    assert shown(written, a=True, b=True) == [("data.a", True), ("data.b", True)]
    assert shown(written) == [("data.a", False), ("data.c", False), ("data.d", False)]


def test_values_are_shown_as_they_were_compared() -> None:
    (compared,) = evaluate(parse("data.a > data.b"), context(a=5, b=7)).shown
    assert compared == {
        "variable": "data.a",
        "operator": "greater_than",
        "argument": 7,
        "value": 5,
        "result": False,
    }


def test_a_missing_value_is_shown_as_the_empty_text() -> None:
    (compared,) = evaluate(parse("data.a.b == 1"), context(a=5)).shown
    assert compared["value"] == ""


def test_long_values_are_cut() -> None:
    def value(value: Any) -> Any:
        return evaluate(parse("data.a exists"), context(a=value)).shown[0]["value"]

    assert value("x" * 1000) == "x" * 100 + "…"
    assert value(list(range(100))) == [*range(10), "…"]
    assert value([["a"], {"b": 1}]) == [["…"], "…"]
    assert len(value({str(number): number for number in range(100)})) == 10


def test_a_document_is_shown_without_what_is_nested_in_it() -> None:
    (compared,) = evaluate(parse("tenant exists"), context()).shown
    assert compared["value"] == {"id": "acme", "settings": "…"}


def test_of_many_conditions_the_last_are_shown() -> None:
    written = {"any": [f"data.x{number}" for number in range(40)]}
    assert shown(written) == [(f"data.x{number}", False) for number in range(40 - MAX_SHOWN, 40)]


def test_what_an_actor_is_like_is_not_shown() -> None:
    written = ["actor.email ends_with example.com", "actor.id == bob", "actor.phone empty", "data.a != actor.email"]
    shown = evaluate(parse(written), context(a=1)).shown
    assert [(each["value"], each["argument"]) for each in shown] == [
        ("…", "example.com"),
        ("bob", "bob"),
        ("", None),
        (1, "…"),
    ]


def test_a_negated_condition_is_true_where_the_comparison_is_not() -> None:
    """Also of values that cannot be compared, of which neither greater_than nor its opposite is true."""
    for value, is_greater in ((5, True), (3, False), ("many", False), (None, False)):
        condition = Condition("data.seats", "greater_than", 4, negated=True)
        (compared,) = evaluate(Conditions(((condition,),)), context(seats=value)).shown
        assert (compared["operator"], compared["result"]) == ("not greater_than", not is_greater)


CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["data.a", "data.b"]),
    st.sampled_from(["equal_to", "greater_than", "exists", "contains"]),
    st.sampled_from([1, "1", "x", None]),
    st.booleans(),
)
GROUPS = st.lists(st.lists(CONDITIONS, max_size=3).map(tuple), max_size=3).map(tuple)


@given(GROUPS, st.dictionaries(st.sampled_from("ab"), st.sampled_from([0, 1, 2, "x", None, ["x"]])))
def test_conditions_hold_whether_or_not_somebody_is_shown_why(groups: Any, data: dict[str, Any]) -> None:
    conditions = Conditions(groups)
    assert holds(conditions, context(**data)) == evaluate(conditions, context(**data)).holds
