"""Policies of categories and tenants (suprsend.md §5.1): a table for each rule, and a plain model."""

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.conditions.operators import ConditionContext
from addressee.directory.errors import RefusedError
from addressee.directory.kinds import GROUP_OF, KINDS
from addressee.preferences.categories import Category
from addressee.preferences.decision import Blocked, PreferenceContext, Target, decide
from addressee.preferences.layers import LayerName, effective
from addressee.preferences.policies import (
    POLICY,
    blocked_by,
    check_policy,
    policies_of,
    with_blocked,
    with_defaults,
    with_terms,
)
from addressee.preferences.sets import MEMBERS

CHANNEL = "2f641633-95d3-4555-9222-9f1eb7888a80"
KNOWN = ConditionContext({}, frozenset(), datetime(2025, 6, 1, tzinfo=UTC))
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)

Rule = Literal["all_agree", "most_specific"]
Sets = dict[str, Any]

OPT_IN = Category(key="a", name="A")
OPT_OUT = Category(key="a", name="A", default="opt_out")
SOME = Category(key="a", name="A", opt_in=("email",))
LOCKED = Category(key="a", name="A", default="cant_unsubscribe")
PARTLY = Category(key="a", name="A", default="cant_unsubscribe", mandatory=("email",))
HALF = Category(key="a", name="A", mandatory=("email",))

OWN = LayerName.RECIPIENT_DEFAULT
POLICIES, CATEGORY = LayerName.TENANT_POLICY, LayerName.CATEGORY_DEFAULT
MEMBERS_SET, ENVIRONMENT = LayerName.TENANT_DEFAULT, LayerName.ENVIRONMENT_DEFAULT


def decided(
    categories: list[Category],
    kind: str,
    own: Sets,
    *,
    tenant: str | None = None,
    of_tenant: Sets | None = None,
    defaults: Sets | None = None,
    rule: Rule = "all_agree",
    **rest: Any,
) -> Blocked | None:
    """What stands against a workflow of the categories `a` and `b`, of which these are defined."""
    kept = of_tenant or {}
    policies = tuple(policies_of(categories, kept))
    found = with_defaults(effective(own, tenant, kept if tenant else {}, defaults or {}), policies)
    context = PreferenceContext(
        found, rule, KNOWN, "w", ("a", "b"), policies=policies, blocked=blocked_by(kept), **rest
    )
    return decide(context, Target(kind, CHANNEL))


def said(**scope: Any) -> Sets:
    """The default set of somebody who says this of the category `a`."""
    return {"default": {"categories": {"a": scope}}}


def policy(**terms: Any) -> Sets:
    return {POLICY: {"categories": {"a": terms}}}


YES: Sets = {"default": {"categories": {"a": True}}}
NO: Sets = {"default": {"categories": {"a": False}}}


@pytest.mark.parametrize(
    ("category", "kind", "own", "blocked"),
    [
        (OPT_IN, "email", {}, None),
        (OPT_IN, "email", NO, (OWN, "categories.a")),
        # What is off by default takes a choice: of the whole, or of a kind.
        (OPT_OUT, "email", {}, (CATEGORY, "categories.a.kinds.email")),
        (OPT_OUT, "email", YES, None),
        (OPT_OUT, "email", said(enabled=True), None),
        (OPT_OUT, "email", said(kinds={"email": True}), None),
        (OPT_OUT, "sms", said(kinds={"email": True}), (CATEGORY, "categories.a.kinds.sms")),
        (OPT_OUT, "ios_push", said(kinds={"push": True}), None),
        (OPT_OUT, "sms", said(enabled=True, kinds={"sms": False}), (OWN, "categories.a.kinds.sms")),
        # Kinds that are on by default, for those who do not choose.
        (SOME, "email", {}, None),
        (SOME, "sms", {}, (CATEGORY, "categories.a.kinds.sms")),
        (SOME, "sms", YES, None),
        (SOME, "sms", said(enabled=True), None),
        # What is mandatory stands above all that recipients say.
        (LOCKED, "sms", NO, None),
        (LOCKED, "sms", {"default": {"enabled": False}}, None),
        (PARTLY, "email", NO, None),
        (PARTLY, "sms", NO, (OWN, "categories.a")),
        (PARTLY, "sms", {}, None),
        (PARTLY, "email", {"default": {"kinds": {"email": False}}}, None),
        (PARTLY, "sms", {"default": {"kinds": {"sms": False}}}, (OWN, "kinds.sms")),
        (HALF, "email", NO, None),
        (HALF, "sms", NO, (OWN, "categories.a")),
    ],
)
def test_what_a_category_says(category: Category, kind: str, own: Sets, blocked: tuple[LayerName, str] | None) -> None:
    expected = None if blocked is None else Blocked(*blocked)
    assert decided([category], kind, own) == expected
    assert decided([category], kind, own, rule="most_specific") == expected


