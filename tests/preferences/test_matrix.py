"""The matrix of a preference page: its rows and cells, and what their changes store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from addressee.directory.access.environments import PreferenceRule
from addressee.directory.kinds import KINDS
from addressee.directory.recipient import Document
from addressee.preferences.categories import Category, Section, Wording
from addressee.preferences.defaults import EnvironmentDefaults
from addressee.preferences.matrix import Lock, Matrix, Row, ways_of
from addressee.preferences.offers import Offer
from addressee.preferences.policies import POLICY
from addressee.preferences.sets import DEFAULT

WAYS = ("email", "sms", "push")

SECTIONS = (
    Section(
        name="Shop",
        categories=(
            Category(key="orders", name="Orders", translations={"es": Wording("Pedidos")}),
            Category(key="news", name="News", default="opt_out"),
            Category(key="security", name="Security", default="cant_unsubscribe", mandatory=("email", "ios_push")),
            Category(key="legal", name="Legal", default="cant_unsubscribe"),
        ),
    ),
)


def matrix(
    own: Mapping[str, Document] | None = None,
    default: Document | None = None,
    of_tenant: Mapping[str, Document] | None = None,
    rule: PreferenceRule = "all_agree",
    listed: Collection[tuple[str, str]] = (),
    set_id: str = DEFAULT,
    locale: str | None = None,
) -> Matrix:
    offer = Offer(set_id, of_tenant or {}, EnvironmentDefaults(rule, default or {}, SECTIONS))
    return Matrix(offer, own or {}, WAYS, {"letter": "The letter"}, listed, locale)


def states(row: Row | None) -> dict[str, str]:
    """Returns the state of each cell: whether it is wanted, and why it is locked."""
    assert row is not None
    return {cell.way: ("on" if cell.wanted else "off") + (f" {cell.lock}" if cell.lock else "") for cell in row.cells}


def on(*kinds: str) -> dict[str, bool]:
    """Returns a setting for each kind, true for these alone."""
    return {kind: kind in kinds for kind in KINDS}


@pytest.mark.parametrize(
    ("kinds", "ways"),
    [
        ([], ("email", "sms", "in_app", "push")),
        (["sms", "email"], ("email", "sms")),
        (["ios_push"], ("push",)),
        (["push", "webhook", "in_app"], ("in_app", "push")),
        (["webhook"], ("email", "sms", "in_app", "push")),
        (["chat"], ("whatsapp", "slack", "ms_teams", "discord")),
    ],
)
def test_ways_are_those_of_the_channels(kinds: list[str], ways: tuple[str, ...]) -> None:
    assert tuple(ways_of(kinds)) == ways


def test_rows_are_as_nobody_has_chosen() -> None:
    [group] = matrix().groups
    assert group.wording.name == "Shop"
    assert {row.key: states(row) for row in group.rows} == {
        "orders": {"email": "on", "sms": "on", "push": "on"},
        "news": {"email": "off", "sms": "off", "push": "off"},
        "security": {"email": "on required", "sms": "on", "push": "on"},
        "legal": {"email": "on required", "sms": "on required", "push": "on required"},
    }


def test_names_are_translated() -> None:
    row = matrix(locale="es-AR").row("categories", "orders")
    assert row is not None
    assert row.wording.name == "Pedidos"


def test_a_tenants_policy_hides_blocks_and_requires() -> None:
    policy = {
        "blocked": ["sms"],
        "categories": {"orders": {"visible": False}, "news": {"preference": "opt_in", "mandatory": ["email"]}},
    }
    found = matrix(of_tenant={POLICY: policy})
    assert [cell.way for cell in found.overall] == ["email", "push"]
    assert found.row("categories", "orders") is None
    assert states(found.row("categories", "news")) == {"email": "on required", "push": "on"}


def test_workflows_and_categories_of_sets_have_rows_and_so_have_those_that_are_listed() -> None:
    found = matrix(
        own={DEFAULT: {"categories": {"other": False}}},
        default={"workflows": {"letter": {"kinds": {"sms": False}}}},
        listed=[("workflows", "note"), ("categories", "tag")],
    )
    [_, others] = found.groups
    assert others.wording == Wording()
    assert [(row.section, row.key, row.wording.name) for row in others.rows] == [
        ("categories", "other", "other"),
        ("categories", "tag", "tag"),
        ("workflows", "letter", "The letter"),
        ("workflows", "note", "note"),
    ]
    assert states(found.row("workflows", "letter")) == {"email": "on", "sms": "off", "push": "on"}
    assert states(found.row("categories", "other")) == {"email": "off", "sms": "off", "push": "off"}


def test_what_is_fixed_for_everybody_is_locked() -> None:
    found = matrix(
        default={
            "kinds": {"sms": False, "__strategy__": "replace"},
            "workflows": {"letter": {"enabled": False, "__strategy__": "replace"}},
        }
    )
    assert [(cell.way, cell.wanted, cell.lock) for cell in found.overall] == [
        ("email", True, Lock.FIXED),
        ("sms", False, Lock.FIXED),
        ("push", True, Lock.FIXED),
    ]
    assert states(found.row("workflows", "letter")) == dict.fromkeys(WAYS, "off fixed")
    assert found.changed({"//sms": True, "workflows/letter/sms": True}) == {}


@pytest.mark.parametrize(
    ("own", "changes", "stored"),
    [
        ({}, {"//sms": False}, {"kinds": {"sms": False}}),
        ({}, {"//push": False}, {"kinds": {"android_push": False, "ios_push": False, "web_push": False}}),
        ({"kinds": {"sms": False}}, {"//sms": True}, {"kinds": {"sms": True}}),
        (
            {},
            {"categories/orders/sms": False},
            {"categories": {"orders": {"enabled": True, "kinds": on(*KINDS) | {"sms": False}}}},
        ),
        ({}, {f"categories/orders/{way}": False for way in WAYS}, {"categories": {"orders": False}}),
        ({"categories": {"orders": False}}, {}, {"categories": {"orders": False}}),
        (
            {"categories": {"orders": False}},
            {"categories/orders/email": True},
            {"categories": {"orders": {"enabled": True, "kinds": on("email")}}},
        ),
        ({}, {"categories/news/email": True}, {"categories": {"news": {"enabled": True, "kinds": on("email")}}}),
        (
            {},
            {"categories/security/email": False, "categories/security/sms": False},
            {"categories": {"security": {"enabled": True, "kinds": on(*KINDS) | {"sms": False}}}},
        ),
        (
            {},
            {"categories/orders/push": False},
            {
                "categories": {
                    "orders": {
                        "enabled": True,
                        "kinds": on(*KINDS) | {"android_push": False, "ios_push": False, "web_push": False},
                    }
                }
            },
        ),
    ],
)
def test_a_change_touches_what_it_names(own: Document, changes: Mapping[str, bool], stored: Document) -> None:
    assert matrix({DEFAULT: own} if own else {}).changed(changes) == {DEFAULT: stored}


@pytest.mark.parametrize("changes", [{}, {"categories/legal/sms": False}, {"categories/none/sms": False}, {"": True}])
def test_what_does_not_exist_or_is_locked_changes_nothing(changes: Mapping[str, bool]) -> None:
    assert matrix().changed(changes) == {}


def test_a_change_keeps_what_the_page_does_not_show() -> None:
    condition = {"conditions": [{"variable": "recipient.plan", "operator": "equal_to", "argument": "pro"}]}
    own: Document = {
        "quiet_hours": {"windows": [{"from": "22:00", "until": "07:00"}]},
        "channels": {"6d2d2e5e-3f0a-4a3d-8a55-7d1a9f0f2a11": False},
        "categories": {"orders": {"kinds": {"email": condition}}},
    }
    made = matrix({DEFAULT: own}).changed({"categories/orders/sms": False})[DEFAULT]
    assert {name: made[name] for name in ("quiet_hours", "channels")} == {
        name: own[name] for name in ("quiet_hours", "channels")
    }
    assert made["categories"]["orders"]["kinds"]["email"] == condition
    assert made["categories"]["orders"]["kinds"]["sms"] is False


def test_a_change_twice_is_one() -> None:
    changes = {"//sms": False, "categories/orders/email": False, "categories/news/push": True}
    once = matrix().changed(changes)
    assert matrix(once).changed(changes) == once


def test_where_the_most_specific_decides_a_way_that_is_off_is_off_in_each_row() -> None:
    own: dict[str, Any] = {DEFAULT: {"categories": {"orders": {"enabled": True, "kinds": on("email", "sms")}}}}
    made = matrix(own, rule="most_specific", listed=[("workflows", "letter")]).changed({"//sms": False})
    found = matrix(made, rule="most_specific")
    assert states(found.row("categories", "orders")) == {"email": "on", "sms": "off", "push": "off"}
    assert states(found.row("categories", "security"))["sms"] == "off"
    assert states(found.row("workflows", "letter")) == {"email": "on", "sms": "off", "push": "on"}
    kept = matrix(matrix(own).changed({"//sms": False}))
    assert states(kept.row("categories", "orders"))["sms"] == "on"


def test_a_first_choice_at_a_tenant_starts_from_what_holds_there() -> None:
    own = {DEFAULT: {"kinds": {"sms": False}, "commercial": False}}
    assert matrix(own, set_id="acme").changed({"//email": False}) == {
        **own,
        "acme": {"kinds": {"sms": False, "email": False}},
    }
