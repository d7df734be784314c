"""What may be stored, and how documents are laid over each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.documents import Merge, check_id, check_value, overlay
from addressee.directory.errors import RefusedError
from tests.support.documents import documents


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\0b", "text"),
        ("\ud800", "text"),
        ({"a\0": 1}, "text"),
        ([["\udfff"]], "text"),
        (math.nan, "number"),
        (-math.inf, "number"),
        (2**63, "number"),
        (-(2**63), "number"),
        (1e30, "number"),
        (10**400, "number"),
        ({1: 2}, "type"),
        ({1, 2}, "type"),
    ],
)
def test_what_postgresql_cannot_hold_is_refused(value: object, reason: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_value({"trait": value}, "properties")
    assert refusal.value.reason == reason
    assert refusal.value.field.startswith("properties")


def nested(levels: int) -> list[object]:
    value: list[object] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_64_levels_are_taken_and_65_refused() -> None:
    check_value(nested(64), "properties")
    with pytest.raises(RefusedError, match="nested more than 64 levels"):
        check_value(nested(65), "properties")


@pytest.mark.parametrize("id", ["a", "é/+ %2F", "x" * 256, "🦊" * 256])
def test_an_id_is_the_callers(id: str) -> None:
    assert check_id(id) == id


@pytest.mark.parametrize("id", ["", "x" * 257, "a\0", "\ud800", None, 7, ["a"]])
def test_an_id_that_cannot_be_one_is_refused(id: object) -> None:
    with pytest.raises(RefusedError):
        check_id(id)


def test_shallow_replaces_a_nested_value_and_deep_merges_it() -> None:
    stored = {"plan": {"tier": "pro", "seats": 3}, "city": "Ulm"}
    given = {"plan": {"seats": 4}}
    assert overlay(stored, given, Merge.SHALLOW) == {"plan": {"seats": 4}, "city": "Ulm"}
    assert overlay(stored, given, Merge.DEEP) == {"plan": {"tier": "pro", "seats": 4}, "city": "Ulm"}


def test_deep_neither_combines_lists_nor_removes_by_null() -> None:
    assert overlay({"a": [1], "b": {"c": 1}}, {"a": [2], "b": None}, Merge.DEEP) == {"a": [2], "b": None}


@given(documents, documents, st.sampled_from(Merge))
def test_laying_over_twice_changes_nothing_more(
    base: dict[str, object], given: dict[str, object], merge: Merge
) -> None:
    once = overlay(base, given, merge)
    assert overlay(once, given, merge) == once


@given(documents, documents)
def test_the_arguments_stay_as_they_were(base: dict[str, object], given: dict[str, object]) -> None:
    before = repr((base, given))
    overlay(base, given, Merge.DEEP)
    assert repr((base, given)) == before
