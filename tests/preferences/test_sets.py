"""The form of a preference set: valid sets, and the fields of refusals."""

from typing import Any

import pytest

from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUPS, KINDS
from addressee.preferences.sets import check_set, check_set_id

CHANNEL = "2f641633-95d3-4555-9222-9f1eb7888a80"
CONDITION = {"variable": "recipient.country", "operator": "equal_to", "argument": "US"}
SETTING = {"conditions": [CONDITION]}


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"enabled": False},
        {"kinds": dict.fromkeys((*KINDS, *GROUPS), True)},
        {"kinds": {"__strategy__": "replace", "push": SETTING, "ios_push": False}},
        {"channels": {"__strategy__": "merge", CHANNEL: SETTING}},
        {"conditions": [CONDITION, CONDITION]},
        {"categories": {"news": False, "tips": {}}},
        {"workflows": {"kinds": {"enabled": True, "kinds": {"sms": False}, "channels": {CHANNEL: True}}}},
        {"workflows": {"a.b": {"conditions": [], "__strategy__": "replace"}}},
        {"commercial": SETTING},
        {"remembered": {"news": {"digest": [1, None]}}},
    ],
)
def test_it_is_taken(good: dict[str, Any]) -> None:
    check_set(good)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel_types": {}}, "channel_types"),
        ({"enabled": None}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"__strategy__": "replace"}, "__strategy__"),
        ({"kinds": None}, "kinds"),
        ({"kinds": {"fax": True}}, "kinds.fax"),
        ({"kinds": {"email": None}}, "kinds.email"),
        ({"kinds": {"email": {"enabled": True}}}, "kinds.email"),
        ({"kinds": {"email": {"conditions": True}}}, "kinds.email.conditions"),
        ({"kinds": {"email": {"conditions": [{}]}}}, "kinds.email.conditions[0]"),
        ({"kinds": {"email": {"conditions": [CONDITION] * 101}}}, "kinds.email.conditions"),
        ({"kinds": {"__strategy__": "other"}}, "kinds.__strategy__"),
        ({"channels": {"in-app": True}}, "channels.in-app"),
        ({"channels": {CHANNEL.upper(): True}}, f"channels.{CHANNEL.upper()}"),
        ({"channels": []}, "channels"),
        ({"conditions": {}}, "conditions"),
        ({"categories": True}, "categories"),
        ({"categories": {"": True}}, "categories"),
        ({"categories": {"x" * 257: True}}, "categories"),
        ({"categories": {"\0": True}}, "categories"),
        ({"categories": {str(index): True for index in range(1001)}}, "categories"),
        ({"categories": {"news": None}}, "categories.news"),
        ({"remembered": []}, "remembered"),
        ({"remembered": {"news": 1}}, "remembered.news"),
        ({"remembered": {"": {}}}, "remembered"),
        ({"categories": {"news": {"commercial": True}}}, "categories.news.commercial"),
        ({"workflows": {"x": {"kinds": {"__strategy__": "replace"}}}}, "workflows.x.kinds"),
        ({"workflows": {"x": {"kinds": {"fax": True}}}}, "workflows.x.kinds.fax"),
        ({"workflows": {"x": {"__strategy__": True}}}, "workflows.x.__strategy__"),
        ({"commercial": "no"}, "commercial"),
    ],
)
def test_it_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        check_set(wrong)
    assert refusal.value.field == field


def test_the_path_starts_where_the_set_stands() -> None:
    with pytest.raises(RefusedError) as refusal:
        check_set({"kinds": {"fax": True}}, "preferences.default")
    assert refusal.value.field == "preferences.default.kinds.fax"


def test_a_set_is_called_default_or_like_a_tenant() -> None:
    assert [check_set_id(id) for id in ("default", "acme")] == ["default", "acme"]
    for wrong in ("", "$members", "$x", None):
        with pytest.raises(RefusedError):
            check_set_id(wrong)
