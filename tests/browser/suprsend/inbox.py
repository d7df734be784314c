"""What a person sees of an inbox in a page with SuprSend's components, and does with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.async_api import Page, Request, expect
from playwright.async_api import TimeoutError as TookTooLongError

from tests.browser.conftest import PATIENCE_MS

CLICKS = 5
CLICK_MS = PATIENCE_MS // CLICKS


def is_mark(request: Request) -> bool:
    """Returns whether a request marks one item."""
    return request.method == "PATCH" and "/notifications/" in request.url


class Inbox:
    """The inbox of a page. `tabs` are its stores."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bell = page.locator(".ss-feed-bell-container")
        self.items = page.locator(".ss-feed-notification")
        self._count = page.locator(".ss-feed-badge-text")
        self._tabs = page.locator(".ss-feed-tab")

    async def counts(self, count: int, within_ms: int = PATIENCE_MS) -> None:
        """Waits until the bell says so; at nothing it says nothing."""
        await expect(self.bell).to_be_visible()
        await expect(self._count).to_have_text([str(count)] if count else [], timeout=within_ms)

    async def open(self) -> None:
        await self.bell.click()

    async def shows(self, *texts: str) -> None:
        """Waits until the list has these items, from the first to the last."""
        await expect(self.items.locator(".ss-feed-notification-body-text")).to_have_text(list(texts))

    async def choose(self, tab: str) -> None:
        await self._tabs.filter(has_text=tab).click()

    async def tab_counts(self, **counts: int) -> None:
        """Waits until tabs say how many unread items they have; at nothing they say nothing."""
        for tab, count in counts.items():
            badge = self._tabs.filter(has_text=tab).locator(".ss-feed-tab-badge-text")
            await expect(badge).to_have_text([str(count)] if count else [])

    async def read(self, text: str) -> None:
        """Clicks an item. The list is drawn anew when its items are seen, and a click at that moment is lost."""
        for _ in range(CLICKS):
            with suppress(TookTooLongError):
                async with self.page.expect_request(is_mark, timeout=CLICK_MS):
                    await self.items.filter(has_text=text).click()
                return
        raise AssertionError(f"A click on {text!r} marks nothing.")

    async def archive(self, text: str) -> None:
        item = self.items.filter(has_text=text)
        await item.hover()
        await item.locator(".ss-feed-notification-menu-button").click()
        await item.get_by_text("Archive").click()

    async def mark_all_as_read(self) -> None:
        await self.page.locator(".ss-feed-mark-all-read-button").click()

    async def client(self, call: str) -> Any:
        """Returns the result of a call of the SDK's client, as in `client("user.set('a', 1)")`."""
        await self.page.wait_for_function("window.client?.isIdentified()")
        return await self.page.evaluate(f"window.client.{call}")
