"""Knock's feed and bell: marks, filters, pages of items, and several tabs of one person."""

from __future__ import annotations

from knockapi import Knock
from playwright.async_api import expect

from tests.browser.conftest import NewContext
from tests.browser.knock.conftest import Open, Tell

BURST = 30


async def test_items_come_by_themselves_newest_first(open_inbox: Open, tell: Tell) -> None:
    tell(1)
    inbox = await open_inbox()
    await inbox.shows(1)
    tell(2, 3)
    await inbox.shows(3, 2, 1)
    await inbox.counts(3)


async def test_buttons_of_an_item_are_shown(open_inbox: Open, knock: Knock, tell: Tell) -> None:
    knock.workflows.trigger(
        "new-comment", recipients=["ada"], actor="bob", data={"thread": 7, "answer": "Answer <Bob>"}
    )
    inbox = await open_inbox()
    await expect(inbox.items.get_by_role("button", name="Answer <Bob>")).to_be_visible()


async def test_of_a_burst_nothing_is_missed(open_inbox: Open, knock: Knock, tell: Tell) -> None:
    inbox = await open_inbox()
    await inbox.counts(0)
    for thread in range(BURST):
        knock.workflows.trigger("new-comment", recipients=["ada"], actor="bob", data={"thread": thread})
    await expect(inbox.items).to_have_count(BURST)
    await expect(inbox.page.get_by_role("status")).to_have_accessible_name(f"{BURST} unread notifications")


async def test_mark_all_as_read(open_inbox: Open, tell: Tell) -> None:
    tell(1, 2, 3)
    inbox = await open_inbox()
    await inbox.counts(3)
    async with inbox.page.expect_response("**/messages/bulk/read"):
        await inbox.mark_all_as_read()
    await inbox.counts(0)
    tell(4)
    await inbox.counts(1)
    await inbox.shows(4, 3, 2, 1)


async def test_what_was_opened_is_read_and_what_was_archived_is_gone(open_inbox: Open, tell: Tell) -> None:
    tell(1, 2, 3)
    inbox = await open_inbox()
    await inbox.shows(3, 2, 1)
    async with inbox.page.expect_response("**/messages/batch/interacted"):
        await inbox.read(2)
    await inbox.counts(2)
    async with inbox.page.expect_response("**/messages/batch/archived"):
        await inbox.archive(1)
    await inbox.counts(1)
    await inbox.shows(3, 2)
    await inbox.page.reload()
    await inbox.counts(1)
    await inbox.shows(3, 2)


async def test_the_filter_shows_what_is_read_or_unread(open_inbox: Open, tell: Tell, unconnected: None) -> None:
    tell(1, 2, 3)
    inbox = await open_inbox()
    await inbox.shows(3, 2, 1)
    async with inbox.page.expect_response("**/messages/batch/interacted"):
        await inbox.read(2)
    await inbox.choose("unread")
    await inbox.shows(3, 1)
    await inbox.choose("read")
    await inbox.shows(2)
    await inbox.choose("all")
    await inbox.shows(3, 2, 1)


async def test_a_tenants_feed_has_its_items_alone(open_inbox: Open, tell: Tell) -> None:
    tell(1)
    tell(2, tenant="acme")
    everything, acme = await open_inbox(), await open_inbox(tenant="acme")
    await everything.shows(2, 1)
    await acme.shows(2)
    tell(3)
    await everything.counts(3)
    tell(4, tenant="acme")
    await everything.shows(4, 3, 2, 1)
    await acme.shows(4, 2)
    await acme.counts(2)
    async with acme.page.expect_response("**/messages/bulk/read"):
        await acme.mark_all_as_read()
    await acme.counts(0)
    await everything.page.reload()
    await everything.counts(2)


async def test_more_items_come_when_the_list_is_scrolled(open_inbox: Open, tell: Tell, unconnected: None) -> None:
    tell(*range(1, 9))
    inbox = await open_inbox(page_size="6")
    await inbox.shows(8, 7, 6, 5, 4, 3)
    await inbox.items.last.scroll_into_view_if_needed()
    await inbox.shows(8, 7, 6, 5, 4, 3, 2, 1)


async def test_new_items_come_to_all_tabs(open_inbox: Open, tell: Tell) -> None:
    tabs = [await open_inbox(), await open_inbox()]
    tell(1, 2, 3)
    for tab in tabs:
        await tab.counts(3)
        await tab.shows(3, 2, 1)


async def test_marks_made_in_a_tab_are_seen_in_others(open_inbox: Open, tell: Tell, unconnected: None) -> None:
    tell(1, 2, 3)
    one, other = await open_inbox(), await open_inbox()
    for tab in (one, other):
        await tab.shows(3, 2, 1)
    await one.archive(2)
    await other.shows(3, 1)
    await other.counts(2)
    await other.mark_all_as_read()
    await one.counts(0)


async def test_another_browser_has_new_items_at_once_and_marks_when_it_looks_again(
    open_inbox: Open, tell: Tell, new_context: NewContext
) -> None:
    here, there = await open_inbox(), await open_inbox(context=await new_context())
    await here.counts(0)
    await there.counts(0)
    tell(1, 2)
    await here.counts(2)
    await there.counts(2)
    async with here.page.expect_response("**/messages/bulk/read"):
        await here.mark_all_as_read()
    await there.page.reload()
    await there.shows(2, 1)
    await there.counts(0)
