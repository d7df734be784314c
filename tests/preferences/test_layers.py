"""The sets that apply to a run, and their combination (knock.md §3.6, §3.7): a table for each rule."""

from typing import Any

import pytest

from addressee.preferences.layers import Effective, Layer, LayerName, effective, shown
from addressee.preferences.sets import MEMBERS

OWN = LayerName.RECIPIENT_DEFAULT
FOR_TENANT = LayerName.RECIPIENT_TENANT
TENANT = LayerName.TENANT_DEFAULT
ENVIRONMENT = LayerName.ENVIRONMENT_DEFAULT

REPLACE = {"__strategy__": "replace"}
YES: dict[str, Any] = {"kinds": {"sms": True}}
NO: dict[str, Any] = {"kinds": {"sms": False}}


def laid(*documents: dict[str, Any]) -> Effective:
    """Layers of these documents, the highest first."""
    names = [OWN, FOR_TENANT, TENANT, ENVIRONMENT]
    return Effective(tuple(map(Layer, names, documents)))


@pytest.mark.parametrize(
    ("own", "tenant", "of_tenant", "names"),
    [
        ({}, None, {}, [ENVIRONMENT]),
        ({"default": NO}, None, {}, [OWN, ENVIRONMENT]),
        ({"default": NO, "acme": NO}, None, {}, [OWN, ENVIRONMENT]),
        ({"default": NO}, "acme", {}, [OWN, ENVIRONMENT]),
        ({"default": NO}, "acme", {"default": NO}, [OWN, ENVIRONMENT]),
        ({"default": NO, "zeta": NO}, "acme", {}, [OWN, ENVIRONMENT]),
        ({"default": NO, "acme": YES}, "acme", {}, [FOR_TENANT, ENVIRONMENT]),
        ({"default": NO}, "acme", {MEMBERS: YES}, [TENANT, ENVIRONMENT]),
        ({"default": NO, "acme": YES}, "acme", {MEMBERS: NO}, [FOR_TENANT, TENANT, ENVIRONMENT]),
        ({"default": NO, "acme": {}}, "acme", {}, [ENVIRONMENT]),
    ],
)
def test_the_layers_of_a_run(
    own: dict[str, Any], tenant: str | None, of_tenant: dict[str, Any], names: list[LayerName]
) -> None:
    found = effective(own, tenant, of_tenant, {"enabled": True})
    assert [layer.name for layer in found.layers] == names


def test_commercial_belongs_to_the_recipients_default_set_whatever_the_tenant() -> None:
    own = {"default": {"commercial": False, "enabled": False}, "acme": {"commercial": True}}
    found = effective(own, "acme", {MEMBERS: {"commercial": True}}, {"commercial": True})
    assert found.document == {"commercial": False}
    assert found.layer_of(("commercial",)) is OWN


