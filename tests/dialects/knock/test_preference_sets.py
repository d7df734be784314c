"""Preference sets in Knock's words and in the directory's, in both directions."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.dialects.knock.mapping.preference_sets import (
    KIND_OF,
    knock_set,
    replaced,
    stored_set,
    stored_sets,
    with_channel_type,
    with_entry,
    with_section,
)
from addressee.directory.errors import RefusedError
from addressee.preferences.sets import check_set

CHANNEL = "2f641633-95d3-4555-9222-9f1eb7888a80"
CONDITION = {"variable": "recipient.country", "operator": "equal_to", "argument": "US"}
SETTING = {"conditions": [CONDITION]}

settings: st.SearchStrategy[Any] = st.booleans() | st.just(SETTING)
keys = st.sampled_from(["news", "tips", "kinds", "channel_types"])
channel_types = st.dictionaries(st.sampled_from(sorted(KIND_OF)), settings, max_size=4)
channels = st.dictionaries(st.just(CHANNEL), settings)
strategies = st.sampled_from(["merge", "replace"])
scopes = st.booleans() | st.fixed_dictionaries(
    {},
    optional={
        "channel_types": channel_types,
        "channels": channels,
        "conditions": st.just([CONDITION]),
        "__strategy__": strategies,
    },
)
fixed = st.fixed_dictionaries({}, optional={"__strategy__": strategies})
knock_sets = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.dictionaries(keys, scopes, max_size=3),
        "workflows": st.dictionaries(keys, scopes, max_size=3),
        "channel_types": st.tuples(channel_types, fixed).map(lambda maps: {**maps[0], **maps[1]}),
        "channels": st.tuples(channels, fixed).map(lambda maps: {**maps[0], **maps[1]}),
        "commercial_subscribed": settings,
    },
)
PARTS = ("categories", "workflows", "channel_types", "channels", "commercial_subscribed")
UNSET: dict[str, Any] = {"id": "default", **dict.fromkeys(PARTS)}


@given(knock_sets)
def test_what_is_stored_is_what_is_read(given: dict[str, Any]) -> None:
    stored = stored_set(given)
    check_set(stored)
    shown = msgspec.to_builtins(knock_set("default", stored))
    assert shown == {**UNSET, **given}
    assert stored_set(shown) == stored


@given(knock_sets, knock_sets)
def test_of_what_knock_says_a_replaced_set_keeps_nothing(before: dict[str, Any], given: dict[str, Any]) -> None:
    assert replaced(stored_set(before), stored_set(given)) == stored_set(given)


def test_the_words() -> None:
    given = {
        "channel_types": {
            "email": False,
            "in_app_feed": True,
            "sms": SETTING,
            "push": True,
            "chat": True,
            "http": False,
        },
        "channels": {CHANNEL.upper(): True},
        "categories": {"news": False, "tips": {"conditions": [CONDITION]}},
        "workflows": {"welcome": {"channel_types": {"http": True}, "channels": None}},
        "commercial_subscribed": False,
    }
    assert stored_set(given) == {
        "kinds": {"email": False, "in_app": True, "sms": SETTING, "push": True, "chat": True, "webhook": False},
        "channels": {CHANNEL: True},
        "categories": {"news": False, "tips": {"conditions": [CONDITION]}},
        "workflows": {"welcome": {"kinds": {"webhook": True}}},
        "commercial": False,
    }


def test_what_a_client_sends_back_beside_the_set_is_not_stored() -> None:
    given = {"id": "default", "__typename": "PreferenceSet", "__persistence_strategy__": "merge", "categories": None}
    assert stored_set(given) == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (5, "p"),
        ({"colour": True}, "p.colour"),
        ({"channel_types": True}, "p.channel_types"),
        ({"channel_types": {"fax": True}}, "p.channel_types.fax"),
        ({"channel_types": {"email": None}}, "p.channel_types.email"),
        ({"channel_types": {"email": {"conditions": [5]}}}, "p.channel_types.email.conditions[0]"),
        ({"channel_types": {"__strategy__": "x"}}, "p.channel_types.__strategy__"),
        ({"channels": {"in-app": True}}, "p.channels.in-app"),
        ({"categories": {"news": "yes"}}, "p.categories.news"),
        ({"categories": {"": True}}, "p.categories"),
        ({"categories": {"news": {"enabled": True}}}, "p.categories.news.enabled"),
        (
            {"workflows": {"x": {"channel_types": {"__strategy__": "replace"}}}},
            "p.workflows.x.channel_types.__strategy__",
        ),
        ({"commercial_subscribed": 0}, "p.commercial_subscribed"),
    ],
)
def test_what_is_wrong_is_named_in_knocks_words(wrong: Any, field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        stored_set(wrong, "p")
    assert refusal.value.field == field


def test_inline_sets_have_ids_of_tenants() -> None:
    assert stored_sets({"acme": {"id": "acme", "categories": {"news": True}}}) == {
        "acme": {"categories": {"news": True}}
    }
    with pytest.raises(RefusedError) as refusal:
        stored_sets({"$members": {}})
    assert refusal.value.field == "preferences.$members"


@pytest.mark.parametrize(
    ("kinds", "channel_types"),
    [
        ({"android_push": False}, {}),
        ({"android_push": False, "ios_push": False, "web_push": False}, {"push": False}),
        ({"push": True, "android_push": False}, {"push": True}),
        ({"push": False, "android_push": True}, {"push": True}),
        ({"slack": False, "whatsapp": False, "email": True}, {"email": True}),
    ],
)
def test_groups_read_false_when_all_their_members_do(kinds: dict[str, Any], channel_types: dict[str, Any]) -> None:
    assert knock_set("default", {"kinds": kinds}).channel_types == channel_types


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ({"enabled": False, "kinds": {"email": True}}, False),
        ({"enabled": True}, True),
        ({"enabled": True, "kinds": {"email": False}}, {"channel_types": {"email": False}}),
    ],
)
def test_a_scope_that_is_not_enabled_is_false(scope: dict[str, Any], shown: Any) -> None:
    assert knock_set("default", {"workflows": {"x": scope}}).workflows == {"x": shown}


class TestWhatKnockHasNoWordFor:
    """It stays when Knock writes the rest."""

    STORED: dict[str, Any] = {  # noqa: RUF012 - never changed
        "enabled": True,
        "conditions": [CONDITION],
        "kinds": {"android_push": False, "email": True},
        "workflows": {
            "x": {"enabled": True, "kinds": {"slack": False, "sms": False}},
            "y": {"kinds": {"slack": False}},
        },
        "categories": {"news": {"kinds": {"ios_push": False}}},
    }

    def test_when_it_replaces_a_set(self) -> None:
        assert replaced(self.STORED, stored_set({"workflows": {"x": {"channel_types": {"email": False}}}})) == {
            "enabled": True,
            "conditions": [CONDITION],
            "kinds": {"android_push": False},
            "workflows": {"x": {"kinds": {"slack": False, "email": False}}},
        }

    def test_but_a_group_that_it_writes_clears_its_members(self) -> None:
        given = stored_set({"channel_types": {"push": True}, "workflows": {"x": {"channel_types": {"chat": True}}}})
        made = replaced(self.STORED, given)
        assert made["kinds"] == {"push": True}
        assert made["workflows"] == {"x": {"kinds": {"chat": True}}}

    def test_and_true_or_false_is_the_whole_of_a_scope(self) -> None:
        assert replaced(self.STORED, stored_set({"workflows": {"x": True}}))["workflows"] == {"x": True}

    def test_members_that_were_shown_as_a_group_are_replaced_with_it(self) -> None:
        stored = {"kinds": {"android_push": False, "ios_push": False, "web_push": False}}
        assert replaced(stored, {}) == {}

    def test_when_it_replaces_a_section_an_entry_or_a_channel_type(self) -> None:
        assert with_section(self.STORED, "kinds", {"sms": True}) == {
            **self.STORED,
            "kinds": {"android_push": False, "sms": True},
        }
        assert with_section(self.STORED, "workflows", {"y": {"kinds": {}}, "z": False}) == {
            **self.STORED,
            "workflows": {"y": {"kinds": {"slack": False}}, "z": False},
        }
        assert with_entry(self.STORED, "categories", "news", {"kinds": {"email": True}}) == {
            **self.STORED,
            "categories": {"news": {"kinds": {"ios_push": False, "email": True}}},
        }
        assert with_channel_type(self.STORED, "push", subscribed=True) == {
            **self.STORED,
            "kinds": {"email": True, "push": True},
        }
