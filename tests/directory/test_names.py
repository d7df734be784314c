"""Missing names are derived from the others when they are read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.names import NAMES, all_names, derived, echoed
from addressee.directory.recipient import USERS, Place, Recipient
from tests.support.documents import documents, text

NOW = datetime(2025, 6, 1, tzinfo=UTC)

names = st.dictionaries(st.sampled_from(NAMES), st.none() | text | st.integers(), max_size=3)


@pytest.mark.parametrize(
    ("given", "follow"),
    [
        ({}, {}),
        ({"name": "Ada Lovelace"}, {"first_name": "Ada", "last_name": "Lovelace"}),
        ({"name": "Ada"}, {"first_name": "Ada"}),
        ({"name": "Ada King of Lovelace"}, {"first_name": "Ada", "last_name": "King of Lovelace"}),
        ({"name": "  Ada \t Lovelace "}, {"first_name": "Ada", "last_name": "Lovelace"}),
        ({"name": "   "}, {}),
        ({"name": ""}, {}),
        ({"name": None}, {}),
        ({"name": ["Ada"]}, {}),
        ({"first_name": "Ada", "last_name": "Lovelace"}, {"name": "Ada Lovelace"}),
        ({"first_name": "Ada"}, {"name": "Ada"}),
        ({"last_name": "Lovelace"}, {"name": "Lovelace"}),
        ({"first_name": None, "last_name": "Lovelace"}, {"name": "Lovelace"}),
        ({"first_name": " Ada", "last_name": ""}, {"name": "Ada"}),
        ({"first_name": None, "last_name": None}, {}),
        # What is given as null stays null, and one part that is given says that the other is not.
        ({"name": "Ada Lovelace", "first_name": None}, {}),
        ({"name": "Ada Lovelace", "last_name": None}, {}),
        ({"name": "Ada Lovelace", "first_name": "Augusta"}, {}),
        ({"name": None, "first_name": "Ada", "last_name": "Lovelace"}, {}),
    ],
)
def test_what_follows(given: dict[str, Any], follow: dict[str, Any]) -> None:
    assert derived(given) == follow


@given(names)
def test_what_was_given_is_never_told_otherwise(given: dict[str, Any]) -> None:
    follow = derived(given)
    assert follow.keys().isdisjoint(given)
    assert follow.keys() <= set(NAMES)
    assert all(isinstance(value, str) and value == value.strip() != "" for value in follow.values())


@given(text, text)
def test_a_name_made_of_parts_has_their_words(first: str, last: str) -> None:
    assert derived({"first_name": first, "last_name": last}).get("name", "").split() == [*first.split(), *last.split()]


def test_a_property_of_such_a_name_is_no_name() -> None:
    ada = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW, {"name": "Ada Lovelace"}, {"first_name": "Augusta"})
    assert all_names(ada) == {"name": "Ada Lovelace", "first_name": "Ada", "last_name": "Lovelace"}


@given(documents, names)
def test_whatever_is_stored_is_told_as_texts_and_nulls(attributes: dict[str, Any], properties: dict[str, Any]) -> None:
    recipient = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW, attributes, properties)
    assert all(value is None or isinstance(value, str) for value in all_names(recipient).values())


SHOWN = frozenset({"name", "first_name", "last_name", "email", "avatar"})


@pytest.mark.parametrize(
    ("stored", "given", "only_shown"),
    [
        ({}, {"email": None, "avatar": None}, {"email", "avatar"}),
        ({"email": "a@b.cd"}, {"email": None}, set()),
        ({"name": "Ada King"}, {"name": "Ada King", "first_name": "Ada", "last_name": "King"}, NAMES),
        ({"name": "Ada King"}, {"first_name": "Ada"}, {"first_name"}),
        ({"name": "Ada King"}, {"first_name": "Ada", "last_name": "Lovelace"}, set()),
        ({"name": "Ada King"}, {"name": "Bob", "first_name": "Ada", "email": None}, {"email"}),
        ({"first_name": "Ada"}, {"name": "Ada", "first_name": "Ada", "last_name": None}, NAMES),
        ({}, {"timezone": None}, set()),
    ],
)
def test_what_is_given_as_it_was_shown(stored: dict[str, Any], given: dict[str, Any], only_shown: Any) -> None:
    ada = Recipient(Place(1, USERS, "ada"), UUID(int=1), 1, NOW, stored)
    assert echoed(given, ada, SHOWN) == set(only_shown)
    assert echoed(given, ada, frozenset()) == set()
