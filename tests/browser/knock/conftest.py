"""Knock's components in pages, and its SDK for what happens on the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from knockapi import Knock
from playwright.async_api import BrowserContext, Page

from tests.browser.knock.inbox import Inbox
from tests.browser.site import Site
from tests.dialects.knock.conftest import configuration, knock, public_key, pushed, secret_key
from tests.dialects.knock.test_workflows import wait_for_messages

__all__ = ["configuration", "knock", "public_key", "pushed", "secret_key"]

Address = Callable[..., str]
Open = Callable[..., Awaitable[Inbox]]
Tell = Callable[..., None]


@pytest.fixture
def address(site: Site, api: str, public_key: str, pushed: dict[str, UUID]) -> Address:
    """Returns the address of one of our pages with Ada's feed; settings beside the usual ones may be given."""

    def at(name: str, /, **settings: str) -> str:
        usual = {"host": api, "apiKey": public_key, "feedId": str(pushed["in-app"]), "id": "ada"}
        return site.page(name, **usual | settings)

    return at


@pytest.fixture
def open_inbox(page: Page, address: Address) -> Open:
    """Opens a page with Ada's feed in a tab of its own, in the test's browser context unless another is given."""

    async def open_tab(name: str = "feed", /, context: BrowserContext | None = None, **settings: str) -> Inbox:
        tab = await (context or page.context).new_page()
        await tab.goto(address(name, **settings))
        return Inbox(tab)

    return open_tab


@pytest.fixture
async def unconnected(page: Page) -> None:
    """Pages are told nothing: a client that is told of something fetches, and passes over what is chosen meanwhile."""
    await page.context.route_web_socket("**/websocket**", lambda _: None)


@pytest.fixture
def tell(knock: Knock, pushed: dict[str, UUID]) -> Tell:
    """Tells Ada of threads in which Bob wrote, one after the other, and returns when they stand in her feed."""
    knock.users.update("ada", name="Ada")
    knock.users.update("bob", name="Bob")
    told = 0

    def tell(*threads: int, **trigger: str) -> None:
        nonlocal told
        for thread in threads:
            knock.workflows.trigger("new-comment", recipients=["ada"], actor="bob", data={"thread": thread}, **trigger)  # type: ignore[arg-type]
            told += 1
            wait_for_messages(knock, "ada", told)

    return tell
