"""The pages of audiences: those of files and those that calls have made, with their members or conditions."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.preferences.audiences import AUDIENCES
from tests.conftest import Environment
from tests.dashboard.workflows.conftest import Push, push
from tests.support.browsing import load
from tests.support.html import Element

__all__ = ["push"]

At = Callable[..., str]

PAYING = """
name: Teams that pay
description: <b>All</b> of them
type: dynamic
segments:
  - conditions:
      - {property: recipient.plan, operator: equal_to, argument: pro}
      - {property: recipient.seats, operator: greater_than, argument: 3}
  - conditions: [{property: recipient.vip, operator: equal_to, argument: true}]
"""
FILES = {
    "audiences/paying/audience.yaml": PAYING,
    "audiences/beta/audience.yaml": "{name: Beta testers, type: static}",
    "audiences/empty/audience.yaml": "{name: empty, type: static}",
}


@pytest.fixture
async def audiences(directory: Directory, environment: Environment, push: Push) -> None:
    """Three of files, of which one has two members, and one of a call, with one member."""
    await push(FILES)
    places = [Place(environment.id, USERS, id) for id in ("ada", "bob")]
    made = [Place(environment.id, AUDIENCES, key) for key in ("beta", "called")]
    edits = [Write(place, (Identify({"name": f"Name of {place.id}"}),)) for place in places]
    await directory.write_all([*edits, *(Write(place, (Identify(),)) for place in made)])
    found = await directory.read_all([*places, *made])
    for audience, people in zip(made, (places, places[:1]), strict=True):
        await directory.subscriptions.add(found[audience], [found[place] for place in people])


def rows(region: Element) -> list[list[str]]:
    return [
        [cell.text for cell in row.below() if cell.name in {"th", "td"} and not cell.all("time")]
        for row in region.one("tbody").all("tr")
    ]


def region(page: Element, label: str) -> Element:
    return page.one("div", **{"aria-label": label})


async def test_without_any_the_page_says_how_to_make_one(viewer: httpx.AsyncClient, at: At) -> None:
    assert "There are no audiences" in (await load(viewer, at("audiences"))).text


@pytest.mark.usefixtures("audiences")
async def test_those_of_files_and_of_calls_are_listed(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("audiences"))
    assert rows(region(page, "Audiences of files")) == [
        ["beta Beta testers", "are listed", "2"],
        ["empty", "are listed", "0"],
        ["paying Teams that pay", "follow conditions", "not counted"],
    ]
    assert rows(region(page, "Audiences without a file")) == [["called", "1"]]
    links = [each.attributes["href"] for each in page.one("main").all("a")]
    assert links == [at("audiences", key) for key in ("beta", "empty", "paying", "called")]


@pytest.mark.usefixtures("audiences")
async def test_one_whose_members_are_listed_leads_to_them(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("audiences", "beta"))
    assert page.one("h1").text == "Beta testers"
    assert page.one("p", **{"class": "total"}).text == "2 members"
    links = {each.attributes["href"] for each in region(page, "Members").all("a")}
    assert links == {at("users", "ada"), at("users", "bob")}
    called = await load(viewer, at("audiences", "called"))
    assert "none: it was made by a call that added members" in called.text
    assert "This audience has no members here" in (await load(viewer, at("audiences", "empty"))).text


@pytest.mark.usefixtures("audiences")
async def test_one_whose_members_follow_conditions_shows_these(viewer: httpx.AsyncClient, at: At) -> None:
    page = await load(viewer, at("audiences", "paying"))
    assert [each.text for each in page.one("main").one("ul").all("li")] == [
        'recipient.plan is "pro" and recipient.seats > 3',
        "recipient.vip is true",
    ]
    assert "<b>All</b> of them" in page.text
    assert page.all("p", **{"class": "total"}) == []


@pytest.mark.usefixtures("audiences")
async def test_one_that_there_is_not(viewer: httpx.AsyncClient, at: At) -> None:
    assert (await viewer.get(at("audiences", "other"))).status_code == 404
