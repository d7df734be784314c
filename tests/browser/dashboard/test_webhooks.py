"""Webhooks in a real browser: added, looked at, disabled, told again; in light and dark, and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import expect

from addressee.database.pool import Pool
from addressee.messaging.webhooks.endpoints.endpoints import EndpointChange, Endpoints, SignedEndpoint
from addressee.messaging.webhooks.model import DisabledFor
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.conftest import Environment
from tests.dashboard.webhooks.conftest import HOSTILE, URL, crm, endpoints
from tests.support.webhook_deliveries import store_delivery

__all__ = ["crm", "endpoints"]

At = Callable[..., str]


@pytest.fixture
async def failed(crm: SignedEndpoint, endpoints: Endpoints, pool: Pool, environment: Environment) -> UUID:
    """A delivery that failed, of a webhook that fails, is disabled, and was told of much else."""
    id = crm.endpoint.id
    await endpoints.change(environment.id, id, EndpointChange(is_enabled=False))
    for status in ("delivered", "dropped", "pending"):
        await store_delivery(pool, environment.id, id, recipient=HOSTILE, status=status)
    now = datetime.now(UTC)
    await pool.execute(
        "UPDATE addressee.webhook_endpoints SET failing_since = $2, disabled_for = 'failing' WHERE id = $1",
        id,
        now - timedelta(days=5),
    )
    attempts = [(None, "connection refused"), (500, f"{HOSTILE} {'long ' * 100}")]
    return await store_delivery(pool, environment.id, id, status="failed", at=now, attempts=attempts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    open_as: OpenAs, at: At, axe: Axe, scheme: str, crm: SignedEndpoint, failed: UUID
) -> None:
    id = crm.endpoint.id
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    for path in (
        at("webhooks"),
        at("webhooks", "add"),
        at("webhooks", id),
        at("webhooks", id, type="message.sent"),
        at("webhooks", id, "change"),
        at("webhooks", id, "rotate"),
        at("webhooks", id, "delete"),
        at("webhooks", id, "resend"),
        at("webhooks", id, "deliveries", failed),
    ):
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await axe.finds_nothing(page)
    await page.goto(at("webhooks", id))
    await page.get_by_role("button", name="Show the secret").click()
    await expect(page.locator("pre")).to_have_text(crm.secret)
    await axe.finds_nothing(page)


async def test_no_page_scrolls_to_the_side_on_a_phone(
    open_as: OpenAs, at: At, crm: SignedEndpoint, failed: UUID
) -> None:
    page = await open_as(viewport={"width": 360, "height": 740})
    id = crm.endpoint.id
    for path in (at("webhooks"), at("webhooks", "add"), at("webhooks", id), at("webhooks", id, "deliveries", failed)):
        await page.goto(path)
        assert await needed_width(page) == 360, path


async def test_one_is_added_disabled_and_deleted(
    open_as: OpenAs, at: At, endpoints: Endpoints, environment: Environment
) -> None:
    page = await open_as()
    await page.goto(at("webhooks"))
    await page.get_by_role("main").get_by_role("link", name="Add a webhook").click()
    await page.get_by_label("URL").fill(URL)
    await page.get_by_text("recipient.*").first.click()
    await page.get_by_label("recipient.merged").check()
    await page.get_by_role("button", name="Add the webhook").click()
    secret = await page.locator("pre").inner_text()
    [added] = await endpoints.list(environment.id)
    assert added.types == ("recipient.merged",)
    assert [each.value for each in await endpoints.secrets(environment.id, added.id)] == [secret]
    await page.get_by_role("link", name="I have stored it").click()
    await page.get_by_role("button", name="Disable").click()
    await expect(page.get_by_text("as somebody disabled it")).to_be_visible()
    assert (await endpoints.get(environment.id, added.id)).disabled_for is DisabledFor.BY_HAND
    await page.get_by_role("link", name="Delete").click()
    await page.get_by_role("button", name="Delete the webhook").click()
    await expect(page.get_by_text("The webhook is deleted.")).to_be_visible()
    assert await endpoints.list(environment.id) == []


async def test_what_failed_is_sent_again(
    open_as: OpenAs, at: At, crm: SignedEndpoint, failed: UUID, pool: Pool
) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("webhooks", crm.endpoint.id))
    await page.get_by_label("Status").select_option("failed")
    await page.get_by_role("button", name="Filter").click()
    await page.locator("tbody").get_by_role("link").first.click()
    await expect(page.get_by_text("connection refused")).to_be_visible()
    await page.get_by_role("button", name="Send again").click()
    await expect(page.get_by_text("The event is being sent again.")).to_be_visible()
    status = await pool.fetchval("SELECT status FROM addressee.webhook_deliveries WHERE id = $1", failed)
    assert status == "pending"