@pytest.mark.parametrize(
    ("category", "terms", "kind", "own", "blocked"),
    [
        (OPT_IN, policy(preference="opt_out"), "email", {}, (POLICIES, "categories.a.kinds.email")),
        (OPT_IN, policy(preference="opt_out"), "email", YES, None),
        (OPT_OUT, policy(preference="opt_in"), "email", {}, None),
        (OPT_OUT, policy(preference="opt_in", opt_in=["sms"]), "email", {}, (POLICIES, "categories.a.kinds.email")),
        (SOME, policy(opt_in=["sms"]), "sms", {}, None),
        (OPT_IN, policy(preference="cant_unsubscribe"), "email", NO, None),
        (PARTLY, policy(mandatory=["sms"]), "email", NO, (OWN, "categories.a")),
        (PARTLY, policy(mandatory=["sms"]), "sms", NO, None),
        (PARTLY, policy(preference="opt_out"), "email", {}, (POLICIES, "categories.a.kinds.email")),
        # What a tenant does not let through, nobody can ask for.
        (OPT_IN, policy(offered=False), "email", YES, (POLICIES, "categories.a.offered")),
        (OPT_IN, policy(visible=False), "email", YES, (POLICIES, "categories.a.visible")),
        (LOCKED, policy(offered=False), "email", {}, (POLICIES, "categories.a.offered")),
        (LOCKED, policy(blocked=["email"]), "email", YES, (POLICIES, "categories.a.blocked.email")),
        (LOCKED, policy(blocked=["email"]), "sms", NO, None),
        (LOCKED, {POLICY: {"blocked": ["email"]}}, "email", YES, (POLICIES, "blocked.email")),
        # A policy that is none says nothing.
        (OPT_IN, {POLICY: {"blocked": "email"}}, "email", {}, None),
        (OPT_IN, policy(preference="never"), "email", {}, None),
        (OPT_IN, {POLICY: []}, "email", {}, None),
    ],
)
def test_what_a_tenant_lays_down(
    category: Category, terms: Sets, kind: str, own: Sets, blocked: tuple[LayerName, str] | None
) -> None:
    expected = None if blocked is None else Blocked(*blocked)
    assert decided([category], kind, own, of_tenant=terms) == expected


def test_the_user_goes_before_the_tenant_and_that_before_the_environment_and_the_category() -> None:
    no: Sets = {"categories": {"a": False}}
    opt_in = policy(preference="opt_in", opt_in=["email"])
    assert decided([OPT_OUT], "email", {}, defaults={"categories": {"a": True}}) is None
    assert decided([OPT_IN], "email", {}, defaults=no) == Blocked(ENVIRONMENT, "categories.a")
    assert decided([OPT_IN], "email", {}, of_tenant=opt_in, defaults=no) is None
    members = {**opt_in, MEMBERS: no}
    assert decided([OPT_OUT], "email", {}, tenant="t", of_tenant=members) == Blocked(MEMBERS_SET, "categories.a")
    mine = {"t": {"categories": {"a": True}}}
    assert decided([OPT_OUT], "email", mine, tenant="t", of_tenant=members, defaults=no) is None


def test_unless_the_environment_fixes_it() -> None:
    fixed = {"categories": {"a": {"enabled": False, "__strategy__": "replace"}}}
    opt_in = policy(preference="opt_in")
    assert decided([OPT_IN], "email", YES, of_tenant=opt_in, defaults=fixed) == Blocked(
        ENVIRONMENT, "categories.a.enabled"
    )


def test_a_choice_outlives_the_default() -> None:
    for category in (OPT_IN, OPT_OUT, SOME):
        assert decided([category], "sms", YES) is None
        assert decided([category], "sms", NO) == Blocked(OWN, "categories.a")


