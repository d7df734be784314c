"""What a person sees of a feed in a page with Knock's components, and does with it."""

from __future__ import annotations

from playwright.async_api import Page, expect


class Inbox:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.bell = page.get_by_role("button", name="Open notification feed")
        self.items = page.locator(".rnf-notification-cell")
        self._count = page.locator(".rnf-unseen-badge")

    async def counts(self, count: int) -> None:
        """Waits until the bell says so; at nothing it says nothing."""
        await expect(self.bell).to_be_visible()
        shown = [] if count == 0 else [str(count)]
        await expect(self._count).to_have_text(shown)

    async def shows(self, *threads: int) -> None:
        """Waits until the feed has these items, from the first to the last."""
        await expect(self.items.locator(".rnf-notification-cell__content")).to_have_text(
            [f"Bob wrote to Ada on {thread}" for thread in threads]
        )

    async def read(self, thread: int) -> None:
        await self.items.filter(has_text=f"on {thread}").click()

    async def archive(self, thread: int) -> None:
        item = self.items.filter(has_text=f"on {thread}")
        await item.get_by_role("button", name="Archive this notification").click()

    async def mark_all_as_read(self) -> None:
        await self.page.get_by_role("button", name="Mark all as read").click()

    async def choose(self, status: str) -> None:
        await self.page.get_by_label("Select notification filter").select_option(status)
