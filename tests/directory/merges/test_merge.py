"""Merging as a pure function: which value is kept, and that undoing restores both recipients."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from addressee.directory.addresses import entries as addresses
from addressee.directory.addresses.forms import key_of
from addressee.directory.errors import RefusedError
from addressee.directory.merges.merge import Filling, MergeRules, journal, merge, unmerge
from addressee.directory.names import NAMES
from addressee.directory.recipient import USERS, Document, Place, Recipient

NOW = datetime(2025, 6, 1, tzinfo=UTC)
LATER = datetime(2025, 6, 2, tzinfo=UTC)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)
entries = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.dictionaries(st.sampled_from("ab"), values, max_size=2))
kinds = st.sampled_from(["email", "ios_push", "push", "slack", "chat"])
choices = st.booleans() | st.fixed_dictionaries(
    {}, optional={"enabled": st.booleans(), "kinds": st.dictionaries(kinds, st.booleans(), max_size=2)}
)
preference_sets = st.dictionaries(
    st.sampled_from(["default", "acme"]),
    st.fixed_dictionaries(
        {},
        optional={
            "kinds": st.dictionaries(kinds, st.booleans(), max_size=3),
            "workflows": st.dictionaries(st.sampled_from("ab"), choices, max_size=2),
        },
    ),
)
fillings = st.builds(MergeRules, st.sampled_from(Filling), st.booleans(), st.booleans())
emails = st.sampled_from(["a@b.cd", "A@b.cd", "e@f.gh", "i@j.kl"])


def stored(kind: str, value: str, status: str = "active", **details: str) -> Document:
    provider = "fcm" if kind == "android_push" else None
    return {"kind": kind, "key": key_of(kind, value, provider), "value": value, "status": status, **details}


stored_addresses = st.lists(
    st.builds(
        stored, st.sampled_from(["email", "whatsapp", "android_push"]), emails, st.sampled_from(["active", "disabled"])
    ),
    max_size=4,
    unique_by=lambda address: (address["kind"], address["key"]),
)


def person(id: str, **parts: Any) -> Recipient:
    return Recipient(Place(1, USERS, id), UUID(int=len(id)), 7, NOW, **parts)


@st.composite
def people(draw: st.DrawFn, id: str) -> Recipient:
    return person(
        id,
        attributes={
            **draw(documents),
            **draw(st.dictionaries(st.just("email"), st.none() | emails)),
            **draw(st.dictionaries(st.sampled_from(NAMES), st.none() | st.sampled_from(["Ada", "Ada Lovelace"]))),
        },
        properties=draw(documents),
        addresses=draw(stored_addresses),
        preferences=draw(preference_sets),
        channel_data=draw(entries),
    )


def parts(recipient: Recipient) -> tuple[Any, ...]:
    return (
        recipient.attributes,
        recipient.properties,
        recipient.addresses,
        recipient.preferences,
        recipient.channel_data,
    )


@pytest.mark.parametrize(
    ("primary", "secondary", "merged"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": {"d": 3}}}, {"a": {"b": 1, "c": {"d": 3}}}),
        ({"a": None}, {"a": 1}, {"a": 1}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": None, "c": 1}}, {"a": {"b": 2, "c": None}}, {"a": {"b": 2, "c": 1}}),
        ({"a": None}, {"a": None}, {"a": None}),
        ({"a": None}, {}, {"a": None}),
        ({"a": [1]}, {"a": [2]}, {"a": [1]}),
        ({"a": {}}, {"a": 1}, {"a": {}}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": 1}),
        ({}, {"a": None}, {"a": None}),
    ],
)
def test_properties_are_merged_deeply_and_the_primary_wins(
    primary: dict[str, Any], secondary: dict[str, Any], merged: dict[str, Any]
) -> None:
    after = merge(person("one", properties=primary), person("two!", properties=secondary), LATER)
    assert after.primary.properties == merged
    after = merge(person("one", attributes=primary), person("two!", attributes=secondary), LATER)
    assert after.primary.attributes == merged


@pytest.mark.parametrize("filling", Filling)
def test_null_is_a_value_where_the_environment_says_so(filling: Filling) -> None:
    one = person("one", attributes={"name": None}, properties={"a": None, "b": {"c": None}})
    two = person("two!", attributes={"name": "Guest"}, properties={"a": 1, "b": {"c": 2, "d": 3}})
    after = merge(one, two, LATER, MergeRules(filling, keeps_nulls=True))
    assert after.primary.properties == {"a": None, "b": {"c": None, "d": 3}}
    assert after.primary.attributes == {"name": None if filling is Filling.ENTRIES else "Guest"}


def test_what_was_null_is_null_again_after_an_undoing_unless_it_was_changed() -> None:
    one = person("one", attributes={"name": None}, properties={"a": None, "b": {"c": None}, "e": None})
    two = person("two!", attributes={"name": "Guest"}, properties={"a": 1, "b": {"c": 2, "d": 3}, "e": {"f": 1}})
    after = merge(one, two, LATER)
    assert after.primary.properties == two.properties
    kept = structs.replace(after.primary, properties={"a": 5, "b": {"c": 2, "d": 3}, "e": {"f": 1, "g": 2}})
    for found, properties, paths in (
        (after.primary, one.properties, ()),
        (kept, {"a": 5, "b": {"c": None}, "e": {"g": 2}}, ("properties.a",)),
    ):
        parted = unmerge(found, after.tombstone, two.uid, journal(one, two, after), LATER)
        assert (parted.primary.attributes, parted.primary.properties) == ({"name": None}, properties)
        assert (parted.secondary.properties, parted.kept) == (two.properties, paths)


def test_preference_sets_and_channel_data_are_taken_whole_or_not_at_all() -> None:
    one = {"default": {"kinds": {"email": True}}}
    two = {"default": {"kinds": {"push": False}}, "acme": {"kinds": {"sms": False}}}
    merged = {"default": {"kinds": {"email": True}}, "acme": {"kinds": {"sms": False}}}
    assert merge(person("one", preferences=one), person("two!", preferences=two), LATER).primary.preferences == merged
    assert (
        merge(person("one", channel_data=one), person("two!", channel_data=two), LATER).primary.channel_data == merged
    )


@pytest.mark.parametrize(
    ("primary", "secondary", "merged"),
    [
        ({"email": None}, {"email": "a@b.cd"}, {"email": "a@b.cd"}),
        ({"email": "e@f.gh"}, {"email": "a@b.cd"}, {"email": "e@f.gh"}),
        ({"email": None}, {"email": None}, {"email": None}),
        ({"email": None}, {}, {"email": None}),
        ({"first_name": "Ada"}, {"first_name": "A.", "last_name": "King"}, {"first_name": "Ada", "last_name": "King"}),
        # What follows from a name is no gap.
        ({"name": "Ada Lovelace"}, {"first_name": "A.", "last_name": "King"}, {"name": "Ada Lovelace"}),
        ({"name": "Ada"}, {"first_name": "A.", "last_name": "King"}, {"name": "Ada", "last_name": "King"}),
        ({"first_name": "Ada"}, {"name": "A. King"}, {"first_name": "Ada"}),
        ({"first_name": None, "name": None}, {"name": "A. King"}, {"first_name": None, "name": "A. King"}),
    ],
)
def test_gaps_among_attributes_are_filled_and_are_there_again_afterwards(
    primary: dict[str, Any], secondary: dict[str, Any], merged: dict[str, Any]
) -> None:
    one, two = person("one", attributes=primary), person("two!", attributes=secondary)
    after = merge(one, two, LATER, MergeRules(Filling.FILL_GAPS))
    assert after.primary.attributes == merged
    parted = unmerge(
        after.primary, after.tombstone, two.uid, journal(one, two, after, MergeRules(Filling.FILL_GAPS)), LATER
    )
    assert (parted.primary.attributes, parted.secondary.attributes) == (primary, secondary)


def test_gaps_among_choices_are_filled() -> None:
    one = {"default": {"kinds": {"email": True, "chat": True}, "workflows": {"news": {"enabled": True}}}}
    two = {
        "default": {
            "kinds": {"email": False, "slack": False, "sms": False},
            "workflows": {"news": {"enabled": False, "kinds": {"sms": False}}, "offers": False},
        },
        "acme": {"kinds": {"sms": False}},
    }
    merged = merge(
        person("one", preferences=one), person("two!", preferences=two), LATER, MergeRules(Filling.FILL_GAPS)
    )
    assert merged.primary.preferences == {
        "default": {
            # The primary chose for all of chat, Slack is one of them.
            "kinds": {"email": True, "chat": True, "sms": False},
            "workflows": {"news": {"enabled": True, "kinds": {"sms": False}}, "offers": False},
        },
        "acme": {"kinds": {"sms": False}},
    }


@pytest.mark.parametrize(
    ("primary", "secondary", "all"),
    [
        # The primary's attribute names the primary address; the secondary's is another one then.
        (("a@b.cd", []), ("e@f.gh", []), ["a@b.cd", "e@f.gh"]),
        (("a@b.cd", []), ("A@b.cd", []), ["a@b.cd"]),
        ((None, []), ("e@f.gh", []), ["e@f.gh"]),
        ((None, ["a@b.cd"]), ("e@f.gh", []), ["e@f.gh", "a@b.cd"]),
        (("a@b.cd", ["a@b.cd", "e@f.gh"]), ("e@f.gh", ["e@f.gh", "i@j.kl"]), ["a@b.cd", "e@f.gh", "i@j.kl"]),
    ],
)
def test_addresses_are_united(
    primary: tuple[str | None, list[str]], secondary: tuple[str | None, list[str]], all: list[str]
) -> None:
    one, two = [
        person(
            id,
            attributes={} if attribute is None else {"email": attribute},
            addresses=[stored("email", value) for value in values],
        )
        for id, (attribute, values) in (("one", primary), ("two!", secondary))
    ]
    merged = merge(one, two, LATER)
    assert [address["value"] for address in addresses.of_kind(merged.primary, "email")] == all
    parted = unmerge(merged.primary, merged.tombstone, two.uid, journal(one, two, merged), LATER)
    assert (parts(parted.primary), parts(parted.secondary)) == (parts(one), parts(two))


def test_of_two_that_are_the_same_address_the_primarys_wins() -> None:
    one = person("one", addresses=[stored("android_push", "t", "disabled", bundle_id="one")])
    two = person("two!", addresses=[stored("android_push", "t", bundle_id="two"), stored("android_push", "u")])
    merged = merge(one, two, LATER)
    assert merged.primary.addresses == [*one.addresses, stored("android_push", "u")]


def test_undoing_says_which_addresses_it_leaves() -> None:
    one, two = person("one"), person("two!", addresses=[stored("whatsapp", "+4915"), stored("android_push", "t")])
    merged = merge(one, two, LATER)
    changed = [stored("whatsapp", "+4915", "disabled"), stored("android_push", "t"), stored("android_push", "new")]
    parted = unmerge(
        structs.replace(merged.primary, addresses=changed),
        merged.tombstone,
        two.uid,
        journal(one, two, merged),
        LATER,
    )
    assert parted.primary.addresses == [stored("whatsapp", "+4915", "disabled"), stored("android_push", "new")]
    assert parted.kept == ("addresses.whatsapp",)
    assert parted.secondary.addresses == two.addresses


def test_two_with_too_many_addresses_together_are_refused() -> None:
    one, two = (
        person(id, addresses=[stored("android_push", f"{id}-{number}") for number in range(600)])
        for id in ("one", "two!")
    )
    with pytest.raises(RefusedError, match="at most 1,000 addresses"):
        merge(one, two, LATER)


@given(people("one"), people("two!"), fillings)
def test_nobodys_address_is_lost_in_a_merge(one: Recipient, two: Recipient, rules: MergeRules) -> None:
    merged = merge(one, two, NOW, rules)
    for kind in ("email", "whatsapp", "android_push"):
        keys = [{address["key"] for address in addresses.of_kind(each, kind)} for each in (one, two, merged.primary)]
        assert keys[2] == keys[0] | keys[1]


def test_the_secondary_becomes_a_tombstone_and_the_primary_moves_on() -> None:
    one, two = person("one"), person("two!", properties={"a": 1})
    merged = merge(one, two, LATER)
    assert merged.tombstone == structs.replace(two, properties={}, version=8, updated_at=LATER, deleted_at=LATER)
    assert (merged.primary.uid, merged.primary.version, merged.primary.updated_at) == (one.uid, 8, LATER)


def test_two_that_are_too_large_together_are_refused() -> None:
    one, two = person("one", properties={"a": "x" * 200_000}), person("two!", properties={"b": "x" * 200_000})
    with pytest.raises(RefusedError, match="256,000"):
        merge(one, two, LATER)


@given(people("one"), people("two!"), fillings)
def test_undoing_a_merge_gives_back_what_was_there(one: Recipient, two: Recipient, rules: MergeRules) -> None:
    merged = merge(one, two, NOW, rules)
    parted = unmerge(merged.primary, merged.tombstone, two.uid, journal(one, two, merged, rules), LATER)
    assert parted.kept == ()
    assert parts(parted.primary) == parts(one)
    assert parts(parted.secondary) == parts(two)
    assert (parted.primary.version, parted.secondary.version) == (9, 9)
    assert (parted.secondary.uid, parted.secondary.lives) == (two.uid, True)


@given(people("one"), people("two!"), documents)
def test_what_was_changed_since_stays(one: Recipient, two: Recipient, changes: dict[str, Any]) -> None:
    merged = merge(one, two, NOW)
    changed = structs.replace(merged.primary, properties={**merged.primary.properties, **changes})
    parted = unmerge(changed, merged.tombstone, two.uid, journal(one, two, merged), LATER)
    for name, value in changes.items():
        if isinstance(value, dict) or value == merged.primary.properties.get(name):
            continue
        assert parted.primary.properties[name] == value


@pytest.mark.parametrize(
    ("now", "left", "kept"),
    [
        ({"a": 9, "b": {"c": 2}}, {"a": 9}, ("properties.a",)),
        ({"a": 1, "b": {"c": 9, "d": 3}}, {"b": {"c": 9, "d": 3}}, ("properties.b.c",)),
        ({"a": 1, "b": 5}, {"b": 5}, ("properties.b",)),
        ({"b": {"c": 2}, "new": 1}, {"new": 1}, ()),
    ],
)
def test_undoing_says_what_it_leaves(now: dict[str, Any], left: dict[str, Any], kept: tuple[str, ...]) -> None:
    one, two = person("one"), person("two!", properties={"a": 1, "b": {"c": 2}})
    merged = merge(one, two, NOW)
    parted = unmerge(
        structs.replace(merged.primary, properties=now), merged.tombstone, two.uid, journal(one, two, merged), LATER
    )
    assert (parted.primary.properties, parted.kept) == (left, kept)
    assert parted.secondary.properties == {"a": 1, "b": {"c": 2}}


def test_nothing_is_undone_when_the_id_was_used_again() -> None:
    one, two = person("one"), person("two!")
    merged = merge(one, two, NOW)
    again = structs.replace(two, uid=UUID(int=99), version=9)
    deleted_again = structs.replace(merged.tombstone, version=10)
    for found in (again, deleted_again, None):
        with pytest.raises(RefusedError, match="used again"):
            unmerge(merged.primary, found, two.uid, journal(one, two, merged), LATER)
