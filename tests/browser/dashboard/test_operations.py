"""Operations and settings in a real browser: each act once, with its result checked by the API or a service."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Page, expect
from uuid_utils.compat import uuid7

from addressee.database.installation import Installation
from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.access.environments import Environments
from addressee.directory.access.keys import Keys
from addressee.directory.writing.bulk import BulkOperation, store
from addressee.directory.writing.bulk import Failure as RefusedRow
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.environment.variables import Variables, store_variables
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.channels.mail_server import MailServer, mail_server
from tests.conftest import Environment
from tests.messaging.office import IN_APP, Office
from tests.support.channel_results import store_results
from tests.support.clock import MovedClock

At = Callable[..., str]

HOSTILE = "<script>alert(1)</script> \u202eيمين"
SMTP = "type: email\nprovider: smtp\nsettings: {{from: a@example.com, host: 127.0.0.1, port: {port}, security: none}}"
WORKFLOW = "steps: [{ref: mail, channel: mail, template: {subject: Hi, text: Hi}}]"
ADA = Address("email", "ada@example.com")


class Held(Job, frozen=True):
    name: ClassVar[str] = "nobody_handles_this_in_a_browser"

    environment_id: int
    run_id: UUID


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def office(
    pool: Pool, installation: Installation, environment: Environment, tmp_path: Path, mail: MailServer
) -> Office:
    """Messaging in the environment, with a channel to a real mail server and a feed."""
    office = Office(pool, environment.id, tmp_path, MovedClock(), Sealer(installation.master_key()))
    channels = {"channels/mail.yaml": SMTP.format(port=mail.port), "channels/feed.yaml": IN_APP}
    await office.push({**channels, "workflows/welcome.yaml": WORKFLOW})
    return office


@pytest.fixture
async def job_id(pool: Pool, environment: Environment) -> AsyncIterator[int]:
    """A job that is held."""
    async with pool.acquire() as connection, connection.transaction():
        await enqueue(connection, [Held(environment.id, uuid7())])
        statement = """
            UPDATE addressee.jobs
            SET held_at = now(), failures = 10, last_failure = 'ValueError at sends.py:3'
            WHERE name = $1
            RETURNING id
        """
        id = await connection.fetchval(statement, Held.name)
    yield id
    await pool.execute("DELETE FROM addressee.jobs WHERE name = $1", Held.name)


@pytest.fixture
async def operation(pool: Pool, environment: Environment) -> BulkOperation:
    failures = (RefusedRow("$users", HOSTILE, HOSTILE),)
    operation = BulkOperation(uuid7(), "users.identify", 1200, failures, datetime.now(UTC), datetime.now(UTC))
    async with pool.acquire() as connection:
        await store(connection, environment.id, operation)
    return operation


async def suppress(office: Office) -> None:
    entry = suppression_of(ADA, Reason.COMPLAINED, datetime.now(UTC), details=HOSTILE)
    await office.messaging.suppressions.add(office.environment_id, [entry])


async def status_with(api: str, key: str) -> int:
    async with httpx.AsyncClient(base_url=api) as client:
        answer = await client.get("/v1/users/nobody", headers={"authorization": f"Bearer {key}"})
    return answer.status_code


async def notice(page: Page, text: str) -> None:
    await expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    open_as: OpenAs,
    at: At,
    axe: Axe,
    scheme: str,
    office: Office,
    keys: Keys,
    installation: Installation,
    job_id: int,
    operation: BulkOperation,
) -> None:
    (environment,) = [each for each in await Environments(office.pool).all() if each.id == office.environment_id]
    await suppress(office)
    key = await keys.create(environment.name, "secret", name=HOSTILE)
    old = await keys.create(environment.name, "public")
    await keys.revoke(str(old.id))
    channel_id = await office.channel_id("mail")
    await store_results(office.pool, office.environment_id, channel_id, datetime.now(UTC), sent=2, bounced=1)
    async with office.pool.acquire() as connection:
        await store_variables(connection, office.environment_id, Variables({HOSTILE: HOSTILE}, {"app": {"url": "x"}}))
    secrets = Secrets(office.pool, Sealer(installation.master_key()))
    await secrets.set(office.environment_id, "crm_token", "very-secret-token", datetime.now(UTC))
    page = await open_as(Role.ADMIN, color_scheme=scheme)
    for path in (
        at("channels"),
        at("channels", "mail"),
        at("suppressions"),
        at("suppressions", "add"),
        at("suppressions", "lift", kind="email", address=ADA.value),
        at("jobs"),
        at("jobs", job_id, "again"),
        at("jobs", job_id, "discard"),
        at("bulk"),
        at("bulk", operation.id),
        at("keys"),
        at("keys", "new"),
        at("keys", key.id, "revoke"),
        at("settings"),
        at("settings", "variables"),
        at("settings", "signing-key"),
        at("settings", "link-key"),
    ):
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await axe.finds_nothing(page)


async def test_no_page_scrolls_to_the_side_on_a_phone(
    open_as: OpenAs, at: At, office: Office, keys: Keys, job_id: int, operation: BulkOperation
) -> None:
    await suppress(office)
    page = await open_as(viewport={"width": 360, "height": 740})
    for path in (
        "channels",
        "channels/mail",
        "suppressions",
        "jobs",
        "bulk",
        f"bulk/{operation.id}",
        "keys",
        "settings",
    ):
        await page.goto(at(*path.split("/")))
        assert await needed_width(page) == 360, path


async def test_a_test_message_arrives(open_as: OpenAs, at: At, office: Office, mail: MailServer, axe: Axe) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("channels"))
    await page.get_by_role("link", name="mail").click()
    await page.get_by_label("E-mail address").fill("ada@example.org")
    await page.get_by_role("button", name="Send the test message").click()
    await notice(page, "The test message was taken")
    assert mail.recipients == [["ada@example.org"]]
    await axe.finds_nothing(page)


async def test_an_address_is_suppressed_and_lifted(open_as: OpenAs, at: At, office: Office) -> None:
    page = await open_as(Role.EDITOR)
    await page.goto(at("suppressions"))
    await page.get_by_role("link", name="Add an address").click()
    await page.get_by_label("Address", exact=True).fill(ADA.value)
    await page.get_by_role("button", name="Suppress the address").click()
    await notice(page, "Nothing is sent to this address any more")
    assert ADA in await office.messaging.suppressions.find(office.environment_id, [ADA])
    await page.get_by_role("link", name="Lift").click()
    await page.get_by_role("button", name="Lift the suppression").click()
    await notice(page, "The suppression is lifted")
    assert await office.messaging.suppressions.find(office.environment_id, [ADA]) == {}


async def test_a_viewer_asks_to_see_addresses(open_as: OpenAs, at: At, office: Office) -> None:
    await suppress(office)
    page = await open_as(Role.VIEWER)
    await page.goto(at("suppressions"))
    await expect(page.get_by_text("a••••@example.com")).to_be_visible()
    await page.get_by_role("button", name="Show the addresses").click()
    await expect(page.get_by_text(ADA.value)).to_be_visible()


async def test_a_held_job_runs_again(open_as: OpenAs, at: At, pool: Pool, job_id: int) -> None:
    page = await open_as()
    await page.goto(at("jobs"))
    await page.get_by_role("link", name=f"Run again job {job_id}").click()
    await page.get_by_role("button", name="Run again").click()
    await notice(page, "The job runs again.")
    assert await pool.fetchval("SELECT held_at FROM addressee.jobs WHERE id = $1", job_id) is None


async def test_a_held_job_is_discarded(open_as: OpenAs, at: At, pool: Pool, job_id: int) -> None:
    page = await open_as()
    await page.goto(at("jobs"))
    await page.get_by_role("link", name=f"Discard job {job_id}").click()
    await page.get_by_role("button", name="Discard the job").click()
    await notice(page, "The job is discarded.")
    assert await pool.fetchval("SELECT count(*) FROM addressee.jobs WHERE id = $1", job_id) == 0


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_key_is_created_and_revoked(
    open_as: OpenAs, at: At, api: str, axe: Axe, keys: Keys, environment: Environment, scripts: bool
) -> None:
    page = await open_as(java_script_enabled=scripts)
    await page.goto(at("keys"))
    await page.get_by_role("link", name="Create a key").click()
    await page.get_by_label("Name").fill("shop server")
    await page.get_by_role("button", name="Create the key").click()
    await notice(page, "This is the only time")
    key = await page.locator("pre").inner_text()
    if scripts:
        await axe.finds_nothing(page)
    assert key.startswith("sk_")
    await page.get_by_role("link", name="I have stored it").click()
    await page.get_by_role("link", name=re.compile("^Revoke")).click()
    await page.get_by_role("button", name="Revoke the key").click()
    await notice(page, "The key is revoked.")
    assert await status_with(api, key) == 401


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_setting_changes_what_the_api_does(
    open_as: OpenAs, at: At, api: str, axe: Axe, keys: Keys, environment: Environment, scripts: bool
) -> None:
    created = await keys.create(environment.name, "public")
    page = await open_as(java_script_enabled=scripts)
    await page.goto(at("settings"))
    await page.get_by_label("Public keys need a user token").check()
    await page.get_by_label("Time zone").fill("Mars")
    await page.get_by_role("button", name="Save the settings").click()
    await expect(page.get_by_text("timezone must be a name")).to_be_visible()
    if scripts:
        await axe.finds_nothing(page)
    await page.get_by_label("Time zone").fill("Europe/Berlin")
    await page.get_by_role("button", name="Save the settings").click()
    await notice(page, "The settings are changed.")
    assert await status_with(api, created.key) == 401


async def test_a_new_pair_of_signing_keys_is_made(
    open_as: OpenAs, at: At, pool: Pool, environment: Environment, axe: Axe
) -> None:
    page = await open_as()
    await page.goto(at("settings"))
    await page.get_by_role("link", name="ES256").click()
    await page.get_by_role("button", name="Make the signing keys").click()
    await expect(page.locator("pre")).to_contain_text("-----BEGIN PRIVATE KEY-----")
    await axe.finds_nothing(page)
    settings = (await Environments(pool).named(environment.name)).settings
    assert settings.es256_signing_key is not None


async def test_all_links_end(open_as: OpenAs, at: At, pool: Pool, environment: Environment) -> None:
    statement = "SELECT link_key_id FROM addressee.environments WHERE id = $1"
    before = await pool.fetchval(statement, environment.id)
    page = await open_as()
    await page.goto(at("settings"))
    await page.get_by_role("link", name="end all links").click()
    await page.get_by_role("button", name="End all links").click()
    await notice(page, "have ended")
    assert await pool.fetchval(statement, environment.id) != before
