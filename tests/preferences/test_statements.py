"""What a preference set itself says about a cell, what a statement stores, and where values come from."""

from __future__ import annotations

import pytest

from addressee.directory.kinds import KINDS, kinds_named
from addressee.directory.recipient import Document
from addressee.preferences.layers import Layer, LayerName, stacked
from addressee.preferences.matrix import CellId
from addressee.preferences.sets import check_set
from addressee.preferences.statements import layer_of, said, with_said

EMAIL, PUSH = CellId("categories", "news", "email"), CellId("categories", "news", "push")
ALL_EMAIL, ALL_PUSH = CellId("", "", "email"), CellId("", "", "push")


def all_but(*kinds: str, wanted: bool) -> dict[str, bool]:
    return {kind: wanted for kind in KINDS if kind not in kinds}


@pytest.mark.parametrize(
    ("stored", "cell", "expected"),
    [
        ({}, EMAIL, None),
        ({}, ALL_EMAIL, None),
        ({"kinds": {"email": False}}, ALL_EMAIL, False),
        ({"kinds": {"email": False}}, EMAIL, None),
        ({"kinds": {"push": True}}, ALL_PUSH, True),
        ({"kinds": {"ios_push": False}}, ALL_PUSH, False),
        ({"kinds": {"ios_push": False, "web_push": True}}, ALL_PUSH, True),
        ({"categories": {"news": False}}, EMAIL, False),
        ({"categories": {"news": True}}, EMAIL, True),
        ({"categories": {"news": {"enabled": False, "kinds": {"email": True}}}}, EMAIL, False),
        ({"categories": {"news": {"enabled": True, "kinds": {"email": False}}}}, EMAIL, False),
        ({"categories": {"news": {"enabled": True, "kinds": {"email": False}}}}, PUSH, True),
        ({"categories": {"news": {"kinds": {"email": {"conditions": []}}}}}, EMAIL, True),
        ({"workflows": {"news": False}}, EMAIL, None),
    ],
)
def test_a_set_says_on_or_off_or_nothing(stored: Document, cell: CellId, expected: bool | None) -> None:
    assert said(stored, cell) is expected


@pytest.mark.parametrize(
    ("stored", "cell", "wanted", "expected"),
    [
        ({}, EMAIL, True, {"categories": {"news": {"kinds": {"email": True}}}}),
        ({}, EMAIL, None, {}),
        ({}, ALL_PUSH, False, {"kinds": dict.fromkeys(kinds_named("push"), False)}),
        ({"kinds": {"email": False, "sms": False}}, ALL_EMAIL, None, {"kinds": {"sms": False}}),
        ({"kinds": {"email": False}}, ALL_EMAIL, None, {}),
        ({"categories": {"news": {"kinds": {"email": False}}, "a": True}}, EMAIL, None, {"categories": {"a": True}}),
        (
            {"categories": {"news": False}},
            EMAIL,
            None,
            {"categories": {"news": {"kinds": all_but("email", wanted=False)}}},
        ),
        (
            {"categories": {"news": True}},
            EMAIL,
            False,
            {"categories": {"news": {"kinds": {**all_but(wanted=True), "email": False}}}},
        ),
        (
            {"categories": {"news": {"enabled": True, "conditions": []}}},
            EMAIL,
            None,
            {"categories": {"news": {"conditions": [], "kinds": all_but("email", wanted=True)}}},
        ),
    ],
)
def test_a_statement_changes_its_cell_alone(
    stored: Document, cell: CellId, wanted: bool | None, expected: Document
) -> None:
    made = with_said(stored, cell, wanted)
    assert said(made, cell) is wanted
    check_set(made)
    assert with_said(made, cell, wanted) == made
    assert made == expected
    for other in {EMAIL, PUSH, ALL_EMAIL, ALL_PUSH} - {cell}:
        assert said(made, other) is said(stored, other)


@pytest.mark.parametrize(
    ("own", "default", "cell", "expected"),
    [
        ({}, {}, EMAIL, None),
        ({}, {}, ALL_EMAIL, None),
        ({"categories": {"news": False}}, {"categories": {"news": True}}, EMAIL, LayerName.RECIPIENT_DEFAULT),
        ({}, {"categories": {"news": True}}, EMAIL, LayerName.ENVIRONMENT_DEFAULT),
        (
            {"categories": {"news": {"kinds": {"push": False}}}},
            {"categories": {"news": {"kinds": {"email": False}}}},
            EMAIL,
            LayerName.ENVIRONMENT_DEFAULT,
        ),
        (
            {"categories": {"news": {"kinds": {"push": False}}}},
            {"categories": {"news": {"enabled": False, "kinds": {"push": True}}}},
            PUSH,
            LayerName.ENVIRONMENT_DEFAULT,
        ),
        ({"kinds": {"push": False}}, {"kinds": {"email": False}}, ALL_PUSH, LayerName.RECIPIENT_DEFAULT),
        ({"kinds": {"push": False}}, {"kinds": {"email": False}}, ALL_EMAIL, LayerName.ENVIRONMENT_DEFAULT),
    ],
)
def test_a_value_comes_from_the_layer_that_decides(
    own: Document, default: Document, cell: CellId, expected: LayerName | None
) -> None:
    effective = stacked(Layer(LayerName.RECIPIENT_DEFAULT, own), Layer(LayerName.ENVIRONMENT_DEFAULT, default))
    assert layer_of(effective, cell) is expected
