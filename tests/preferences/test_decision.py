"""The decision whether a message is wanted (knock.md §3.7): a table for each rule, and a plain model."""

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.conditions.operators import ConditionContext
from addressee.preferences.decision import Blocked, PreferenceContext, Target, decide
from addressee.preferences.layers import LayerName, effective
from addressee.preferences.sets import MEMBERS

CHANNEL, OTHER = "2f641633-95d3-4555-9222-9f1eb7888a80", "aef6e715-df82-4ab6-b61e-b743e249f7b6"
EMAIL, IOS, DEVICE = Target("email", CHANNEL), Target("ios_push", CHANNEL), Target("push", CHANNEL)

TRUE = {"variable": "recipient.country", "operator": "equal_to", "argument": "US"}
FALSE = {"variable": "recipient.country", "operator": "equal_to", "argument": "DE"}
IF_TRUE, IF_FALSE = {"conditions": [TRUE]}, {"conditions": [TRUE, FALSE]}

KNOWN = ConditionContext({"recipient": {"country": "US"}}, frozenset(), datetime(2025, 6, 1, tzinfo=UTC))

Rule = Literal["all_agree", "most_specific"]


def preferring(document: dict[str, Any], rule: Rule = "all_agree", **rest: Any) -> PreferenceContext:
    """Of a recipient with this default set, about a workflow `w` of the categories `a` and `b`."""
    return PreferenceContext(effective({"default": document}, None, {}, {}), rule, KNOWN, "w", ("a", "b"), **rest)


def blocking(document: dict[str, Any], target: Target = EMAIL, rule: Rule = "all_agree", **rest: Any) -> str | None:
    """The scope that is against it."""
    blocked = decide(preferring(document, rule, **rest), target)
    return None if blocked is None else blocked.scope


@pytest.mark.parametrize(
    ("document", "target", "scope"),
    [
        ({}, EMAIL, None),
        ({"kinds": {"email": True, "sms": False}}, EMAIL, None),
        # Each scope by itself.
        ({"enabled": False}, EMAIL, "enabled"),
        ({"conditions": [TRUE, FALSE]}, EMAIL, "conditions"),
        ({"conditions": [TRUE]}, EMAIL, None),
        ({"conditions": []}, EMAIL, None),
        ({"kinds": {"email": False}}, EMAIL, "kinds.email"),
        ({"kinds": {"email": IF_FALSE}}, EMAIL, "kinds.email"),
        ({"kinds": {"email": IF_TRUE}}, EMAIL, None),
        ({"workflows": {"w": False}}, EMAIL, "workflows.w"),
        ({"workflows": {"w": {"enabled": False}}}, EMAIL, "workflows.w.enabled"),
        ({"workflows": {"w": {"enabled": False, "kinds": {"email": True}}}}, EMAIL, "workflows.w.enabled"),
        ({"workflows": {"w": {"conditions": [FALSE]}}}, EMAIL, "workflows.w.conditions"),
        ({"workflows": {"w": {"conditions": [FALSE], "kinds": {"email": True}}}}, EMAIL, "workflows.w.conditions"),
        ({"workflows": {"w": {"kinds": {"email": False}}}}, EMAIL, "workflows.w.kinds.email"),
        ({"workflows": {"other": False}}, EMAIL, None),
        ({"categories": {"a": True, "b": False}}, EMAIL, "categories.b"),
        ({"categories": {"other": False}}, EMAIL, None),
        # A channel outranks its kind within the scope, and only there.
        ({"channels": {CHANNEL: True}, "kinds": {"email": False}}, EMAIL, None),
        ({"channels": {CHANNEL: False}, "kinds": {"email": True}}, EMAIL, f"channels.{CHANNEL}"),
        ({"channels": {CHANNEL: IF_FALSE}}, EMAIL, f"channels.{CHANNEL}"),
        ({"channels": {OTHER: False}}, EMAIL, None),
        ({"workflows": {"w": {"channels": {CHANNEL: True}}}, "kinds": {"email": False}}, EMAIL, "kinds.email"),
        # Every scope must agree.
        ({"workflows": {"w": True}, "categories": {"a": False}}, EMAIL, "categories.a"),
        ({"workflows": {"w": {"channels": {CHANNEL: True}}}, "categories": {"a": False}}, EMAIL, "categories.a"),
        ({"kinds": {"email": True}, "workflows": {"w": {"kinds": {"email": False}}}}, EMAIL, "workflows.w.kinds.email"),
        # The finer kind outranks its group.
        ({"kinds": {"push": False}}, IOS, "kinds.push"),
        ({"kinds": {"push": False, "ios_push": True}}, IOS, None),
        ({"kinds": {"push": True, "ios_push": False}}, IOS, "kinds.ios_push"),
        ({"kinds": {"push": False}}, EMAIL, None),
        # A device of any kind is as its group.
        ({"kinds": {"push": False}}, DEVICE, "kinds.push"),
        ({"kinds": {"ios_push": False}}, DEVICE, None),
        ({"kinds": {"android_push": False, "ios_push": False, "web_push": False}}, DEVICE, "kinds.android_push"),
        # What is commercial does not matter for other workflows.
        ({"commercial": False}, EMAIL, None),
    ],
)
def test_every_scope_must_be_true(document: dict[str, Any], target: Target, scope: str | None) -> None:
    assert blocking(document, target) == scope


