"""Edits of properties, and of attributes that clients see as properties (suprsend.md §4, row by row)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import Add, Append, Edit, Identify, Remove, Set, SetOnce, Unset
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Place, Recipient

HERE = Place(1, USERS, "ada")
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
CONTEXT = EditContext(NOW, 8, lambda: UUID(int=1))


def after(*edits: Edit, **documents: Any) -> Recipient:
    found: Recipient | None = Recipient(HERE, UUID(int=1), 7, NOW, **documents) if documents else None
    for edit in edits:
        found = edit.apply(found, HERE, CONTEXT)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stored", "edit", "left"),
    [
        ({"a": {"b": 1}, "c": 2}, Set({"a": {"d": 2}, "e": None}), {"a": {"d": 2}, "c": 2, "e": None}),
        ({}, Set({"email": "not an address", "timezone": 5}), {"email": "not an address", "timezone": 5}),
        ({"a": None, "b": 1}, SetOnce({"a": 1, "b": 2, "c": 3}), {"a": None, "b": 1, "c": 3}),
        ({"a": 1}, Add({"a": 2, "b": -3}), {"a": 3, "b": -3}),
        ({"a": 1}, Add({"a": 0.5}), {"a": 1.5}),
        ({"a": None}, Add({"a": 2}), {"a": 2}),
        ({"a": [1], "b": 2}, Append({"a": 1, "b": 3, "c": [4]}), {"a": [1, 1], "b": [2, 3], "c": [[4]]}),
        ({"a": [1, 2, 1, True]}, Remove({"a": 1}), {"a": [2, True]}),
        ({"a": [1]}, Remove({"a": 1}), {"a": []}),
        ({"a": "x", "b": None}, Remove({"a": "x", "b": 1, "c": 1}), {"a": "x", "b": None}),
        ({"a": 1, "b": 2}, Unset(("a", "c")), {"b": 2}),
    ],
)
def test_properties(stored: dict[str, Any], edit: Edit, left: dict[str, Any]) -> None:
    recipient = after(edit, properties=stored, attributes={"timezone": "Asia/Tokyo"})
    assert (recipient.properties, recipient.attributes) == (left, {"timezone": "Asia/Tokyo"})


def test_a_whole_number_stays_one() -> None:
    assert isinstance(after(Add({"a": 1}), Add({"a": 2})).properties["a"], int)


@pytest.mark.parametrize(
    ("edit", "attributes", "properties"),
    [
        (Set({"name": "Ada", "avatar": None, "plan": "pro"}), {"name": "Ada", "avatar": None}, {"plan": "pro"}),
        (Set({"name": {"given": "Ada"}}), {}, {"name": {"given": "Ada"}}),
        (SetOnce({"first_name": "Ada", "last_name": 5}), {"first_name": "Ada"}, {"last_name": 5}),
        (Append({"name": "Ada"}), {}, {"name": ["Ada"]}),
        (Add({"avatar": 5}), {}, {"avatar": 5}),
    ],
)
def test_a_name_is_an_attribute_when_it_is_a_text_or_null(
    edit: Edit, attributes: dict[str, Any], properties: dict[str, Any]
) -> None:
    recipient = after(edit)
    assert (recipient.attributes, recipient.properties) == (attributes, properties)


@pytest.mark.parametrize(
    ("edit", "attributes", "properties"),
    [
        (Set({"name": 5}), {"locale": "en"}, {"name": 5, "avatar": 7}),
        (Set({"avatar": "a.png"}), {"name": "Ada", "locale": "en", "avatar": "a.png"}, {}),
        (SetOnce({"name": 5, "avatar": "a.png"}), {"name": "Ada", "locale": "en"}, {"avatar": 7}),
        (Append({"name": "Byron"}), {"locale": "en"}, {"name": ["Ada", "Byron"], "avatar": 7}),
        (Add({"avatar": 1}), {"name": "Ada", "locale": "en"}, {"avatar": 8}),
        (Remove({"name": "Ada"}), {"name": "Ada", "locale": "en"}, {"avatar": 7}),
        (Unset(("name", "locale")), {"locale": "en"}, {"avatar": 7}),
        (Unset(("avatar",), attributes=("locale",)), {"name": "Ada"}, {}),
    ],
)
def test_a_name_is_one_or_the_other_and_what_is_written_last_counts(
    edit: Edit, attributes: dict[str, Any], properties: dict[str, Any]
) -> None:
    recipient = after(edit, attributes={"name": "Ada", "locale": "en"}, properties={"avatar": 7})
    assert (recipient.attributes, recipient.properties) == (attributes, properties)


def test_an_attribute_set_elsewhere_is_the_name_that_counts() -> None:
    recipient = after(Set({"name": 5}), Identify({"name": "Ada"}))
    with pytest.raises(RefusedError, match="not a number"):
        Add({"name": 1}).apply(recipient, HERE, CONTEXT)
    unset = after(Unset(("name",)), attributes=recipient.attributes, properties=recipient.properties)
    assert (unset.attributes, unset.properties) == ({}, {})


def test_reserved_attributes_are_set_once_and_cleared() -> None:
    given = {"timezone": "Asia/Tokyo", "language": "en"}
    recipient = after(SetOnce({"a": 1}, attributes=given), SetOnce({"a": 2}, attributes={"language": "de"}))
    assert (recipient.attributes, recipient.properties) == (given, {"a": 1})
    with pytest.raises(RefusedError, match="IANA time zone database"):
        SetOnce({}, attributes={"timezone": "Mars/Olympus"}).apply(None, HERE, CONTEXT)
    assert after(SetOnce({}, attributes={"locale": "en"}), attributes={"locale": None}).attributes == {"locale": None}


@pytest.mark.parametrize("language", ["EN", "eng", "e", "é", ""])
def test_a_language_has_two_small_letters(language: str) -> None:
    with pytest.raises(RefusedError, match="two small letters"):
        Identify({"language": language}).apply(None, HERE, CONTEXT)
    assert after(Identify({"language": None})).attributes == {"language": None}


def test_a_property_called_language_is_a_property() -> None:
    recipient = after(Identify({"language": "en"}, {"language": "Klingon"}), Set({"language": "Elvish"}))
    assert (recipient.attributes, recipient.properties) == ({"language": "en"}, {"language": "Elvish"})
    assert after(Unset(("language",)), attributes=recipient.attributes).attributes == {"language": "en"}


@pytest.mark.parametrize(
    "edit",
    [
        Set({"a": "\0"}),
        Set({"name": "x" * 10_001}),
        Set({"a": "x" * 256_000}),
        SetOnce({"a": float("nan")}),
        Append({"a": "\ud800"}),
        Add({"a": "1"}),  # type: ignore[dict-item]
    ],
)
def test_what_cannot_be_stored_is_refused(edit: Edit) -> None:
    with pytest.raises(RefusedError):
        edit.apply(None, HERE, CONTEXT)
