"""Checks of conditions: only those that can be evaluated are stored."""

from typing import Any

import pytest

from addressee.conditions.evaluation import holds
from addressee.conditions.validation import check_condition
from addressee.directory.errors import RefusedError
from tests.conditions.test_evaluation import CONTEXT


@pytest.mark.parametrize(
    "good",
    [
        {"variable": "recipient.country", "operator": "equal_to", "argument": "US"},
        {"variable": "specimen.dna_sequence", "operator": "contains", "argument": "frog_genome"},
        {"variable": "data.x", "operator": "exists"},
        {"variable": "data.x", "operator": "exists", "argument": None},
        {"variable": "data.x", "operator": "contains", "argument": ["a", 1, True, None]},
        {"variable": "data.x", "operator": "is_timestamp_before", "argument": "15 minutes ago"},
        {"variable": "data.x", "operator": "is_timestamp_on_or_after", "argument": "1 day from now"},
        {"variable": "data.x", "operator": "equal_to", "argument": "5 minutes ago"},
        {"variable": "recipient", "operator": "is_audience_member", "argument": "beta"},
    ],
)
def test_what_can_be_evaluated_is_taken(good: dict[str, Any]) -> None:
    check_condition(good, "c")
    assert holds(good, CONTEXT) in (True, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (5, "c"),
        ({"variable": "data.x"}, "c"),
        ({"variable": "data.x", "operator": "exists", "extra": 1}, "c"),
        ({"variable": 5, "operator": "exists"}, "c.variable"),
        ({"variable": "", "operator": "exists"}, "c.variable"),
        ({"variable": "x" * 1001, "operator": "exists"}, "c.variable"),
        ({"variable": "data.\0", "operator": "exists"}, "c.variable"),
        ({"variable": "refs.email.x", "operator": "exists"}, "c.variable"),
        ({"variable": "data.x", "operator": "like"}, "c.operator"),
        ({"variable": "data.x", "operator": ["exists"]}, "c.operator"),
        ({"variable": "data.x", "operator": "equal_to", "argument": {"a": 1}}, "c.argument"),
        ({"variable": "data.x", "operator": "equal_to", "argument": "refs.email.x"}, "c.argument"),
        ({"variable": "data.x", "operator": "equal_to", "argument": "x" * 1001}, "c.argument"),
        ({"variable": "data.x", "operator": "contains", "argument": [[]]}, "c.argument[0]"),
        ({"variable": "data.x", "operator": "contains", "argument": [0] * 1001}, "c.argument"),
        ({"variable": "data.x", "operator": "is_timestamp_before", "argument": "14 minutes ago"}, "c.argument"),
        ({"variable": "data.x", "operator": "is_timestamp_before", "argument": "0 days from now"}, "c.argument"),
        (
            {
                "variable": "data.x",
                "operator": "is_timestamp_between",
                "argument": ["1 day ago", "1 day from now"],
            },
            "c.argument",
        ),
        ({"variable": "actor", "operator": "is_audience_member", "argument": "beta"}, "c.variable"),
    ],
)
def test_what_cannot_is_refused(wrong: Any, field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_condition(wrong, "c")
    assert refusal.value.field == field
