"""What a page has missed, it gets once it is connected again: the API was restarted, the tab was hidden."""

from __future__ import annotations

from playwright.async_api import Page

from addressee.database.installation import Installation
from tests.browser.knock.conftest import Address, Tell
from tests.browser.knock.inbox import Inbox
from tests.support.api import running_api_at
from tests.support.service import free_port

# Between their tries to connect again, clients wait ever longer, up to ten minutes.
RECONNECTION_MS = 600_000

# After 30 seconds a hidden tab gives its connection up.
HIDDEN_MS = 31_000
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_the_bell_counts_on_after_a_restart_of_the_api(
    page: Page, address: Address, tell: Tell, installation: Installation
) -> None:
    port = free_port()
    inbox = Inbox(page)
    await page.clock.install()
    with running_api_at(port, installation) as host:
        await page.goto(address("feed", host=host))
        tell(1)
        await inbox.counts(1)
    tell(2)
    with running_api_at(port, installation):
        await page.clock.fast_forward(RECONNECTION_MS)
        await inbox.counts(2)
        tell(3)
        await inbox.counts(3)
        await inbox.shows(3, 2, 1)


async def test_a_tab_that_was_hidden_has_what_came_meanwhile(page: Page, address: Address, tell: Tell) -> None:
    await page.clock.install()
    async with page.expect_websocket() as opened:
        await page.goto(address("feed"))
    socket = await opened.value
    inbox = Inbox(page)
    tell(1)
    await inbox.counts(1)
    async with socket.expect_event("close"):
        await page.evaluate(HIDE, True)
        await page.clock.fast_forward(HIDDEN_MS)
    tell(2, 3)
    await inbox.counts(1)
    await page.evaluate(HIDE, False)
    await inbox.counts(3)
    await inbox.shows(3, 2, 1)
