"""Messages and runs in a real browser: what is clicked is carried out, and what others wrote runs and loads nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.async_api import expect

from addressee.database.paging import PageRequest
from addressee.messaging.runs.listing import RunFilter
from addressee.operators.model import Role
from tests.browser.axe import Axe
from tests.browser.dashboard.conftest import OpenAs
from tests.browser.dashboard.widths import needed_width
from tests.channels.mail_server import OK, MailServer
from tests.dashboard.messages.conftest import IN_APP, SMTP, mail, message_in, office
from tests.messaging.office import Office
from tests.support.waiting import until

__all__ = ["mail", "office"]

HOSTILE = """
name: Hostile
steps:
  - ref: mail
    channel: email
    template:
      subject: "<script>alert(1)</script>"
      html: |
        <h1>Hello</h1><script>document.title = "taken"; top.location = "OTHER/"</script>
        <img src="OTHER/pixel.png" alt="" onerror="alert(1)"><style>@import "OTHER/x.css";</style>
        <a href="OTHER/leave" target="_top">Leave</a>
      text: Hello
"""


@dataclass
class OtherHost:
    """A server of somebody else, and how often anybody connected to it."""

    url: str
    connections: int = 0


@pytest.fixture
async def other_host() -> AsyncIterator[OtherHost]:
    host = OtherHost("")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.connections += 1
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield host


async def test_filters_find_messages(office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str]) -> None:
    for id in ("ada", "bob"):
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger("ada", "bob", data={"code": "A-1"})
    for id in ("ada", "bob"):
        await message_in(office, id, "mail", "sent")
    page = await open_as(Role.EDITOR)
    await page.goto(at("messages"))
    await page.get_by_label("Channel").select_option("Mail")
    await page.get_by_label("Recipient's id").fill("ada")
    await page.get_by_role("button", name="Filter").click()
    table = page.get_by_role("region", name="Messages")
    await expect(table.get_by_role("row")).to_have_count(2)
    await expect(table).to_contain_text("ada@example.org")


async def test_the_html_of_an_email_runs_loads_and_leads_to_nothing(
    office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str], other_host: OtherHost
) -> None:
    await office.push(
        {
            "channels/in-app.yaml": IN_APP,
            "channels/email.yaml": SMTP.format(port=mail.port),
            "workflows/hostile.yaml": HOSTILE.replace("OTHER", other_host.url),
        }
    )
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="hostile")
    message = await message_in(office, "ada", "mail", "sent")
    page = await open_as(Role.EDITOR)
    await page.goto(at("messages", message.id))
    frame = page.frame_locator("iframe[title='The e-mail as on a computer']")
    await expect(frame.get_by_role("heading", name="Hello")).to_be_visible()
    await page.locator("iframe[title='The e-mail as on a phone']").scroll_into_view_if_needed()
    await expect(
        page.frame_locator("iframe[title='The e-mail as on a phone']").get_by_role("heading", name="Hello")
    ).to_be_visible()
    await frame.get_by_role("link", name="Leave").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("E-mail to ada")
    assert page.url.endswith(at("messages", message.id))
    assert "taken" not in await page.title()
    assert other_host.connections == 0


async def test_a_message_that_failed_is_sent_again_and_arrives_once(
    office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str]
) -> None:
    mail.data_answer = "554 5.7.1 looks like spam"
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", data={"code": "A-1"})
    message = await message_in(office, "ada", "mail", "undelivered")
    assert mail.mails == []
    mail.data_answer = OK
    page, other = await open_as(Role.EDITOR), await open_as(Role.EDITOR)
    for each in (page, other):
        await each.goto(at("messages", message.id))
    await page.get_by_role("button", name="Send it again").dblclick()
    await expect(page.get_by_role("heading", level=1)).to_have_text("E-mail to ada")
    await other.get_by_role("button", name="Send it again").click()
    await expect(other.get_by_text("has been sent again meanwhile")).to_be_visible()
    await message_in(office, "ada", "mail", "sent")
    assert [str(each["subject"]) for each in mail.mails] == ["Hello, Ada"]
    assert mail.recipients == [["ada@example.org"]]


async def test_a_run_that_waits_is_cancelled_by_a_click(
    office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str]
) -> None:
    run_id = await waiting_run(office)
    page = await open_as(Role.EDITOR)
    await page.goto(at("runs", workflow="later"))
    await page.get_by_role("region", name="Runs").get_by_role("link").first.click()
    await page.get_by_role("button", name="Cancel this run").click()
    await expect(page.get_by_text("What was not finished of the run is cancelled.")).to_be_visible()
    found = await office.messaging.runs.list(office.environment_id, RunFilter(run_id=run_id), PageRequest(5))
    assert [run.status for run in found.entries] == ["cancelled"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str], axe: Axe, scheme: str
) -> None:
    mail.data_answer = "554 5.7.1 looks like spam"
    await office.identify("ada", email="ada@example.org")
    welcome = await office.trigger("ada", data={"code": "A-1", "deep": {"list": [1, True, None]}}, tenant="acme")
    message = await message_in(office, "ada", "mail", "undelivered")
    in_app = await message_in(office, "ada", "in-app", "delivered")
    later = await waiting_run(office)
    page = await open_as(Role.EDITOR, color_scheme=scheme)
    for path in (
        at("messages"),
        at("messages", status="queued"),
        at("messages", message.id),
        at("messages", in_app.id),
        at("runs"),
        at("runs", status="paused"),
        at("runs", welcome),
        at("runs", welcome, recipient="ada"),
        at("runs", later),
        at("runs", later, recipient="bob"),
    ):
        await page.goto(path)
        await axe.finds_nothing(page)
    viewer = await open_as(Role.VIEWER, color_scheme=scheme)
    for path in (at("messages"), at("messages", message.id), at("runs", welcome, recipient="ada")):
        await viewer.goto(path)
        await axe.finds_nothing(viewer)


async def test_a_phone_needs_no_scrolling_to_the_side(
    office: Office, mail: MailServer, open_as: OpenAs, at: Callable[..., str]
) -> None:
    await office.identify("ada", email="ada@example.org")
    welcome = await office.trigger("ada", data={"code": "A-1" * 40})
    message = await message_in(office, "ada", "mail", "sent")
    page = await open_as(Role.EDITOR, viewport={"width": 360, "height": 740})
    for path in (
        at("messages"),
        at("messages", message.id),
        at("runs"),
        at("runs", welcome),
        at("runs", welcome, recipient="ada"),
    ):
        await page.goto(path)
        assert await needed_width(page) == 360, path


async def waiting_run(office: Office) -> UUID:
    """Returns the id of a run that waits for Bob."""
    await office.identify("bob", email="bob@example.org")
    run_id = await office.trigger("bob", workflow="later")

    async def waits() -> bool:
        found = await office.messaging.runs.list(office.environment_id, RunFilter(run_id=run_id), PageRequest(5))
        return [run.status for run in found.entries] == ["paused"]

    await until(waits)
    return run_id
