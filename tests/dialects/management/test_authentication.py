"""The environment that a request of the management API means."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from addressee.dialects.management.wire.authentication import Caller, environment_of
from addressee.dialects.management.wire.errors import ManagementError

TAKES = ("environment", "branch", "annotate")


def meant(opened: list[str], query: str = "", takes: tuple[str, ...] = TAKES, invalid: tuple[str, ...] = ()) -> str:
    """The name of the environment that a request means whose key opens these, some with `invalid` settings."""
    environments: dict[str, Any] = {name: SimpleNamespace(name=name) for name in opened if name not in invalid}
    caller = Caller("laptop", environments, opened, UUID(int=1))
    request: Any = SimpleNamespace(operation=SimpleNamespace(query=takes), query_string=query)
    return environment_of(request, caller).name


def refusal(opened: list[str]) -> tuple[str, list[tuple[str, str]]]:
    with pytest.raises(ManagementError) as refused:
        meant(opened)
    return str(refused.value), list(refused.value.refusal.fields)


def test_it_is_the_one_that_is_named() -> None:
    assert meant(["development", "staging"], "environment=staging") == "staging"


def test_it_is_the_only_one_of_the_key_or_development() -> None:
    assert meant(["staging"]) == "staging"
    assert meant(["staging", "development"]) == "development"


def test_of_several_without_development_one_must_be_named() -> None:
    message = "This key opens several environments, and none is called 'development': name the one that you mean."
    assert refusal(["staging", "live"]) == (
        message,
        [("environment", "must be one of staging, live")],
    )
    assert meant(["staging", "live"], "environment=live") == "live"


@pytest.mark.parametrize(
    ("opened", "query"),
    [
        (["development", "production"], ""),
        (["development", "production"], "environment=development"),
        (["development"], ""),
    ],
)
def test_one_whose_settings_are_not_valid_is_meant_all_the_same_and_refused(opened: list[str], query: str) -> None:
    """Nothing goes to another one instead."""
    with pytest.raises(ManagementError) as refused:
        meant(opened, query, invalid=("development",))
    assert str(refused.value) == "The environment 'development' has settings that are not valid; correct them first."


@pytest.mark.parametrize("takes", [(), ("after", "before", "limit"), ("to_environment", "branch")])
def test_a_route_that_takes_none_needs_none(takes: tuple[str, ...]) -> None:
    assert meant(["staging", "live"], takes=takes) == "staging"
    assert meant(["staging", "development"], takes=takes) == "development"
