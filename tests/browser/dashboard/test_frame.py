"""The frame of all pages: keys, menus, and what helps whoever does not see or use a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str) -> None:
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    await page.goto(at())
    await axe.finds_nothing(page)
    await page.get_by_text("Grace Hopper").click()
    await axe.finds_nothing(page)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await axe.finds_nothing(page)


async def test_a_key_leads_to_the_search(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as()
    await page.goto(at())
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("/g")
    await expect(page.get_by_role("searchbox")).to_have_value("/g")


async def test_a_menu_closes_when_another_place_is_clicked(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as()
    await page.goto(at())
    await page.get_by_text("Grace Hopper").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await page.get_by_role("heading", level=1).click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


async def test_a_phone_needs_no_scrolling_to_the_side(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as(viewport={"width": 360, "height": 740})
    await page.goto(at())
    assert await needed_width(page) == 360
