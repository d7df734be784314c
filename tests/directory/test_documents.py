"""The values that can be stored, and merges of documents."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.documents import Bounds, Merge, check_id, check_value, overlay
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


def test_a_whole_number_is_the_text_of_its_digits() -> None:
    assert check_id(7) == "7"


@pytest.mark.parametrize("id", ["", "x" * 257, "a\0", "\ud800", None, 7.5, True, ["a"]])
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


@pytest.mark.parametrize(
    ("base", "patch", "patched"),
    [
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}}, {"a": {"c": 2, "d": 3}}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        ({"a": [1, {"b": None}]}, {"a": [None, {"c": None}]}, {"a": [None, {"c": None}]}),
        ({"a": 1}, {"a": {"b": None, "c": {"d": None}}}, {"a": {"c": {}}}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": 1}),
        ({"a": None, "b": {"c": None}}, {"b": {"d": 1}}, {"a": None, "b": {"c": None, "d": 1}}),
        ({}, {"a": None, "b": {"c": None, "d": 0}}, {"b": {"d": 0}}),
    ],
)
def test_a_patch_takes_away_what_is_null(base: dict[str, Any], patch: dict[str, Any], patched: dict[str, Any]) -> None:
    assert overlay(base, patch, Merge.PATCH) == patched


def leaves(document: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """A document as its leaves by path; every object is a leaf too, with nothing in it."""
    flat: dict[tuple[str, ...], Any] = {path: {}}
    for name, value in document.items():
        flat |= leaves(value, (*path, name)) if isinstance(value, dict) else {(*path, name): value}
    return flat


def patched_leaves(base: dict[str, Any], patch: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """What a patch does, said another way: each of its leaves, one after the other, replaces what is at its path."""
    flat = leaves(base)
    for path, value in leaves(patch).items():
        stays = value == {} and flat.get(path) == {}
        if not stays:
            flat = {other: kept for other, kept in flat.items() if other[: len(path)] != path}
        if value is not None:
            flat[path] = value
    return flat


@given(documents, documents)
def test_a_patch_is_each_of_its_leaves_at_its_place(base: dict[str, Any], patch: dict[str, Any]) -> None:
    assert leaves(overlay(base, patch, Merge.PATCH)) == patched_leaves(base, patch)


@given(documents)
def test_a_patch_of_nothing_leaves_no_null_but_in_lists(patch: dict[str, Any]) -> None:
    assert None not in leaves(overlay({}, patch, Merge.PATCH)).values()


def deep(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(levels - 1):
        document = {"a": document}
    return document


def test_bounds_take_what_is_within_them() -> None:
    bounds = Bounds("custom_fields", 20, 200)
    bounds.check(deep(20))
    bounds.check({"a": [deep(18)]})
    bounds.check({"a": "x" * 192})
    for properties in (deep(21), {"a": [deep(19)]}):
        with pytest.raises(RefusedError, match="custom_fields is nested more than 20 levels deep") as refusal:
            bounds.check(properties)
        assert refusal.value.field == "custom_fields"
    with pytest.raises(RefusedError, match="custom_fields must be at most 200 bytes"):
        bounds.check({"a": "x" * 193})
