"""Whether recipients agree to tracking: who says it, what counts, and what a preference page changes."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.directory.errors import RefusedError
from addressee.preferences.choices import with_tracking
from addressee.preferences.defaults import EnvironmentDefaults
from addressee.preferences.layers import LayerName, effective
from addressee.preferences.matrix import TRACKING_CELL, Cell, Matrix
from addressee.preferences.offers import Offer
from addressee.preferences.sets import DEFAULT, MEMBERS, check_set
from addressee.preferences.statements import layer_of, said, with_said

YES, NO = {"tracking": True}, {"tracking": False}

OWN, FOR_TENANT = LayerName.RECIPIENT_DEFAULT, LayerName.RECIPIENT_TENANT
OF_TENANT, OF_ENVIRONMENT = LayerName.TENANT_DEFAULT, LayerName.ENVIRONMENT_DEFAULT


@pytest.mark.parametrize(
    ("own", "of_tenant", "default", "agreed", "layer"),
    [
        ({}, {}, {}, None, None),
        ({}, {}, NO, False, OF_ENVIRONMENT),
        ({DEFAULT: YES}, {}, NO, True, OWN),
        ({DEFAULT: NO}, {}, YES, False, OWN),
        ({"acme": {}}, {}, NO, False, OF_ENVIRONMENT),
        ({}, {MEMBERS: YES}, NO, True, OF_TENANT),
        # What a recipient says of all tenants counts at each of them, until something else is said there.
        ({DEFAULT: NO}, {MEMBERS: YES}, YES, False, OWN),
        ({DEFAULT: NO, "acme": {}}, {}, YES, False, OWN),
        ({DEFAULT: NO, "acme": YES}, {}, {}, True, FOR_TENANT),
        ({DEFAULT: YES, "acme": NO}, {MEMBERS: YES}, YES, False, FOR_TENANT),
        ({DEFAULT: {}, "zeta": NO}, {}, {}, None, None),
    ],
)
def test_what_is_said_closest_counts(
    own: dict[str, Any],
    of_tenant: dict[str, Any],
    default: dict[str, Any],
    agreed: bool | None,
    layer: LayerName | None,
) -> None:
    found = effective(own, "acme", of_tenant, default)
    assert found.document.get("tracking") is agreed
    assert layer_of(found, TRACKING_CELL) is layer


@pytest.mark.parametrize("value", [None, 1, "no", {}, {"conditions": []}, []])
def test_it_is_true_or_false(value: Any) -> None:
    with pytest.raises(RefusedError, match="tracking must be true or false"):
        check_set({"tracking": value})
    check_set(YES)


def test_a_set_says_it_or_nothing() -> None:
    stored = {"kinds": {"email": False}}
    assert with_tracking(stored, False) == {**stored, **NO}
    assert with_tracking({**stored, **NO}, None) == stored
    for wanted in (True, False, None):
        assert said(with_said(stored, TRACKING_CELL, wanted), TRACKING_CELL) is wanted


def matrix(own: dict[str, Any] | None = None, default: dict[str, Any] | None = None, tracks: bool = False) -> Matrix:
    offer = Offer(DEFAULT, {}, EnvironmentDefaults("all_agree", default or {}, ()))
    return Matrix(offer, own or {}, ("email",), {}, tracks=tracks)


@pytest.mark.parametrize(
    ("shown", "cell"),
    [
        (matrix(), None),
        (matrix(tracks=True), Cell(TRACKING_CELL, True, None)),
        (matrix(default=NO), Cell(TRACKING_CELL, False, None)),
        (matrix({DEFAULT: NO}), Cell(TRACKING_CELL, False, None)),
        (matrix({DEFAULT: YES}, NO, tracks=True), Cell(TRACKING_CELL, True, None)),
    ],
)
def test_it_is_asked_where_anything_is_tracked_or_said(shown: Matrix, cell: Cell | None) -> None:
    assert shown.tracking == cell


def test_a_choice_is_stored_beside_what_was_chosen_before() -> None:
    own = {DEFAULT: {"kinds": {"sms": False}}}
    assert matrix(own, tracks=True).changed({"tracking//": False}) == {DEFAULT: {"kinds": {"sms": False}, **NO}}
    assert matrix(own, tracks=True).changed({}) == own
    assert matrix(own).changed({"tracking//": False}) == own
