"""The helper that looks for what shuts people out."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.axe import Axe

PAGE = """<!doctype html><html lang="en"><title>Greeting</title><main><h1>Hello</h1>{}</main></html>"""


async def test_a_page_in_order_has_nothing_to_report(page: Page, axe: Axe) -> None:
    await page.set_content(PAGE.format("<p>You are welcome.</p>"))
    await axe.finds_nothing(page)


async def test_what_is_wrong_is_told_with_its_place_and_remedy(page: Page, axe: Axe) -> None:
    await page.set_content(PAGE.format("<img src='data:,'>"))
    with pytest.raises(AssertionError, match=r"(?s)image-alt \(critical\).*<img src=\"data:,\">.*alt attribute"):
        await axe.finds_nothing(page)


async def test_targets_too_small_for_a_finger_are_found(page: Page, axe: Axe) -> None:
    buttons = "<button style='width:9px;height:9px;padding:0' aria-label='{}'></button>"
    await page.set_content(PAGE.format(buttons.format("One") + buttons.format("Two")))
    assert [violation["id"] for violation in await axe.violations(page)] == ["target-size"]
