"""Unsubscribing by one click, as mail programs ask for it (RFC 8058)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from addressee.database.installation import Installation
from addressee.database.pool import Pool
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Identify
from addressee.directory.recipient import TENANTS, USERS, Document, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.pages.conftest import MakeLink, Store
from tests.support.api import API
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("pushed")

ReadPreferences = Callable[[], Awaitable[Document]]

BODY = {"List-Unsubscribe": "One-Click"}
DONE = "You will not get these e-mails any more.\n"


async def off(preferences: ReadPreferences, section: str, key: str, set_id: str = "default") -> list[str]:
    """Returns the kinds that a person has refused of a category or a workflow."""
    kinds = (await preferences())[set_id][section][key]["kinds"]
    return [kind for kind, wanted in kinds.items() if not wanted]


async def test_one_click_refuses_the_e_mails_of_a_category(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices", workflow="bill")
    answer = await browser.post(path, data=BODY)
    assert (answer.status_code, answer.text, answer.history) == (200, DONE, [])
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert await off(preferences, "categories", "invoices") == ["email"]
    assert (await preferences())["default"].keys() == {"categories"}


async def test_without_a_category_it_is_the_workflow(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    answer = await browser.post(await link(Purpose.UNSUBSCRIBE, workflow="offers"), data=BODY)
    assert (answer.status_code, answer.text) == (200, DONE)
    assert await off(preferences, "workflows", "offers") == ["email"]


async def test_the_body_may_have_parts(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    answer = await browser.post(path, files={"List-Unsubscribe": (None, "One-Click")})
    assert (answer.status_code, answer.text) == (200, DONE)
    assert await off(preferences, "categories", "invoices") == ["email"]


async def test_asked_again_nothing_more_changes(
    browser: httpx.AsyncClient, link: MakeLink, directory: Directory, environment: Environment
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    await browser.post(path, data=BODY)
    once = await directory.read(Place(environment.id, USERS, "ada"))
    again = await browser.post(path, data=BODY)
    assert (again.status_code, again.text) == (200, DONE)
    assert await directory.read(Place(environment.id, USERS, "ada")) == once


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, method: str
) -> None:
    answer = await browser.request(method, await link(Purpose.UNSUBSCRIBE, category="invoices"))
    assert answer.status_code == 200
    assert await preferences() == {}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=Two-Clicks"),
        ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("multipart/form-data", b"List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nOne-Click\r\n',
        ),
        ("multipart/form-data; boundary=\xe4", b"\xff\x00"),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click&a=" + b"a" * 4_096),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 100),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 9_999),
    ],
)
async def test_another_body_changes_nothing(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, content_type: str, body: bytes
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    answer = await browser.post(path, content=body, headers=[(b"content-type", content_type.encode("latin-1"))])
    assert answer.status_code == 400
    assert await preferences() == {}


async def test_what_is_required_cannot_be_refused(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    answer = await browser.post(await link(Purpose.UNSUBSCRIBE, category="legal"), data=BODY)
    assert (answer.status_code, answer.text) == (409, "These e-mails cannot be refused.\n")
    assert await preferences() == {}


async def test_the_choice_is_that_of_the_links_tenant(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences, store: Store
) -> None:
    await store("acme", TENANTS, name="Acme")
    await browser.post(await link(Purpose.UNSUBSCRIBE, category="invoices", tenant="acme"), data=BODY)
    assert (await preferences()).keys() == {"acme"}
    assert await off(preferences, "categories", "invoices", "acme") == ["email"]


@pytest.mark.parametrize(("rule", "workflows"), [("all_agree", True), ("most_specific", False)])
async def test_a_workflows_own_setting_does_not_outvote_the_category(
    browser: httpx.AsyncClient,
    link: MakeLink,
    preferences: ReadPreferences,
    directory: Directory,
    environment: Environment,
    rule: str,
    workflows: bool,
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices", workflow="bill")
    await directory.environments.change(environment.name, {"preference_rule": rule})
    wanted = {"default": {"workflows": {"bill": {"kinds": {"email": True}}}}}
    await directory.write(Write(Place(environment.id, USERS, "ada"), (Identify(preferences=wanted),)))
    assert (await browser.post(path, data=BODY)).status_code == 200
    assert (await preferences())["default"]["workflows"]["bill"]["kinds"]["email"] is workflows
    assert await off(preferences, "categories", "invoices") == ["email"]


async def test_a_link_that_does_not_work_changes_nothing(
    browser: httpx.AsyncClient, link: MakeLink, preferences: ReadPreferences
) -> None:
    good = await link(Purpose.UNSUBSCRIBE, category="invoices")
    expired = await link(Purpose.UNSUBSCRIBE, category="invoices", expires_at=datetime.now(UTC) - timedelta(seconds=2))
    of_preferences = (await link()).replace("preferences", "unsubscribe")
    for path in (good[:-1], expired, of_preferences, await link(Purpose.UNSUBSCRIBE)):
        assert (await browser.post(path, data=BODY)).status_code == 404
    assert await preferences() == {}


async def test_the_history_names_the_request(
    browser: httpx.AsyncClient, link: MakeLink, pool: Pool, environment: Environment
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    answer = await browser.post(path, data=BODY)
    rows = await pool.fetch(
        "SELECT request_id, key_id FROM addressee.changes WHERE environment_id = $1 AND edit <> 'identify'",
        environment.id,
    )
    assert [tuple(row) for row in rows] == [(f"link {answer.headers['x-request-id']}", None)]


async def test_the_log_names_the_page_and_not_the_link(
    browser: httpx.AsyncClient, link: MakeLink, installation: Installation
) -> None:
    path = await link(Purpose.UNSUBSCRIBE, category="invoices")
    asked = [await browser.get(path), await browser.post(path, data=BODY), await browser.get(f"{path}x")]
    log = installation.data_dir / f"{API}.log"

    async def is_logged() -> bool:
        return all(each.headers["x-request-id"] in log.read_text() for each in asked)

    await until(is_logged)
    text = log.read_text()
    assert '"operation":"pages.unsubscribe"' in text
    assert path.rpartition("/")[2] not in text
