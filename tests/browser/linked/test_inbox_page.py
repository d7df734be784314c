"""The inbox page in a real browser: live where JavaScript runs, whole where it does not."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from addressee.database.paging import PageRequest
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.directory import Directory
from addressee.directory.recipient import USERS, Place
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.messaging import Messaging
from addressee.pages.languages import translations
from tests.browser.axe import Axe
from tests.browser.conftest import NewContext
from tests.browser.linked.test_preference_page import LOOKS, NARROWEST
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store, Tell
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("pushed", "worker")


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing(
    new_context: NewContext, address: MakeLink, acme: str, tell: Tell, axe: Axe, look: str
) -> None:
    page = await (await new_context(**LOOKS[look])).new_page()
    inbox = await address(Purpose.INBOX, tenant=acme)
    await page.goto(inbox)
    await axe.finds_nothing(page)
    await tell("First.")
    await tell("Second.")
    await expect(page.get_by_role("listitem").filter(has_text="Second.")).to_be_visible()
    await page.get_by_role("button", name="Mark as read").first.click()
    await expect(page.get_by_role("button", name="Mark as unread")).to_have_count(1)
    await axe.finds_nothing(page)


@pytest.mark.parametrize("language", sorted(translations()))
async def test_every_language_is_in_order(
    new_context: NewContext, address: MakeLink, store: Store, tell: Tell, axe: Axe, language: str
) -> None:
    await store("kim", locale=language, name="Kim")
    await tell("A rather long text without any meaning, which has to be broken into lines.", user="kim")
    page = await (await new_context(**NARROWEST)).new_page()
    await page.goto(await address(Purpose.INBOX, user="kim"))
    texts = translations()[language]
    await expect(page.get_by_role("heading", level=1)).to_have_text(texts["inbox"])
    await expect(page.get_by_role("heading", level=2)).to_have_text(texts["today"])
    await expect(page.get_by_role("button", name=texts["archive"], exact=True)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["viewport"]["width"]
    await axe.finds_nothing(page)


async def press_tab_to(page: Page, id: str) -> None:
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.locator(":focus").get_attribute("id") == id:
            return
    raise AssertionError(f"Tab does not lead to {id}.")


@pytest.mark.parametrize("has_script", [True, False])
async def test_a_keyboard_suffices(new_context: NewContext, address: MakeLink, tell: Tell, has_script: bool) -> None:
    await address(Purpose.INBOX)
    await tell("First.")
    await tell("Second.")
    page = await (await new_context(java_script_enabled=has_script)).new_page()
    await page.goto(await address(Purpose.INBOX))
    second = page.get_by_role("listitem").filter(has_text="Second.")
    id = await second.get_by_role("button", name="Mark as read").get_attribute("id")
    assert id is not None
    await press_tab_to(page, id)
    await page.keyboard.press("Enter")
    await expect(second.get_by_role("button", name="Mark as unread")).to_be_visible()
    await expect(page.locator("#unread")).to_have_text("Unread: \u20681\u2069")
    if has_script:
        await expect(second.get_by_role("button", name="Mark as unread")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(second).to_have_count(0)
        await expect(page.locator(":focus")).to_have_text("Mark as read")


async def test_what_is_new_appears_and_is_announced(page: Page, address: MakeLink, tell: Tell) -> None:
    await page.goto(await address(Purpose.INBOX))
    await expect(page.get_by_text("You have no notifications.")).to_be_visible()
    await tell("Live.")
    await expect(page.get_by_role("listitem").filter(has_text="Live.")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("There are new notifications.")
    await expect(page).to_have_title("(1) Inbox")


async def test_what_a_person_looks_at_is_seen_and_what_it_opens_is_read(
    page: Page, address: MakeLink, tell: Tell, directory: Directory, environment: Environment
) -> None:
    inbox = await address(Purpose.INBOX)
    await tell("First.", url=inbox)
    messaging = Messaging.from_directory(directory)
    channel = await messaging.channels.feed(environment.id, "in-app")
    assert channel is not None
    topic = Place(environment.id, USERS, "ada"), channel.id

    async def unseen_and_unread() -> tuple[int, int]:
        feed = await messaging.feeds.read(*topic, FeedFilter(), PageRequest(1))
        return feed.unseen, feed.unread

    async def is_seen() -> bool:
        return await unseen_and_unread() == (0, 1)

    async def is_read() -> bool:
        return await unseen_and_unread() == (0, 0)

    await page.goto(inbox)
    await until(is_seen)
    await page.get_by_role("link", name="Open").click()
    await until(is_read)


async def test_two_tabs_agree(new_context: NewContext, address: MakeLink, tell: Tell) -> None:
    inbox = await address(Purpose.INBOX)
    await tell("First.")
    context = await new_context()
    one, other = await context.new_page(), await context.new_page()
    await one.goto(inbox)
    await other.goto(inbox)
    await one.get_by_role("button", name="Mark all as read").click()
    for page in (one, other):
        await expect(page).to_have_title("Inbox")
        await expect(page.get_by_role("button", name="Mark as unread")).to_be_visible()
