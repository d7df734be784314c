"""The inbox page, as a person uses it whose browser has no JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import aiohttp
import httpx
import pytest

from addressee.directory.access.keys import Keys
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.directory import Directory
from addressee.directory.recipient import TENANTS
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store, Tell, telling
from tests.support.browsing import FORM, load, press
from tests.support.html import Element, parse

pytestmark = pytest.mark.usefixtures("pushed", "worker")

PATIENCE_SECONDS = 15


@pytest.fixture
async def inbox(link: MakeLink) -> str:
    return await link(Purpose.INBOX)


@pytest.fixture
async def tell(api: str, keys: Keys, environment: Environment, directory: Directory, inbox: str) -> AsyncIterator[Tell]:
    async with telling(api, keys, environment, directory) as tell:
        yield tell


def items(page: Element) -> list[Element]:
    return [item for item in page.all("li") if "item" in (item.attributes.get("class") or "").split()]


def texts(page: Element) -> list[str]:
    return [item.one("div", **{"class": "content"}).text for item in items(page)]


def button(item: Element, name: str) -> tuple[Element, Element]:
    form = item.one("form")
    (found,) = [each for each in form.all("button") if each.text == name]
    return found, form


def counts(page: Element) -> tuple[str | None, str | None]:
    attributes = page.one("div", id="inbox").attributes
    return attributes["data-unread"], attributes["data-total"]


async def test_an_empty_inbox_says_so(browser: httpx.AsyncClient, inbox: str) -> None:
    page = await load(browser, inbox)
    assert page.one("h1").text == "Inbox"
    assert page.one("p", **{"class": "card empty"}).text == "You have no notifications."


async def test_what_is_new_is_on_top_and_unread(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    await tell("First.")
    await tell("Second.", url="https://example.com/second")
    page = await load(browser, inbox)
    assert page.one("title").text == "(2) Inbox"
    assert page.one("span", id="unread").text == "Unread: 2"
    assert page.one("h2").text == "Today"
    assert texts(page) == ["Unread: Second.", "Unread: First."]
    assert items(page)[0].one("a").attributes["href"] == "https://example.com/second"
    assert items(page)[1].one("a").attributes["href"] == "https://example.com/invoices/1"


async def test_buttons_stand_beside_the_link_of_an_item(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    """One that leads to a page of the product by a relative URL leads nowhere from here."""
    await tell("Join us.", button="Join <now>")
    (item,) = items(await load(browser, inbox))
    assert [(link.text, link.attributes["href"]) for link in item.all("a")] == [
        ("Open", "https://example.com/invoices/1"),
        ("Join <now>", "https://example.com/join"),
    ]


async def test_an_item_is_marked_and_unmarked(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    await tell("First.")
    await tell("Second.")
    [second, _] = items(await load(browser, inbox))
    answer = await press(browser, *button(second, "Mark as read"))
    assert answer.url.fragment == second.attributes["id"]
    page = parse(answer.text)
    assert texts(page) == ["Second.", "Unread: First."]
    assert counts(page) == ("1", "2")
    page = parse((await press(browser, *button(items(page)[0], "Mark as unread"))).text)
    assert texts(page) == ["Unread: Second.", "Unread: First."]


async def test_an_archived_item_is_in_the_archive_until_it_is_moved_back(
    browser: httpx.AsyncClient, inbox: str, tell: Tell
) -> None:
    await tell("First.")
    [item] = items(await load(browser, inbox))
    page = parse((await press(browser, *button(item, "Archive"))).text)
    assert texts(page) == []
    archive = await load(browser, f"{inbox}?view=archived")
    assert texts(archive) == ["Unread: First."]
    page = parse((await press(browser, *button(items(archive)[0], "Move to inbox"))).text)
    assert page.one("p", **{"class": "card empty"}).text == "You have archived nothing."
    assert texts(await load(browser, inbox)) == ["Unread: First."]


async def test_all_are_marked_as_read(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    await tell("First.")
    await tell("Second.")
    page = await load(browser, f"{inbox}?view=unread")
    assert texts(page) == ["Unread: Second.", "Unread: First."]
    page = parse((await press(browser, page.one("button", id="read-all"), page.all("form")[0])).text)
    assert page.one("p", **{"class": "card empty"}).text == "You have read everything."
    page = await load(browser, inbox)
    assert texts(page) == ["Second.", "First."]
    assert page.all("button", id="read-all") == []


async def test_older_items_are_on_further_pages(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    for number in range(21):
        await tell(f"Number {number}.")
    page = await load(browser, inbox)
    assert texts(page) == [f"Unread: Number {number}." for number in reversed(range(1, 21))]
    (older,) = [link for link in page.all("a") if link.text == "Older"]
    page = await load(browser, older.attributes["href"] or "")
    assert texts(page) == ["Unread: Number 0."]
    page = parse((await press(browser, *button(items(page)[0], "Mark as read"))).text)
    assert texts(page) == ["Number 0."]
    (newest,) = [link for link in page.all("a") if link.text == "Newest"]
    assert newest.attributes["href"] == inbox


async def test_a_link_within_a_tenant_shows_its_items_and_those_of_none(
    browser: httpx.AsyncClient, link: MakeLink, store: Store, tell: Tell
) -> None:
    await store("acme", TENANTS, name="Acme")
    await store("other", TENANTS, name="Other")
    await tell("Of none.")
    await tell("Of Acme.", tenant="acme")
    await tell("Of another.", tenant="other")
    path = await link(Purpose.INBOX, tenant="acme")
    page = await load(browser, path)
    assert texts(page) == ["Unread: Of Acme.", "Unread: Of none."]
    page = parse((await press(browser, page.one("button", id="read-all"), page.all("form")[0])).text)
    assert texts(page) == ["Of Acme.", "Of none."]
    assert texts(await load(browser, await link(Purpose.INBOX))) == ["Unread: Of another.", "Of Acme.", "Of none."]


async def test_values_of_others_are_text(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    hostile = "<script>alert(1)</script> \u202e abc 👩‍🚀"
    await tell(hostile)
    page = await load(browser, inbox)
    assert texts(page) == [f"Unread: {hostile}"]
    assert [script.attributes["src"] is not None for script in page.all("script")] == [True]


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "read", "item": "0" * 27},
        {"do": "read", "item": "\0"},
        {"do": "burn", "item": "0" * 27},
        {"item": "x" * 50_000},
        {},
    ],
)
async def test_a_form_that_means_nothing_changes_nothing(
    browser: httpx.AsyncClient, inbox: str, tell: Tell, fields: Mapping[str, str]
) -> None:
    await tell("First.")
    answer = await browser.post(inbox, content=urlencode(fields), headers=FORM)
    assert answer.status_code == 200
    assert texts(parse(answer.text)) == ["Unread: First."]


@pytest.mark.parametrize(
    "query", ["?after=nonsense", "?view=nonsense", "?feed=nonsense", "?after=", "?view=unread&view=x"]
)
async def test_a_query_that_means_nothing_shows_the_front(
    browser: httpx.AsyncClient, inbox: str, tell: Tell, query: str
) -> None:
    await tell("First.")
    assert texts(await load(browser, inbox + query)) == ["Unread: First."]


async def test_what_was_seen_is_told_by_the_page(browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    await tell("First.")
    await tell("Second.")
    page = await load(browser, inbox)
    unseen = [
        (item.attributes["id"] or "").removeprefix("i-") for item in items(page) if "data-unseen" in item.attributes
    ]
    assert len(unseen) == 2
    body = urlencode([("do", "seen"), *(("item", id) for id in unseen)])
    page = parse((await browser.post(inbox, content=body, headers=FORM)).text)
    assert [item for item in items(page) if "data-unseen" in item.attributes] == []
    assert texts(page) == ["Unread: Second.", "Unread: First."]


async def test_a_link_that_was_changed_in_one_letter_opens_nothing(browser: httpx.AsyncClient, inbox: str) -> None:
    for path in (inbox, f"{inbox}/stream"):
        index = len(inbox) - 5
        other = "A" if path[index] != "A" else "B"
        assert (await browser.get(path[:index] + other + path[index + 1 :])).status_code == 404


async def test_an_open_inbox_is_told_of_changes(api: str, browser: httpx.AsyncClient, inbox: str, tell: Tell) -> None:
    async with aiohttp.ClientSession(api) as session, session.get(f"{inbox}/stream") as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")

        async def changed() -> str:
            async with asyncio.timeout(PATIENCE_SECONDS):
                async for line in answer.content:
                    if line.startswith(b"data: "):
                        return line.decode().removeprefix("data: ").strip()
            raise AssertionError("The stream has ended.")

        assert await changed() == '{"total":0,"unread":0}'
        await tell("First.")
        assert await changed() == '{"total":1,"unread":1}'
        [item] = items(await load(browser, inbox))
        await press(browser, *button(item, "Mark as read"))
        assert await changed() == '{"total":1,"unread":0}'
