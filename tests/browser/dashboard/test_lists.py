"""Lists of recipients and searches in a browser: in place with scripts, and without them, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import httpx
import pytest
from playwright.async_api import expect

from addressee.database.paging import PageRequest
from addressee.directory.access.keys import Keys
from addressee.directory.directory import Directory
from addressee.directory.edits.lists import LISTS, Define, List
from addressee.directory.edits.recipients import AddAddress, Identify
from addressee.directory.groups.topics import topic_place
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment

At: TypeAlias = Callable[..., str]


@pytest.fixture
async def vips(directory: Directory, environment: Environment) -> List:
    """A list with one of three people; everything else that pages show is there, too."""
    people = [
        ("u-1", {"name": "Zoë Ångström", "email": "zoe@example.org", "phone_number": "+491701234567"}),
        ("u-2", {"name": "<script>alert(1)</script>", "email": "x@example.org"}),
        ("a/b?c", {"name": "مرحبا"}),
    ]
    places = [Place(environment.id, USERS, id) for id, _ in people]
    await directory.write_all(
        [
            Write(place, (Identify(attributes), AddAddress("android_push", f"{place.id}-{environment.id}", "fcm")))
            for place, (_, attributes) in zip(places, people, strict=True)
        ]
    )
    project, tenant = Place(environment.id, "projects", "engine"), Place(environment.id, TENANTS, "acme")
    await directory.write_all([Write(place, (Identify({"name": "Engine"}),)) for place in (project, tenant)])
    found = await directory.read_all([*places, project])
    await directory.subscriptions.add(found[project], [found[places[0]]])
    await directory.topics.subscribe(topic_place(environment.id, "releases"), [found[places[0]]])
    list = (await directory.lists.define(Place(environment.id, LISTS, "vips"), Define("VIPs"))).list
    await directory.lists.add(list, list.uid, ["u-2"])
    return list


@pytest.mark.usefixtures("vips")
async def test_a_person_is_found_while_one_types_a_part_of_the_name(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.VIEWER)
    await page.goto(at("search"))
    field = page.get_by_label("Search for")
    await field.press_sequentially("angs")
    await expect(page.get_by_role("row", name="Zoë Ångström u-1 Person Name")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("1 result")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("angs")
    assert page.url.endswith(at("search", q="angs") + "&collection=")
    await field.fill("nobody")
    await expect(page.get_by_text("Nothing found")).to_be_visible()


@pytest.mark.usefixtures("vips")
async def test_the_search_works_without_scripts(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.VIEWER, java_script_enabled=False)
    await page.goto(at("users"))
    await page.get_by_role("searchbox", name="Search people and addresses").fill("zoe@")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row", name="E-mail address z••••@example.org")).to_be_visible()
    await page.get_by_label("Search for").fill("u-2")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("row", name="Id").get_by_role("link", name="<script>alert(1)</script>").click()
    assert page.url.endswith(at("users", "u-2"))


async def test_a_person_is_added(open_as: OpenAs, at: At, api: str, environment: Environment, keys: Keys) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("users"))
    await page.get_by_text("Add a person", exact=True).click()
    await page.get_by_label("Id", exact=True).fill("ada")
    await page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    await page.get_by_label("E-mail address").fill("ada@example.org")
    await page.get_by_role("button", name="Add the person").click()
    await expect(page.get_by_role("status")).to_have_text("The person has been added.")
    await expect(page.get_by_role("row", name="Ada Lovelace ada ada@example.org")).to_be_visible()
    secret = await keys.create(environment.name, "secret")
    async with httpx.AsyncClient(base_url=api, headers={"authorization": f"Bearer {secret.key}"}) as client:
        answer = await client.get("/v1/users/ada")
    assert (answer.json()["name"], answer.json()["email"]) == ("Ada Lovelace", "ada@example.org")


async def test_somebody_is_added_to_a_list_and_removed(
    open_as: OpenAs, at: At, directory: Directory, vips: List
) -> None:
    async def members() -> list[str]:
        return [each.recipient_id for each in (await directory.lists.members(vips, PageRequest(10))).entries]

    page = await open_as(Role.EDITOR)
    await page.goto(at("lists", "vips"))
    await page.get_by_text("Add a member").first.click()
    await page.get_by_label("Id of the person").fill("u-1")
    await page.get_by_role("button", name="Add a member").click()
    await expect(page.get_by_role("status")).to_have_text("The person is a member of this list now.")
    assert await members() == ["u-1", "u-2"]
    await page.get_by_role("button", name="Remove Zoë Ångström").click()
    await expect(page.get_by_role("status")).to_have_text("The person is no member of this list any more.")
    assert await members() == ["u-2"]


@pytest.mark.usefixtures("vips")
async def test_a_list_follows_its_filter(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.VIEWER)
    await page.goto(at("users"))
    await page.get_by_label("Id starts with").press_sequentially("u-")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_label("Id starts with").fill("a/b")
    await expect(page.locator("tbody th")).to_have_text(["مرحبا a/b?c"])


@pytest.mark.usefixtures("vips")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(open_as: OpenAs, at: At, axe: Axe, scheme: str) -> None:
    page = await open_as(Role.EDITOR, color_scheme=scheme)
    for path in (
        at("users"),
        at("users", prefix="nobody"),
        at("objects"),
        at("objects", "projects"),
        at("objects", "projects", "engine", "subscribers"),
        at("tenants"),
        at("lists"),
        at("lists", "vips"),
        at("topics"),
        at("topics", "releases"),
        at("search", q="z"),
        at("search"),
    ):
        await page.goto(path)
        for summary in await page.locator("main summary").all():
            await summary.click()
        await axe.finds_nothing(page)


@pytest.mark.usefixtures("vips")
async def test_a_phone_needs_no_scrolling_to_the_side(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.EDITOR, viewport={"width": 360, "height": 740})
    for path in (at("users"), at("lists", "vips"), at("search", q="z"), at("objects", "projects")):
        await page.goto(path)
        assert await needed_width(page) == 360
