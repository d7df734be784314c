"""The preference page in a real browser: for whoever cannot see it, has a keyboard only, or no JavaScript."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from addressee.directory.access.link_tokens import Purpose
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import SetPreferences
from addressee.directory.recipient import USERS, Document, Place
from addressee.directory.writing.writes import Write
from addressee.pages.languages import translations
from tests.browser.axe import Axe
from tests.browser.conftest import NewContext
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store

pytestmark = pytest.mark.usefixtures("pushed")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROWEST = {"viewport": {"width": 320, "height": 640}}

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": {**PHONE, "color_scheme": "dark"},
    "high-contrast": {"forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing(new_context: NewContext, address: MakeLink, acme: str, axe: Axe, look: str) -> None:
    page = await (await new_context(**LOOKS[look])).new_page()
    await page.goto(await address(Purpose.UNSUBSCRIBE, category="invoices", tenant=acme))
    await axe.finds_nothing(page)
    await page.get_by_role("button", name="Unsubscribe").click()
    await expect(page.get_by_role("status")).to_have_text("Your preferences are saved.")
    await axe.finds_nothing(page)
    await page.goto((await address()) + "x")
    await expect(page.get_by_role("heading")).to_have_text("This link does not work any longer")
    await axe.finds_nothing(page)


@pytest.mark.parametrize("language", sorted(translations()))
async def test_every_language_is_in_order(
    new_context: NewContext,
    address: MakeLink,
    store: Store,
    axe: Axe,
    directory: Directory,
    environment: Environment,
    language: str,
) -> None:
    await store("kim", locale=language, name="Kim")
    refusal = SetPreferences("default", {"tracking": False})
    await directory.write(Write(Place(environment.id, USERS, "kim"), (refusal,)))
    page = await (await new_context(**NARROWEST)).new_page()
    await page.goto(await address(user="kim"))
    texts = translations()[language]
    await expect(page.get_by_role("heading", level=1)).to_have_text(texts["preferences"])
    await expect(page.get_by_label(texts["tracking_agreed"])).not_to_be_checked()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["viewport"]["width"]
    await axe.finds_nothing(page)


async def tab_to(page: Page, value: str) -> None:
    """Presses Tab until the box with a value has the focus."""
    for _ in range(50):
        await page.keyboard.press("Tab")
        if await page.locator(":focus").get_attribute("value") == value:
            return
    raise AssertionError(f"Tab does not lead to {value}.")


@pytest.mark.parametrize("has_script", [True, False])
async def test_a_keyboard_suffices(
    new_context: NewContext,
    address: MakeLink,
    preferences: Callable[[], Awaitable[Document]],
    has_script: bool,
) -> None:
    page = await (await new_context(java_script_enabled=has_script)).new_page()
    await page.goto(await address())
    newsletter = page.get_by_role("group", name="Newsletter").get_by_role("checkbox", name="Email")
    await tab_to(page, "categories/newsletter/email")
    await page.keyboard.press("Space")
    await expect(newsletter).to_be_checked()
    await page.keyboard.press("Enter")
    notice = page.get_by_role("status")
    await expect(notice).to_have_text("Your preferences are saved.")
    await expect(notice).to_be_focused()
    await expect(newsletter).to_be_checked()
    stored = (await preferences())["default"]["categories"]["newsletter"]
    assert [kind for kind, wanted in stored["kinds"].items() if wanted] == ["email"]


async def test_the_focus_is_never_behind_the_bar(new_context: NewContext, address: MakeLink) -> None:
    page = await (await new_context(viewport={"width": 400, "height": 500})).new_page()
    await page.goto(await address())
    bar = page.locator(".bar")
    for _ in range(await page.locator("input:enabled:visible, button").count()):
        await page.keyboard.press("Tab")
        focused = await page.locator(":focus").bounding_box()
        top = await bar.bounding_box()
        assert focused is not None
        assert top is not None
        is_in_bar = await page.evaluate("document.activeElement.closest('.bar') !== null")
        assert is_in_bar or focused["y"] + focused["height"] <= top["y"] + 1


async def test_colours_of_a_brand_are_used(new_context: NewContext, address: MakeLink, acme: str) -> None:
    page = await (await new_context()).new_page()
    await page.goto(await address(tenant=acme))
    button = page.get_by_role("button", name="Save preferences")
    await expect(button).to_have_css("background-color", "rgb(255, 211, 77)")
    await expect(button).to_have_css("color", "rgb(0, 0, 0)")