def test_mandatory_is_what_all_categories_of_a_workflow_demand() -> None:
    other = Category(key="b", name="B")
    assert decided([LOCKED, other], "email", NO) == Blocked(OWN, "categories.a")
    assert decided([LOCKED, Category(key="b", name="B", default="cant_unsubscribe")], "email", NO) is None
    assert decided([LOCKED], "email", {"default": {"categories": {"b": False}}}) is None


def test_a_workflow_that_overrides_preferences_is_sent_and_a_commercial_one_needs_a_subscription() -> None:
    assert decided([OPT_OUT], "email", NO, of_tenant=policy(offered=False), overrides=True) is None
    unsubscribed = {"default": {"commercial": False}}
    assert decided([LOCKED], "email", unsubscribed, commercial=True) == Blocked(OWN, "commercial")


def test_where_nothing_is_defined_nothing_changes() -> None:
    found = effective(NO, None, {}, {"kinds": {"sms": False}})
    assert with_defaults(found, ()) is found


class TestKeeping:
    def test_terms_are_merged_and_null_drops_one(self) -> None:
        made = with_terms({}, "a", {"preference": "opt_out", "remembered": {"digest": 1, "other": None}}, NOW)
        assert made == {
            "categories": {
                "a": {"preference": "opt_out", "remembered": {"digest": 1}, "updated_at": "2025-06-01T12:00:00.000Z"}
            }
        }
        again = with_terms(made, "a", {"preference": None, "visible": False, "remembered": {"more": 2}}, NOW)
        assert again["categories"]["a"] == {
            "visible": False,
            "remembered": {"digest": 1, "more": 2},
            "updated_at": "2025-06-01T12:00:00.000Z",
        }
        other = with_terms(with_blocked(again, ["sms", "email"]), "b", {"offered": False}, NOW)
        assert (other["blocked"], set(other["categories"])) == (["email", "sms"], {"a", "b"})
        check_policy(other)

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ([], ""),
            ({"x": 1}, "x"),
            ({"blocked": ["fax"]}, "blocked"),
            ({"categories": {"a": True}}, "categories.a"),
            ({"categories": {"a": {"offered": 1}}}, "categories.a.offered"),
            ({"categories": {"a": {"preference": "x"}}}, "categories.a.preference"),
            ({"categories": {"a": {"mandatory": "email"}}}, "categories.a.mandatory"),
            ({"categories": {"a": {"remembered": 1}}}, "categories.a.remembered"),
            ({"categories": {"a": {"updated_at": 1}}}, "categories.a.updated_at"),
            ({"categories": {"a": {"x": 1}}}, "categories.a.x"),
        ],
    )
    def test_what_is_no_policy(self, document: Any, field: str) -> None:
        with pytest.raises(RefusedError) as caught:
            check_policy(document)
        assert caught.value.field == field


# --- An independent model: from the top down, a question at a time. ---

kinds = st.dictionaries(st.sampled_from(["email", "sms", "push", "ios_push"]), st.booleans(), max_size=3)
parts = {"enabled": st.booleans(), "kinds": kinds}
scopes = st.booleans() | st.fixed_dictionaries({}, optional=parts)
sets = st.fixed_dictionaries(
    {}, optional={**parts, "categories": st.dictionaries(st.sampled_from("ab"), scopes, max_size=2)}
)
lists = st.lists(st.sampled_from(["email", "sms", "ios_push"]), max_size=2, unique=True)
defaults = st.sampled_from(["opt_in", "opt_out", "cant_unsubscribe"])
terms = st.fixed_dictionaries(
    {},
    optional={
        "offered": st.sampled_from([True, True, False]),
        "visible": st.sampled_from([True, True, False]),
        "preference": defaults,
        "mandatory": lists,
        "opt_in": lists,
        "blocked": lists,
    },
)
policies = st.fixed_dictionaries(
    {}, optional={"blocked": lists, "categories": st.dictionaries(st.sampled_from("ab"), terms, max_size=2)}
)


def category(key: str) -> st.SearchStrategy[Category]:
    return st.builds(
        Category,
        key=st.just(key),
        name=st.just(key),
        default=defaults,
        mandatory=lists.map(tuple),
        opt_in=st.none() | lists.map(tuple),
    )


def stack(scopes: list[Any]) -> list[Any]:
    """Those scopes, from the top, that are not replaced: a true or false hides all below, and itself under others."""
    shown: list[Any] = []
    for scope in scopes:
        if isinstance(scope, bool):
            return shown or [scope]
        shown.append(scope)
    return shown


