"""Pages in a frame of a product's own page: whose may show them, and that they work there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from addressee.directory.access.link_tokens import Purpose
from tests.browser.conftest import NewContext
from tests.browser.site import Site, serving
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Tell

pytestmark = pytest.mark.usefixtures("pushed")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Site]:
    """The site of a product."""
    with serving(tmp_path) as site:
        yield site


def framed(folder: Path, product: Site, address: str) -> str:
    """Writes a page that shows an address in a frame, and returns the address of that."""
    (folder / "index.html").write_text(f'<iframe src="{address}" width="400" height="700"></iframe>')
    return f"{product.origin}/index.html"


@pytest.mark.parametrize("has_script", [True, False])
async def test_an_inbox_works_in_the_frame_of_who_may(
    new_context: NewContext,
    address: MakeLink,
    tell: Tell,
    pool: Pool,
    environment: Environment,
    product: Site,
    tmp_path: Path,
    has_script: bool,
) -> None:
    await Environments(pool).change(environment.name, {"frame_origins": [product.origin]})
    inbox = await address(Purpose.INBOX)
    await tell("First.")
    page = await (await new_context(java_script_enabled=has_script)).new_page()
    await page.goto(framed(tmp_path, product, inbox))
    frame = page.frame_locator("iframe")
    await frame.get_by_role("button", name="Mark as read").click()
    await expect(frame.get_by_role("button", name="Mark as unread")).to_be_visible()
    await frame.get_by_role("link", name="Archived").click()
    await expect(frame.get_by_text("You have archived nothing.")).to_be_visible()
    assert page.url.startswith(product.origin)


async def test_preferences_are_saved_in_the_frame_of_who_may(
    new_context: NewContext, address: MakeLink, pool: Pool, environment: Environment, product: Site, tmp_path: Path
) -> None:
    await Environments(pool).change(environment.name, {"frame_origins": [product.origin]})
    page = await (await new_context()).new_page()
    await page.goto(framed(tmp_path, product, await address()))
    frame = page.frame_locator("iframe")
    await frame.get_by_role("button", name="Save preferences").click()
    await expect(frame.get_by_role("status")).to_have_text("Your preferences are saved.")


async def test_nobody_else_shows_a_page_in_a_frame(
    new_context: NewContext, address: MakeLink, product: Site, tmp_path: Path
) -> None:
    page = await (await new_context()).new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(framed(tmp_path, product, await address()))
    assert any("frame-ancestors 'none'" in text for text in refused), refused
    await expect(page.frame_locator("iframe").get_by_role("button", name="Save preferences")).to_have_count(0)