@pytest.mark.parametrize(
    ("documents", "together"),
    [
        # The higher wins, part by part.
        (
            [{"kinds": {"sms": True}}, {"kinds": {"sms": False, "email": False}}],
            {"kinds": {"sms": True, "email": False}},
        ),
        (
            [{"workflows": {"a": {"kinds": {"sms": True}}}}, {"workflows": {"a": {"conditions": []}, "b": False}}],
            {"workflows": {"a": {"kinds": {"sms": True}, "conditions": []}, "b": False}},
        ),
        ([{"categories": {"a": True}}, {"categories": {"a": {"kinds": {"sms": False}}}}], {"categories": {"a": True}}),
        ([{"categories": {"a": {"kinds": {}}}}, {"categories": {"a": False}}], {"categories": {"a": {"kinds": {}}}}),
        (
            [{"kinds": {"sms": {"conditions": [1]}}}, {"kinds": {"sms": {"conditions": [2, 3]}}}],
            {"kinds": {"sms": {"conditions": [1]}}},
        ),
        ([{"commercial": False}, {"commercial": True, "enabled": False}], {"commercial": False, "enabled": False}),
        # A group above clears its members below; a member above outranks a group below.
        ([{"kinds": {"push": True}}, {"kinds": {"ios_push": False}}], {"kinds": {"push": True}}),
        ([{"kinds": {"ios_push": True}}, {"kinds": {"push": False}}], {"kinds": {"push": False, "ios_push": True}}),
        # An entry with the strategy `replace` holds against everything above it.
        (
            [{"workflows": {"a": True, "b": True}}, {"workflows": {"a": {**NO, **REPLACE}, "b": False}}],
            {"workflows": {"a": {**NO, **REPLACE}, "b": True}},
        ),
        ([{"kinds": {"sms": True}}, {"kinds": {"email": False, **REPLACE}}], {"kinds": {"email": False, **REPLACE}}),
        ([{"channels": {"x": True}}, {"channels": {"x": False, **REPLACE}}], {"channels": {"x": False, **REPLACE}}),
        ([YES, {"kinds": REPLACE}, {}, NO], {"kinds": {"sms": False, **REPLACE}}),
        # The lowest of several; one on the top layer has nothing to hold against.
        (
            [
                {"categories": {"a": True}},
                {"categories": {"a": {**YES, **REPLACE}}},
                {"categories": {"a": {**NO, **REPLACE}}},
            ],
            {"categories": {"a": {**NO, **REPLACE}}},
        ),
        (
            [{"categories": {"a": {**YES, **REPLACE}}}, {"categories": {"a": {**NO, "conditions": []}}}],
            {"categories": {"a": {**YES, **REPLACE, "conditions": []}}},
        ),
        # `merge` is what holds without a strategy.
        (
            [{"categories": {"a": YES}}, {"categories": {"a": {**NO, "__strategy__": "merge"}}}],
            {"categories": {"a": {**YES, "__strategy__": "merge"}}},
        ),
    ],
)
def test_what_layers_say_together(documents: list[dict[str, Any]], together: dict[str, Any]) -> None:
    assert laid(*documents).document == together


@pytest.mark.parametrize(
    ("documents", "path", "name"),
    [
        ([YES, NO], ("kinds", "sms"), OWN),
        ([{}, NO], ("kinds", "sms"), FOR_TENANT),
        ([{"kinds": {"email": True}}, YES, NO], ("kinds", "sms"), FOR_TENANT),
        ([YES, {"kinds": {"sms": False, **REPLACE}}], ("kinds", "sms"), FOR_TENANT),
        ([{"workflows": {"a": False}}, {"workflows": {"a": NO}}], ("workflows", "a"), OWN),
        (
            [{"workflows": {"a": {"conditions": []}}}, {"workflows": {"a": NO}}],
            ("workflows", "a", "kinds", "sms"),
            FOR_TENANT,
        ),
        (
            [{"workflows": {"a": YES}}, {"workflows": {"a": {**NO, **REPLACE}}}],
            ("workflows", "a", "kinds", "sms"),
            FOR_TENANT,
        ),
    ],
)
def test_which_layer_said_it(documents: list[dict[str, Any]], path: tuple[str, ...], name: LayerName) -> None:
    assert laid(*documents).layer_of(path) is name


def test_nobody_said_what_is_not_there() -> None:
    with pytest.raises(LookupError):
        laid(YES).layer_of(("kinds", "email"))


def test_what_a_preference_screen_shows() -> None:
    own = {"default": {"categories": {"a": True}}, "acme": {"categories": {"b": True}}}
    defaults: dict[str, Any] = {"categories": {"a": False, "b": False, "c": False}}
    of_tenant = {MEMBERS: {"categories": {"c": True}}}
    assert shown(own, "default", {}, defaults) == {"categories": {"a": True, "b": False, "c": False}}
    assert shown(own, "acme", of_tenant, defaults) == {"categories": {"a": False, "b": True, "c": True}}
    assert shown(own, "default", of_tenant, defaults) == {"categories": {"a": True, "b": False, "c": True}}
    assert shown({}, "zeta", {}, {}) == {}


@pytest.mark.parametrize(
    "malformed",
    [None, 5, [], {"channel_types": {"email": False}}, {"kinds": 5}, {"categories": None}, {"workflows": {"w": []}}],
)
def test_what_is_no_set_says_nothing(malformed: Any) -> None:
    """A library may store anything; a run does not fail of it."""
    said = {"kinds": {"email": False}}
    assert effective({"default": malformed}, None, {}, said).document == said
    assert effective({"acme": malformed}, "acme", {"$members": malformed}, said).document == said
    assert shown({"default": malformed}, "default", {}, said) == said
