"""Audiences and channel groups: their pages are accessible, and fit a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.dashboard.people.test_audiences import audiences
from tests.dashboard.workflows.conftest import Push, push

__all__ = ["audiences", "push"]

At = Callable[..., str]

GROUP = """
name: Mail by region, for whoever has one and whoever has none at all
channel_type: email
channel_rules:
  - {channel_key: email, rule_type: if, variable: recipient.region_of_the_whole_world, operator: equal_to, argument: eu}
"""
PATHS = (("audiences",), ("audiences", "beta"), ("audiences", "paying"), ("channel-groups",))


@pytest.fixture
async def filled(audiences: None, push: Push) -> None:
    await push({"channel_groups/mail.yaml": GROUP})


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_there_are_none(open_as: OpenAs, at: At, axe: Axe, scheme: str) -> None:
    page = await open_as(Role.VIEWER, color_scheme=scheme)
    for path in ("audiences", "channel-groups"):
        await page.goto(at(path))
        await axe.finds_nothing(page)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: At, axe: Axe, scheme: str) -> None:
    page = await open_as(Role.VIEWER, color_scheme=scheme)
    for path in PATHS:
        await page.goto(at(*path))
        await axe.finds_nothing(page)


@pytest.mark.usefixtures("filled")
async def test_a_phone_shows_them_without_scrolling_the_page(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.VIEWER, viewport={"width": 360, "height": 740})
    for path in PATHS:
        await page.goto(at(*path))
        assert await needed_width(page) == 360