def is_enabled(scopes: list[Any]) -> bool | None:
    """None: nobody says."""
    for scope in stack(scopes):
        if isinstance(scope, bool):
            return scope
        if "enabled" in scope:
            return bool(scope["enabled"])
    return None


def speaks(scopes: list[Any], kind: str) -> bool | None:
    for scope in stack(scopes):
        named = {} if isinstance(scope, bool) else scope.get("kinds", {})
        for name in (kind, GROUP_OF.get(kind)):
            if name in named:
                return bool(named[name])
    return None


def off_by_default(category: Category, of_category: Sets) -> Sets:
    wanted = of_category.get("opt_in", category.opt_in)
    preference = of_category.get("preference", category.default)
    none = preference == "opt_out"
    return {"kinds": {kind: False for kind in KINDS if none or (wanted is not None and kind not in wanted)}}


def scopes_of(category: Category, above: list[Sets], defaults: Sets, of_category: Sets) -> list[Any]:
    """What each layer says of a category, from the top, with its default where that belongs."""

    def of(layers: list[Sets]) -> list[Any]:
        return [layer["categories"][category.key] for layer in layers if category.key in layer.get("categories", {})]

    default = off_by_default(category, of_category)
    if "preference" in of_category or "opt_in" in of_category:
        by_tenant = [default] if is_enabled(of(above)) is None else []
        return [*of(above), *by_tenant]
    everything = of([*above, defaults])
    return [*everything, *([default] if is_enabled(everything) is None else [])]


def is_mandatory(category: Category, of_category: Sets, kind: str) -> bool:
    named = of_category.get("mandatory", category.mandatory)
    match of_category.get("preference", category.default):
        case "opt_out":
            return False
        case "cant_unsubscribe" if not named:
            return True
    return kind in named


def model(
    own: Sets, tenant: str | None, kept: Sets, defaults: Sets, defined: list[Category], kind: str, rule: str
) -> bool:
    laid_down = kept.get(POLICY, {})
    of = {each.key: laid_down.get("categories", {}).get(each.key, {}) for each in defined}
    if kind in laid_down.get("blocked", []):
        return False
    if any(not one.get("offered", True) or not one.get("visible", True) for one in of.values()):
        return False
    if any(kind in one.get("blocked", []) for one in of.values()):
        return False
    if defined and all(is_mandatory(each, of[each.key], kind) for each in defined):
        return True
    there = tenant is not None and (tenant in own or MEMBERS in kept)
    above = [own.get(tenant or "", {}), kept.get(MEMBERS, {})] if there else [own.get("default", {})]
    labels = [Category(key=key, name=key) for key in "ab" if key not in of]
    chosen = [scopes_of(each, above, defaults, of.get(each.key, {})) for each in (*defined, *labels)]
    everything: list[Any] = [*above, defaults]
    if rule == "all_agree":
        return all(is_enabled(each) is not False and speaks(each, kind) is not False for each in (*chosen, everything))
    for level in (chosen, [everything]):
        if any(is_enabled(each) is False for each in level):
            return False
        spoken = [word for each in level if (word := speaks(each, kind)) is not None]
        if spoken:
            return all(spoken)
    return True


@given(
    own=st.dictionaries(st.sampled_from(["default", "t"]), sets),
    tenant=st.sampled_from([None, "t"]),
    kept=st.fixed_dictionaries({}, optional={MEMBERS: sets, POLICY: policies}),
    defaults=sets,
    defined=st.one_of(
        st.just([]), st.tuples(category("a")).map(list), st.tuples(category("a"), category("b")).map(list)
    ),
    kind=st.sampled_from(["email", "sms", "ios_push"]),
    rule=st.sampled_from(["all_agree", "most_specific"]),
)
def test_it_decides_as_the_plain_model_does(
    own: Sets, tenant: str | None, kept: Sets, defaults: Sets, defined: list[Category], kind: str, rule: Rule
) -> None:
    blocked = decided(defined, kind, own, tenant=tenant, of_tenant=kept, defaults=defaults, rule=rule)
    assert (blocked is None) == model(own, tenant, kept, defaults, defined, kind, rule)


def test_a_policy_is_checked_once_however_many_categories_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Any] = []
    monkeypatch.setattr("addressee.preferences.policies.check_policy", checked.append)
    found = policies_of([OPT_IN, Category(key="b", name="B"), Category(key="c", name="C")], policy(offered=False))
    assert [each.offered for each in found] == [False, True, True]
    assert len(checked) == 1
