"""The timeline, merges and explanations in a browser: filters in place, merging and undoing, why no e-mail comes."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import expect

from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.dialects.native.conftest import http, welcome
from tests.dialects.native.test_merges import identify, told

__all__ = ["http", "welcome"]

HOSTILE = "<script>document.title = 'ran'</script>"


async def something_happened(http: httpx.Client) -> None:
    identify(http, "ada", name="Ada Lovelace", email="ada@example.com", plan={"tier": "pro", "note": HOSTILE})
    identify(http, "guest", name="Guest")
    await told(http, "ada")
    http.post("/directory/v1/users/ada/merges", json={"from": "guest"}).raise_for_status()


async def test_kinds_are_filtered_in_place(
    http: httpx.Client, welcome: None, open_as: OpenAs, at: Callable[..., str]
) -> None:
    await something_happened(http)
    page = await open_as(Role.VIEWER)
    await page.goto(at("users", "ada", "timeline"))
    await expect(page.locator(".timeline > li")).to_have_count(6)
    for kind in ("Changes", "Runs", "Merges", "Acts of operators"):
        await page.get_by_label(kind, exact=True).uncheck()
    await expect(page.locator(".timeline > li")).to_have_count(2)
    await expect(page.locator(".timeline > .messages")).to_have_count(2)
    sent = {each["id"] for each in http.get("/v1/users/ada/messages").json()["items"]}
    links = await page.locator(".messages a").evaluate_all("all => all.map(each => each.pathname.split('/').pop())")
    assert set(links) == sent
    await page.reload()
    await expect(page.locator(".timeline > li")).to_have_count(2)


async def test_a_viewer_has_addresses_shown(
    http: httpx.Client, welcome: None, open_as: OpenAs, at: Callable[..., str]
) -> None:
    await something_happened(http)
    page = await open_as(Role.VIEWER, java_script_enabled=False)
    await page.goto(at("users", "ada", "timeline"))
    await expect(page.get_by_text("ada@example.com")).to_have_count(0)
    await page.get_by_role("button", name="Show addresses").click()
    await expect(page.get_by_text("ada@example.com")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_a_timeline(
    http: httpx.Client, welcome: None, open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str
) -> None:
    await something_happened(http)
    page = await open_as(Role.VIEWER, color_scheme=scheme)
    await page.goto(at("users", "ada", "timeline"))
    await expect(page.locator(".timeline > li")).to_have_count(6)
    assert await page.title() != "ran"
    await axe.finds_nothing(page)
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await needed_width(page) == 360


async def test_an_explanation_tells_why_no_e_mail_would_arrive(
    http: httpx.Client, welcome: None, open_as: OpenAs, at: Callable[..., str]
) -> None:
    identify(http, "ada", name=HOSTILE)
    page = await open_as(Role.VIEWER, java_script_enabled=False)
    await page.goto(at("users", "ada", "explain"))
    await page.get_by_label("Workflow").select_option("welcome")
    await page.get_by_role("button", name="Explain").click()
    await expect(page.get_by_role("status")).to_have_text("It would arrive: In-app feed by in-app.")
    mail = page.locator(".way > li", has_text="E-mail by email")
    await expect(mail).to_contain_text("Would not arrive")
    await expect(mail).to_contain_text("There is no e-mail address to send to.")
    said = http.post("/directory/v1/users/ada/explain", json={"workflow": "welcome"}).json()
    assert [(step["ref"], step["reached"]) for step in said["steps"]] == [("in-app", True), ("email", False)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_an_explanation(
    http: httpx.Client, welcome: None, open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str
) -> None:
    identify(http, "ada", name=HOSTILE, email="ada@example.com")
    http.put("/v1/users/ada/preferences/default", json={"channel_types": {"in_app_feed": False}}).raise_for_status()
    page = await open_as(Role.VIEWER, color_scheme=scheme)
    await page.goto(at("users", "ada", "explain"))
    await axe.finds_nothing(page)
    await page.goto(at("users", "ada", "explain", workflow="welcome"))
    await expect(page.locator(".way > li")).to_have_count(2)
    await axe.finds_nothing(page)
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await needed_width(page) == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_somebody_is_merged_after_a_look_and_parted_again(
    http: httpx.Client, open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str
) -> None:
    identify(http, "ada", name="Ada", plan="pro")
    identify(http, "guest", name=HOSTILE, email="guest@example.com", seats=3)
    page = await open_as(Role.EDITOR, color_scheme=scheme)
    await page.goto(at("users", "ada", "merge"))
    await axe.finds_nothing(page)
    await page.get_by_label("Id, name, e-mail address or phone number").fill("guest@")
    await page.get_by_role("main").get_by_role("button", name="Search").click()
    await page.get_by_role("link", name=HOSTILE).click()
    await expect(page.get_by_role("row", name="seats")).to_contain_text("second")
    await axe.finds_nothing(page)
    await page.get_by_role("button", name="Merge", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Merge of guest into ada")
    assert http.get("/v1/users/guest").status_code == 404
    await axe.finds_nothing(page)
    await page.get_by_role("button", name="Undo the merge").click()
    await expect(page.get_by_role("status")).to_have_text("The merge is undone: both are as they were.")
    assert http.get("/v1/users/guest").json()["email"] == "guest@example.com"