@pytest.mark.parametrize(
    ("document", "scope"),
    [
        ({}, None),
        ({"kinds": {"email": False}}, "kinds.email"),
        ({"kinds": {"email": False}, "workflows": {"w": {"kinds": {"email": True}}}}, None),
        ({"kinds": {"email": False}, "workflows": {"w": {"channels": {CHANNEL: True}}}}, None),
        ({"kinds": {"email": False}, "workflows": {"w": {"kinds": {"sms": True}}}}, "kinds.email"),
        ({"kinds": {"email": False}, "workflows": {"w": True}}, "kinds.email"),
        ({"kinds": {"email": False}, "workflows": {"w": {"enabled": True}}}, "kinds.email"),
        ({"kinds": {"email": True}, "workflows": {"w": {"kinds": {"email": False}}}}, "workflows.w.kinds.email"),
        ({"kinds": {"email": True}, "workflows": {"w": {"enabled": False}}}, "workflows.w.enabled"),
        ({"workflows": {"w": {"enabled": False, "kinds": {"email": True}}}}, "workflows.w.enabled"),
        ({"workflows": {"w": {"conditions": [FALSE], "kinds": {"email": True}}}}, "workflows.w.conditions"),
        ({"workflows": {"w": {"kinds": {"email": IF_FALSE}}}}, "workflows.w.kinds.email"),
        ({"categories": {"a": False}, "workflows": {"w": {"kinds": {"email": True}}}}, None),
        ({"categories": {"a": {"kinds": {"email": True}}}, "kinds": {"email": False}}, None),
        (
            {"categories": {"a": {"kinds": {"email": True}}, "b": {"kinds": {"email": False}}}},
            "categories.b.kinds.email",
        ),
        ({"categories": {"a": {"kinds": {"email": True}}, "b": False}}, "categories.b"),
        ({"enabled": False, "categories": {"a": {"kinds": {"email": True}}}}, None),
        ({"enabled": False, "categories": {"a": {"kinds": {"sms": True}}}}, "enabled"),
    ],
)
def test_or_the_most_specific_scope_that_speaks_of_the_channel_decides(
    document: dict[str, Any], scope: str | None
) -> None:
    assert blocking(document, rule="most_specific") == scope


