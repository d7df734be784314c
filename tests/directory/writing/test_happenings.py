"""Events of a write, for those who are told of recipients."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from addressee.directory.edits.context import EditContext
from addressee.directory.edits.recipients import (
    AddAddress,
    Delete,
    DisableAddress,
    Edit,
    EnableAddress,
    Identify,
    SetChannelData,
    SetPreferences,
    UnsetPreferences,
)
from addressee.directory.recipient import Place, Recipient
from addressee.directory.writing.happenings import DELETED, Happening, happenings
from addressee.directory.writing.history import NO_ORIGIN, Change, change
from addressee.messaging.webhooks.model import RECIPIENT_TYPES

ADA = Place(1, "$users", "ada")
NOW = datetime(2026, 1, 1, tzinfo=UTC)

MAIL = "ada@example.com"

EDITS: Sequence[Edit] = (
    Identify(attributes={"name": "Ada"}),
    Identify(properties={"plan": "pro"}),
    Identify(attributes={"name": "Countess"}, preferences={"default": {"workflows": {"a": True}}}),
    SetPreferences("default", {"channel_types": {"email": False}}),
    UnsetPreferences("default"),
    SetChannelData("one", {"tokens": ["a"]}),
    AddAddress("email", MAIL),
    DisableAddress("email", MAIL),
    EnableAddress("email", MAIL),
    Delete(),
)


def applied(
    found: Recipient | None, edits: Sequence[Edit], place: Place = ADA
) -> tuple[Recipient | None, list[Change]]:
    changes = []
    context = EditContext(NOW, 1, uuid7)
    recipient = found
    for edit in edits:
        after = edit.apply(recipient, place, context)
        if after is not None and after is not recipient:
            changes.append(change(edit.name, recipient, after, NO_ORIGIN))
            recipient = after
    return recipient, changes


def told(found: Recipient | None, *edits: Edit, place: Place = ADA) -> list[Happening]:
    after, changes = applied(found, edits, place)
    return [] if after is None else happenings(found, after, changes)


def words(found: list[Happening]) -> list[str]:
    return [each.type.removeprefix("recipient.") for each in found]


def there(*edits: Edit) -> Recipient:
    found, _ = applied(None, edits or (Identify(attributes={"name": "Ada", "email": MAIL}),))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([Identify(attributes={"name": "Countess"})], ["updated"]),
        ([SetPreferences("default", {"workflows": {}})], ["preferences_updated"]),
        ([SetChannelData("one", {"tokens": ["a"]})], ["updated"]),
        ([DisableAddress("email", MAIL)], ["address_disabled"]),
        ([DisableAddress("email", MAIL), EnableAddress("email", MAIL)], ["updated"]),
        ([Delete()], ["deleted"]),
        ([Delete(), Identify(attributes={"name": "New"})], ["deleted", "created"]),
        ([Identify(attributes={"name": "One"}), Identify(attributes={"name": "Two"})], ["updated"]),
        ([], []),
    ],
)
def test_what_changes_of_somebody_says_what_is_told(edits: list[Edit], expected: list[str]) -> None:
    assert words(told(there(), *edits)) == expected


def test_a_new_identity_is_created_and_an_old_one_has_ended() -> None:
    ada = there()
    ended, created = told(ada, Delete(), Identify(attributes={"name": "New"}))
    assert ended.uid == ada.uid
    assert created.uid != ada.uid


def test_disabled_addresses_are_told_by_their_kinds_only() -> None:
    (disabled,) = told(there(), DisableAddress("email", MAIL))
    assert disabled.subject == {"kinds": ["email"]}


@pytest.mark.parametrize("collection", ["$lists", "$topics", "$members/x", "$audiences"])
def test_what_only_groups_others_is_not_told_of(collection: str) -> None:
    assert told(None, Identify(properties={"a": 1}), place=Place(1, collection, "one")) == []


@given(st.lists(st.sampled_from(EDITS), max_size=4), st.lists(st.sampled_from(EDITS), max_size=6))
def test_one_is_told_of_each_change_once_and_of_ends_and_beginnings_in_turn(
    before: list[Edit], edits: list[Edit]
) -> None:
    found, _ = applied(None, before)
    after, changes = applied(found, edits)
    happened = [] if after is None else happenings(found, after, changes)
    assert bool(happened) == bool(changes)
    assert len({(each.uid, each.type) for each in happened}) == len(happened)
    assert {each.type for each in happened} <= set(RECIPIENT_TYPES)
    ends = [each.type == DELETED for each in happened if each.type in {DELETED, "recipient.created"}]
    assert all(first is not second for first, second in pairwise(ends))
