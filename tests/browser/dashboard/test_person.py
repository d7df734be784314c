"""One recipient's pages in a browser: each act once, its result checked by the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Identify, SetChannelData, SetPreferences
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role
from addressee.preferences.categories import Category, Section
from addressee.preferences.defaults import store_categories
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment

HOSTILE = "<script>alert(1)</script>"

ADA = (
    Identify(
        attributes={"name": "Ada Lovelace", "email": "ada@example.com", "phone_number": "+4915112345617"},
        properties={"plan": "gold", HOSTILE: HOSTILE, "big": "y" * 50_000, "مرحبا": "بالعالم", "emoji": "👩‍🚀"},
    ),
    AddAddress("email", "ada@example.org"),
    SetChannelData("6f3c1b9a-0000-4000-8000-000000000001", {"devices": [{"token": "a-token-of-a-device"}]}),
    SetPreferences("default", {"categories": {"news": {"kinds": {"email": False}}}, "quiet_hours": {"enabled": False}}),
)


@pytest.fixture
async def native(api: str, keys: Keys, environment: Environment) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the native API with a secret key."""
    headers = {"authorization": f"Bearer {(await keys.create(environment.name, 'secret')).key}"}
    async with httpx.AsyncClient(base_url=f"{api}/directory/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture(autouse=True)
async def ada(directory: Directory, environment: Environment, pool: Pool) -> None:
    section = Section(name="Shop", categories=(Category(key="news", name="News"),))
    async with pool.acquire() as connection:
        await store_categories(connection, environment.id, [section])
    await directory.write(Write(Place(environment.id, USERS, "ada"), ADA))


async def stored(native: httpx.AsyncClient) -> dict[str, Any]:
    answer = await native.get("/users/ada")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str) -> None:
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    for further in ([], ["preferences"], ["edit"], ["delete"], ["export"], ["all", "subscriptions"]):
        await page.goto(at("users", "ada", *further))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
        await axe.finds_nothing(page)


async def test_nothing_is_wider_than_a_phone(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as(Role.ADMIN, viewport={"width": 360, "height": 740})
    for further in ([], ["preferences"], ["edit"], ["delete"], ["export"]):
        await page.goto(at("users", "ada", *further))
        assert await needed_width(page) == 360


async def test_what_others_wrote_is_shown_as_text(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as(Role.VIEWER)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.goto(at("users", "ada"))
    await expect(page.get_by_text(HOSTILE)).to_have_count(2)
    assert dialogs == []


async def test_a_viewer_reveals_addresses(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as(Role.VIEWER)
    await page.goto(at("users", "ada"))
    addresses = page.get_by_role("region", name="Addresses")
    await expect(addresses).to_contain_text("a••••@example.com")
    await page.get_by_role("button", name="Reveal").click()
    await expect(addresses).to_contain_text("ada@example.com")


async def test_the_profile_as_of_a_moment(
    open_as: OpenAs, at: Callable[..., str], directory: Directory, environment: Environment
) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users", "ada"))
    await page.get_by_label("Date and time, in UTC").fill("2020-01-01T00:00")
    await page.get_by_role("button", name="Show as it was").click()
    await expect(page.get_by_role("alert")).to_contain_text("The history goes back to")
    await page.goto(at("users", "ada", at=directory.clock.now().isoformat()))
    await expect(page.get_by_text("This is how it was on")).to_be_visible()
    await page.get_by_role("link", name="Back to today").click()
    await expect(page.get_by_role("region", name="Addresses")).to_be_visible()


async def test_preferences_are_changed(open_as: OpenAs, at: Callable[..., str], native: httpx.AsyncClient) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users", "ada", "preferences"))
    await page.get_by_label("News by email").select_option("on")
    await page.get_by_label("Everything by sms").select_option("off")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("The preferences are saved.")
    preferences = (await stored(native))["preferences"]["default"]
    assert preferences["categories"] == {"news": {"kinds": {"email": True}}}
    assert preferences["kinds"] == {"sms": False}


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with-scripts", "without"])
async def test_values_are_edited(
    open_as: OpenAs, at: Callable[..., str], native: httpx.AsyncClient, has_scripts: bool
) -> None:
    page = await open_as(Role.EDITOR, java_script_enabled=has_scripts)
    await page.goto(at("users", "ada", "edit"))
    await page.get_by_label("Name", exact=True).fill("Countess of Lovelace")
    await page.get_by_label("Time zone").fill("Europe/London")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("The changes are saved.")
    attributes = (await stored(native))["attributes"]
    assert (attributes["name"], attributes["timezone"]) == ("Countess of Lovelace", "Europe/London")


async def test_addresses_are_added_and_removed(
    open_as: OpenAs, at: Callable[..., str], native: httpx.AsyncClient
) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users", "ada", "edit"))
    await page.get_by_label("Address", exact=True).fill("countess@example.net")
    await page.get_by_role("checkbox", name="Primary").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("The address is added.")
    assert (await stored(native))["attributes"]["email"] == "countess@example.net"
    await page.get_by_role("button", name="Remove ada@example.org").click()
    await expect(page.get_by_role("status")).to_have_text("The address is removed.")
    values = [each["value"] for each in (await stored(native))["addresses"]]
    assert sorted(values) == ["ada@example.com", "countess@example.net"]
    await page.get_by_role("region", name="Channel data").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("status")).to_have_text("The channel data are removed.")
    assert (await stored(native))["channel_data"] == {}


async def test_an_export_is_downloaded(
    open_as: OpenAs, at: Callable[..., str], native: httpx.AsyncClient, tmp_path: Path
) -> None:
    page = await open_as(Role.ADMIN)
    await page.goto(at("users", "ada", "export"))
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    await (await downloading.value).save_as(tmp_path / "ada.json")
    assert (tmp_path / "ada.json").read_bytes() == (await native.get("/users/ada/export")).content


async def test_a_link_opens_the_preference_page(open_as: OpenAs, at: Callable[..., str]) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users", "ada"))
    await page.get_by_role("button", name="Link to the preference page").click()
    link = await page.get_by_label("Copy the link").input_value()
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Ada Lovelace")).to_be_visible()


async def test_a_person_is_deleted(
    open_as: OpenAs, at: Callable[..., str], native: httpx.AsyncClient, api: str
) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users", "ada", "delete"))
    await page.get_by_label("Delete and erase").check()
    await page.get_by_label("I have read what will happen.").check()
    await page.get_by_role("button", name="Delete Ada Lovelace").click()
    await expect(page.get_by_role("status")).to_have_text("Deleted.")
    assert (await native.get("/users/ada")).status_code == 404