@pytest.mark.parametrize("rule", ["all_agree", "most_specific"])
class TestWhateverTheRule:
    @pytest.mark.parametrize(
        ("setting", "scope"),
        [
            (None, None),
            (True, None),
            (False, "commercial"),
            (IF_TRUE, None),
            (IF_FALSE, "commercial"),
        ],
    )
    def test_a_commercial_workflow_needs_a_subscription(self, rule: Rule, setting: Any, scope: str | None) -> None:
        document = {} if setting is None else {"commercial": setting}
        assert blocking(document, rule=rule, commercial=True) == scope
        assert blocking({**document, "kinds": {"email": True}}, rule=rule, commercial=True) == scope

    def test_a_subscription_is_no_permission(self, rule: Rule) -> None:
        assert blocking({"commercial": True, "kinds": {"email": False}}, rule=rule, commercial=True) == "kinds.email"

    def test_a_workflow_that_overrides_preferences_is_sent(self, rule: Rule) -> None:
        document = {"enabled": False, "commercial": False, "workflows": {"w": False}}
        assert blocking(document, rule=rule, commercial=True, overrides=True) is None


@pytest.mark.parametrize(
    ("own", "of_tenant", "defaults", "blocked"),
    [
        ({"default": {"kinds": {"email": False}}}, {}, {}, Blocked(LayerName.RECIPIENT_DEFAULT, "kinds.email")),
        ({}, {}, {"kinds": {"email": False}}, Blocked(LayerName.ENVIRONMENT_DEFAULT, "kinds.email")),
        (
            {"t": {"workflows": {"w": {"kinds": {"email": IF_FALSE}}}}},
            {},
            {"workflows": {"w": {"kinds": {"sms": True}}}},
            Blocked(LayerName.RECIPIENT_TENANT, "workflows.w.kinds.email", FALSE),
        ),
        (
            {"t": {"categories": {"a": True}}},
            {MEMBERS: {"categories": {"a": {"conditions": [FALSE], "__strategy__": "replace"}}}},
            {},
            Blocked(LayerName.TENANT_DEFAULT, "categories.a.conditions", FALSE),
        ),
        ({"default": {"enabled": False}, "t": {}}, {}, {}, None),
    ],
)
def test_the_reason_says_which_layer_which_scope_and_which_condition(
    own: dict[str, Any], of_tenant: dict[str, Any], defaults: dict[str, Any], blocked: Blocked | None
) -> None:
    found = PreferenceContext(effective(own, "t", of_tenant, defaults), "all_agree", KNOWN, "w", ("a",))
    assert decide(found, EMAIL) == blocked


# --- An independent model: plain loops over leaves, as §3.7 words it. ---

settings: st.SearchStrategy[Any] = st.booleans() | st.sampled_from([IF_TRUE, IF_FALSE])
kinds = st.dictionaries(st.sampled_from(["email", "push", "ios_push", "android_push"]), settings, max_size=3)
channels = st.dictionaries(st.sampled_from([CHANNEL, OTHER]), settings, max_size=2)
parts = {
    "enabled": st.booleans(),
    "kinds": kinds,
    "channels": channels,
    "conditions": st.lists(st.sampled_from([TRUE, FALSE]), max_size=2),
}
strategy = {"__strategy__": st.sampled_from(["replace", "merge"])}
scopes = st.booleans() | st.fixed_dictionaries({}, optional={**parts, **strategy})
entries = st.dictionaries(st.sampled_from(["w", "a", "b", "other"]), scopes, max_size=3)
fixed = st.fixed_dictionaries({}, optional=strategy)
sets = st.fixed_dictionaries(
    {},
    optional={
        **parts,
        "kinds": st.tuples(kinds, fixed).map(lambda both: {**both[0], **both[1]}),
        "channels": st.tuples(channels, fixed).map(lambda both: {**both[0], **both[1]}),
        "categories": entries,
        "workflows": entries,
        "commercial": settings,
    },
)
GROUP = {"ios_push": "push", "android_push": "push", "web_push": "push"}


def is_true(setting: Any) -> bool:
    return setting if isinstance(setting, bool) else FALSE not in setting["conditions"]


