"""Translations: the list, and what one says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.dashboard.workflows.conftest import Push, push

__all__ = ["push"]

At = Callable[..., str]

FILES = {
    "translations/en/en.json": '{"hi": "<img src=x onerror=alert(1)>"}',
    "translations/nl-BE/shop.nl-BE.json": f'{{"long": "{"word " * 200}"}}',
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: At, axe: Axe, push: Push, scheme: str) -> None:
    page = await open_as(Role.VIEWER, color_scheme=scheme)
    await page.goto(at("translations"))
    await axe.finds_nothing(page)
    await push(FILES)
    for path in (at("translations"), at("translations", "en"), at("translations", "shop.nl-BE")):
        await page.goto(path)
        await axe.finds_nothing(page)


async def test_a_phone_scrolls_long_texts_and_not_the_page(open_as: OpenAs, at: At, push: Push) -> None:
    await push(FILES)
    page = await open_as(Role.VIEWER, viewport={"width": 360, "height": 740})
    await page.goto(at("translations"))
    assert await needed_width(page) == 360
    await page.get_by_role("link", name="shop.nl-BE").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("shop.nl-BE")
    assert await needed_width(page) == 360
