"""Stored choices of a preference screen: a table for each rule, and properties of all choices."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.directory.kinds import KINDS, effective_name
from addressee.preferences.choices import (
    Choice,
    with_choice,
    with_kinds,
    with_restrictions,
    without_choices,
    without_kinds,
    without_restrictions,
)
from addressee.preferences.sets import check_set

# The kinds that the screen of these tests knows; it has no word for discord.
SCREEN = ("email", "sms", "ios_push", "android_push", "web_push", "slack", "ms_teams", "whatsapp")
IF_PRO = {"conditions": [{"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}]}
CHANNEL = "2f641633-95d3-4555-9222-9f1eb7888a80"


def opt_in(*refused: str, **rest: Any) -> Choice:
    return Choice(True, {kind: kind not in refused for kind in SCREEN}, **rest)


OPT_OUT = Choice(False)


def said(*refused: str, **more: Any) -> dict[str, Any]:
    """All kinds of the screen, and more."""
    return {**{kind: kind not in refused for kind in SCREEN}, **more}


@pytest.mark.parametrize(
    ("stored", "choice", "made"),
    [
        # What is the same for all kinds is a plain true or false.
        (None, OPT_OUT, False),
        (None, opt_in(), True),
        (False, opt_in(), True),
        (True, OPT_OUT, False),
        ({"enabled": True, "kinds": said("sms")}, opt_in(), True),
        # Otherwise each kind is said.
        (None, opt_in("sms"), {"enabled": True, "kinds": said("sms")}),
        (True, opt_in("sms"), {"enabled": True, "kinds": said("sms")}),
        ({"enabled": True, "kinds": said("sms")}, opt_in("email"), {"enabled": True, "kinds": said("email")}),
        # Opting out keeps what was chosen of kinds.
        ({"enabled": True, "kinds": {"sms": False}}, OPT_OUT, {"enabled": False, "kinds": {"sms": False}}),
        # What the screen does not know stays.
        ({"kinds": {"discord": False}}, opt_in(), {"enabled": True, "kinds": said(discord=False)}),
        ({"kinds": {"chat": False}}, opt_in(), {"enabled": True, "kinds": said(chat=False)}),
        ({"channels": {CHANNEL: False}}, opt_in(), {"channels": {CHANNEL: False}, "enabled": True, "kinds": said()}),
        ({"conditions": []}, OPT_OUT, {"conditions": [], "enabled": False}),
        ({"kinds": {"email": IF_PRO}}, opt_in(), {"enabled": True, "kinds": {**said(), "email": IF_PRO}}),
        ({"kinds": {"email": IF_PRO}}, opt_in("email"), {"enabled": True, "kinds": said("email")}),
        ({"kinds": {"push": IF_PRO}}, opt_in("ios_push", "sms"), None),
    ],
)
def test_a_choice_of_a_category(stored: Any, choice: Choice, made: Any) -> None:
    before = {"workflows": {"w": False}, "categories": {"b": True, **({} if stored is None else {"a": stored})}}
    after = with_choice(before, "a", choice)
    if made is None:  # a condition of the group holds for members that are not refused
        kinds = {kind: True for kind in SCREEN if kind not in ("android_push", "web_push")}
        made = {"enabled": True, "kinds": {**kinds, "push": IF_PRO, "ios_push": False, "sms": False}}
    assert after == {"workflows": {"w": False}, "categories": {"b": True, "a": made}}


def test_what_is_remembered_with_a_choice() -> None:
    made = with_choice({}, "a", opt_in(remembered={"digest": 1, "other": 2}))
    assert made == {"categories": {"a": True}, "remembered": {"a": {"digest": 1, "other": 2}}}
    less = with_choice(made, "a", Choice(None, remembered={"digest": None}))
    assert less == {"categories": {"a": True}, "remembered": {"a": {"other": 2}}}
    assert with_choice(less, "a", Choice(None, remembered={"other": None})) == {"categories": {"a": True}}
    assert with_choice(made, "b", OPT_OUT)["remembered"] == made["remembered"]


@pytest.mark.parametrize(
    ("stored", "restricted", "kinds"),
    [
        ({}, {"sms": True}, {"sms": False}),
        ({"sms": False, "email": False}, {"sms": False}, {"sms": True, "email": False}),
        ({"push": False}, {"ios_push": False}, {"push": False, "ios_push": True}),
        ({"email": IF_PRO}, {"email": False}, {"email": IF_PRO}),
        ({"email": IF_PRO}, {"email": True}, {"email": False}),
    ],
)
def test_restrictions(stored: Any, restricted: dict[str, bool], kinds: Any) -> None:
    assert with_restrictions({"kinds": stored, "enabled": True}, restricted) == {"kinds": kinds, "enabled": True}


def test_forgetting() -> None:
    stored = {
        "categories": {"a": False, "b": True},
        "remembered": {"a": {"digest": 1}},
        "kinds": {"push": False, "chat": False, "slack": True, "webhook": False},
        "workflows": {"w": False},
    }
    made = without_choices(stored, ["a", "b"])
    assert made == {"kinds": stored["kinds"], "workflows": {"w": False}}
    assert without_restrictions(made, SCREEN) == {
        "kinds": {"webhook": False, "discord": False},
        "workflows": {"w": False},
    }
    assert without_restrictions({"kinds": {"sms": False}}, SCREEN) == without_restrictions({}, SCREEN) == {}


settings: st.SearchStrategy[Any] = st.booleans() | st.just(IF_PRO)
kinds = st.dictionaries(st.sampled_from([*KINDS, "push", "chat"]), settings, max_size=4)
scopes = st.booleans() | st.fixed_dictionaries(
    {}, optional={"enabled": st.booleans(), "kinds": kinds, "conditions": st.just([]), "channels": st.just({})}
)
stored_sets = st.fixed_dictionaries(
    {}, optional={"kinds": kinds, "categories": st.dictionaries(st.sampled_from("ab"), scopes)}
)
choices = st.builds(
    Choice,
    wanted=st.none() | st.booleans(),
    kinds=st.sets(st.sampled_from(SCREEN)).map(lambda refused: {kind: kind not in refused for kind in SCREEN}),
    remembered=st.dictionaries(st.sampled_from(["x", "y"]), st.none() | st.integers(), max_size=2),
)


@given(stored=stored_sets, choice=choices)
def test_a_choice_is_a_set_reads_as_it_was_made_and_settles(stored: dict[str, Any], choice: Choice) -> None:
    made = with_choice(stored, "a", choice)
    check_set(made)
    assert with_choice(made, "a", choice) == made
    assert made.get("kinds") == stored.get("kinds")
    assert made.get("categories", {}).get("b") == stored.get("categories", {}).get("b")
    if choice.wanted is not None:
        scope = made["categories"]["a"]
        enabled = scope if isinstance(scope, bool) else scope["enabled"]
        assert enabled is choice.wanted
        if choice.wanted:
            for kind, wanted in choice.kinds.items():
                assert is_on(scope, kind) is wanted


@given(stored=stored_sets, restricted=st.dictionaries(st.sampled_from(SCREEN), st.booleans()))
def test_a_restriction_too(stored: dict[str, Any], restricted: dict[str, bool]) -> None:
    made = with_restrictions(stored, restricted)
    check_set(made)
    assert with_restrictions(made, restricted) == made
    for kind in KINDS:
        expected = not restricted[kind] if kind in restricted else is_on({"kinds": stored.get("kinds", {})}, kind)
        assert is_on(made, kind) is expected


def is_on(scope: Any, kind: str) -> bool:
    if isinstance(scope, bool):
        return scope
    name = effective_name(scope["kinds"], kind)
    return name is None or scope["kinds"][name] is not False


@pytest.mark.parametrize(
    ("stored", "wanted", "made"),
    [
        # A group clears its members, but for conditions where it is not refused.
        ({}, {"chat": False}, {"chat": False}),
        ({"slack": True, "sms": True}, {"chat": False}, {"sms": True, "chat": False}),
        ({"slack": False, "discord": IF_PRO}, {"chat": True}, {"chat": True, "discord": IF_PRO}),
        ({"discord": IF_PRO}, {"chat": False}, {"chat": False}),
        ({"chat": IF_PRO}, {"chat": True}, {"chat": IF_PRO}),
        ({"chat": IF_PRO}, {"chat": False}, {"chat": False}),
        # A kind outranks its group, which goes on for the others.
        ({"push": False}, {"ios_push": True}, {"push": False, "ios_push": True}),
        ({"push": IF_PRO}, {"ios_push": True}, {"push": IF_PRO}),
    ],
)
def test_groups_are_chosen_as_a_whole(stored: Any, wanted: Any, made: Any) -> None:
    assert with_kinds(stored, wanted) == made
    assert with_kinds(made, wanted) == made


@pytest.mark.parametrize(
    ("stored", "kinds", "made"),
    [
        ({}, ["email"], {}),
        ({"email": False, "sms": False}, ["email"], {"sms": False}),
        ({"push": False}, ["ios_push", "android_push"], {"web_push": False}),
        ({"push": False, "web_push": True}, ["ios_push", "android_push"], {"web_push": True}),
        ({"chat": False}, ["slack", "ms_teams", "discord", "whatsapp", "webhook"], {}),
    ],
)
def test_kinds_are_forgotten_and_others_of_their_group_are_not(stored: Any, kinds: list[str], made: Any) -> None:
    assert without_kinds(stored, kinds) == made
