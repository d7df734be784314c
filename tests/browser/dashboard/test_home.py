"""The home page in a browser: what a client did is in its charts and tables, which everybody can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.directory.access.keys import Keys
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment
from tests.dashboard.operations.test_home import BOTH, push, stored
from tests.messaging.office import IN_APP, OUTBOX, write_files
from tests.support.waiting import until

At = Callable[..., str]

COUNTED = {"writes": 3, "runs": 2, "sent": 2, "messages.email": 2, "messages.in_app_feed": 2}


@pytest.fixture
async def busy(
    api: str,
    worker: None,
    keys: Keys,
    pool: Pool,
    installation: Installation,
    environment: Environment,
    tmp_path: Path,
) -> None:
    """An environment in which a client has written three people, and triggered a workflow for two of them."""
    files = {"channels/in-app.yaml": IN_APP, "channels/email.yaml": OUTBOX, "workflows/hi.yaml": BOTH}
    await push(pool, installation, environment, write_files(tmp_path, files))
    key = (await keys.create(environment.name, "secret")).key
    async with httpx.AsyncClient(base_url=api, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        for id in ("ada", "bob", "cy"):
            (await client.put(f"/v1/users/{id}", json={"name": id, "email": f"{id}@example.org"})).raise_for_status()
        (await client.post("/v1/workflows/hi/trigger", json={"recipients": ["ada", "bob"]})).raise_for_status()

    async def all_is_counted() -> bool:
        return await stored(pool, environment) == COUNTED

    await until(all_is_counted)


async def open_numbers(page: Page) -> None:
    for summary in await page.locator("details.numbers > summary").all():
        await summary.click()


@pytest.mark.usefixtures("busy")
async def test_charts_and_tables_have_what_a_client_did(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.VIEWER)
    await page.goto(at(span="month"))
    for label, number in (("Recipients written", 3), ("Runs begun", 2), ("Sends that went out", 2)):
        card = page.get_by_role("region", name=label, exact=True)
        about = f"{label} in the last 30 days: {number}, at most {number} in a day"
        await expect(card.get_by_role("img", name=about)).to_be_visible()
        await expect(card.locator("rect.bar")).to_have_count(1)
        await card.locator("summary").click()
        row = card.get_by_role("table").get_by_role("row").nth(1)
        await expect(row.get_by_role("cell")).to_have_text(str(number))
    failed = page.get_by_role("region", name="Sends that failed", exact=True)
    await expect(failed.locator("rect.bar")).to_have_count(0)
    await page.get_by_role("link", name="Day", exact=True).click()
    await expect(page.get_by_role("link", name="Day", exact=True)).to_have_attribute("aria-current", "page")
    await expect(page.get_by_role("region", name="Runs begun", exact=True)).to_contain_text("2 in the last 24 hours")


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_charts_and_tables(open_as: OpenAs, at: At, axe: Axe, scheme: str) -> None:
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    await page.goto(at())
    await axe.finds_nothing(page)
    await open_numbers(page)
    await axe.finds_nothing(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_first_steps(open_as: OpenAs, at: At, axe: Axe, scheme: str) -> None:
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    await page.goto(at())
    await expect(page.get_by_role("heading", name="Push a workflow")).to_be_visible()
    await axe.finds_nothing(page)


@pytest.mark.usefixtures("busy")
async def test_a_phone_needs_no_scrolling_to_the_side(open_as: OpenAs, at: At) -> None:
    page = await open_as(Role.ADMIN, viewport={"width": 360, "height": 740})
    for span in ("hour", "day", "month"):
        await page.goto(at(span=span))
        await open_numbers(page)
        assert await needed_width(page) == 360
