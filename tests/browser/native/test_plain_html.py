"""The example in plain HTML of docs/inbox.md, as it stands there."""

from __future__ import annotations

import time

from playwright.async_api import Page, expect

from addressee.database.pool import Pool
from addressee.directory.access.environments import Environments
from tests.browser.knock.conftest import Tell
from tests.browser.site import Site
from tests.conftest import Environment
from tests.support.signing import sign, use_shared_key


async def test_items_and_counts_come_without_a_reload(
    page: Page, site: Site, api: str, public_key: str, tell: Tell, pool: Pool, environment: Environment
) -> None:
    await Environments(pool).change(environment.name, {"enhanced_security": True})
    key = await use_shared_key(pool, environment.name)
    token = sign({"sub": "ada", "exp": int(time.time()) + 3600}, key)
    tell(1)
    await page.goto(site.page("plain", host=api, apiKey=public_key, token=token))
    await expect(page.locator("#count")).to_have_text("1")
    tell(2, 3)
    await expect(page.locator("#count")).to_have_text("3")
    await expect(page.get_by_role("listitem")).to_have_text(["Bob wrote to Ada on 3", "Bob wrote to Ada on 2"])