def scope_of(layers: list[dict[str, Any]], section: str | None, key: str) -> Any:
    """What one scope says after all layers, from the lowest: `[enabled, conditions, kinds, channels]`, or a boolean."""
    said: Any = {}
    replaced: set[str] = set()
    for layer in reversed(layers):
        if section is None:
            given = {name: layer[name] for name in parts if name in layer and name not in replaced}
            replaced |= {name for name in ("kinds", "channels") if given.get(name, {}).get("__strategy__") == "replace"}
        elif key not in layer.get(section, {}) or "entry" in replaced:
            continue
        else:
            given = layer[section][key]
        if isinstance(given, bool) or isinstance(said, bool):
            said = given
        else:
            said = dict(said)
            for name, value in given.items():
                if name == "kinds":
                    below = {n: v for n, v in said.get(name, {}).items() if GROUP.get(n, "none") not in value}
                    said[name] = {**below, **value}
                elif name == "channels":
                    said[name] = {**said.get(name, {}), **value}
                else:
                    said[name] = value
        if section is not None and isinstance(said, dict) and said.get("__strategy__") == "replace":
            replaced.add("entry")
        if section is None:
            replaced |= {name for name in ("kinds", "channels") if said.get(name, {}).get("__strategy__") == "replace"}
    return said


def general(scope: Any) -> bool:
    if isinstance(scope, bool):
        return scope
    return scope.get("enabled", True) and FALSE not in scope.get("conditions", [])


def of_channel(scope: Any, kind: str) -> bool | None:
    if isinstance(scope, bool):
        return None
    for name, key in (("channels", CHANNEL), ("kinds", kind), ("kinds", GROUP.get(kind, kind))):
        if key in scope.get(name, {}):
            return is_true(scope[name][key])
    return None


def model(
    own: dict[str, Any],
    tenant: str | None,
    members: dict[str, Any] | None,
    defaults: dict[str, Any],
    rule: str,
    kind: str,
    commercial: bool,
    overrides: bool,
) -> bool:
    if overrides:
        return True
    default = own.get("default", {})
    with_tenant = tenant is not None and (tenant in own or members is not None)
    layers = [own.get(tenant or "", {}), members or {}, defaults] if with_tenant else [default, defaults]
    if commercial:
        settings = [layer["commercial"] for layer in [default, *layers] if "commercial" in layer]
        if settings and not is_true(settings[0]):
            return False
    workflow = scope_of(layers, "workflows", "w")
    categories = [scope_of(layers, "categories", key) for key in ("a", "b")]
    top = scope_of(layers, None, "")
    if rule == "all_agree":
        return all(general(s) and of_channel(s, kind) is not False for s in [workflow, *categories, top])
    for level in ([workflow], categories, [top]):
        if not all(general(scope) for scope in level):
            return False
        spoken = [said for scope in level if (said := of_channel(scope, kind)) is not None]
        if spoken:
            return all(spoken)
    return True


@given(
    own=st.dictionaries(st.sampled_from(["default", "t"]), sets),
    tenant=st.sampled_from([None, "t"]),
    members=st.none() | sets,
    defaults=sets,
    rule=st.sampled_from(["all_agree", "most_specific"]),
    kind=st.sampled_from(["email", "ios_push"]),
    commercial=st.booleans(),
    overrides=st.booleans(),
)
def test_it_decides_as_the_plain_model_does(
    own: dict[str, Any],
    tenant: str | None,
    members: dict[str, Any] | None,
    defaults: dict[str, Any],
    rule: Rule,
    kind: str,
    commercial: bool,
    overrides: bool,
) -> None:
    of_tenant = {} if members is None else {MEMBERS: members}
    found = PreferenceContext(
        effective(own, tenant, of_tenant, defaults), rule, KNOWN, "w", ("a", "b"), commercial, overrides
    )
    allowed = decide(found, Target(kind, CHANNEL)) is None
    assert allowed == model(own, tenant, members, defaults, rule, kind, commercial, overrides)
