"""Channels: their state in words, how they do, where they are used, and a message that tries one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.messaging.messages.model import Address
from addressee.messaging.suppressions.model import Reason, suppression_of
from addressee.operators.operators import Operators
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.provider_server import ProviderServer, Reply, provider_server
from tests.conftest import Environment
from tests.dashboard.operations.conftest import Push
from tests.messaging.office import IN_APP, Office
from tests.support.browsing import load, submit
from tests.support.channel_results import store_results
from tests.support.html import Element, parse

At = Callable[..., str]

SMTP = """
name: Mails of the shop
type: email
provider: smtp
settings: {{from: Example <hello@example.com>, host: 127.0.0.1, port: {port}, security: none}}
"""
POSTMARK = """
type: email
provider: postmark
settings: {{from: hello@example.com, api_key: very-secret-token, endpoint: '{url}'}}
"""
WEBHOOK = "type: http\nprovider: webhook\nsettings: {{url: '{url}/hook', allow_private_hosts: true}}"
WORKFLOW = "name: Welcome <b>\nsteps: [{ref: mail, channel: mail, template: {subject: Hi, text: Hi}}]"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def provider() -> AsyncIterator[ProviderServer]:
    async with provider_server() as server:
        yield server


def facts(page: Element, title: str) -> list[tuple[str, str]]:
    """Returns the names and values in the section with a title."""
    (section,) = [each for each in page.all("section") if [h.text for h in each.all("h2")] == [title]]
    return [(name.text, value.text) for name, value in zip(section.all("dt"), section.all("dd"), strict=True)]


async def test_an_environment_without_one_says_what_to_do(viewer: httpx.AsyncClient, at: At) -> None:
    assert "No channel yet" in (await load(viewer, at("channels"))).text


async def test_channels_are_listed_with_how_they_do(
    viewer: httpx.AsyncClient, at: At, push: Push, office: Office, pool: Pool
) -> None:
    await push({"channels/feed.yaml": IN_APP, "channels/mail.yaml": SMTP.format(port=1)})
    now = datetime.now(UTC)
    await store_results(pool, office.environment_id, await office.channel_id("mail"), now, sent=3, bounced=1)
    page = await load(viewer, at("channels"))
    rows = [[cell.text for cell in row.below() if cell.name in {"th", "td"}] for row in page.one("tbody").all("tr")]
    assert [row[:5] for row in rows] == [
        ["feed", "In-app feed feed", "Stores messages", "0", "–"],
        ["mail Mails of the shop", "E-mail smtp", "Open", "4", "25 %"],
    ]
    assert rows[1][6] == f"{now.replace(second=0):%Y-%m-%d %H:%M:%S} UTC address dead"


async def test_a_channel_hides_its_secrets_and_says_where_it_is_used(
    viewer: httpx.AsyncClient, at: At, push: Push
) -> None:
    url = "https://api.example.com"
    await push({"channels/mail.yaml": POSTMARK.format(url=url), "workflows/welcome.yaml": WORKFLOW})
    answer = await viewer.get(at("channels", "mail"))
    assert "very-secret-token" not in answer.text
    page = parse(answer.text)
    settings = dict(facts(page, "Settings"))
    assert (settings["from"], settings["api_key"]) == ("hello@example.com", "Secret, never shown")
    assert page.one("a", href=at("workflows", "welcome")).text == "Welcome <b>"
    assert page.all("form", action=at("channels", "mail", "test")) == []


async def test_a_channel_names_its_stand_ins_and_they_name_it(viewer: httpx.AsyncClient, at: At, push: Push) -> None:
    smtp = SMTP.format(port=1)
    await push({"channels/mail.yaml": f"{smtp.rstrip()}\nfailover: [backup]", "channels/backup.yaml": smtp})
    page = await load(viewer, at("channels", "mail"))
    assert dict(facts(page, "Settings"))["Failover"] == "backup"
    assert page.one("a", href=at("channels", "backup")).text == "backup"
    assert dict(facts(await load(viewer, at("channels", "backup")), "Settings"))["Stands in for"] == "mail"


@pytest.mark.parametrize(
    ("reason", "minutes", "words"),
    [
        ("credentials", 5, "Paused because the provider refuses its credentials, until "),
        ("unavailable", 5, "Paused because the provider cannot be reached or is out of order, until "),
        ("rate_limited", 5, "Paused because the provider asks for fewer messages, until "),
        ("credentials", -1, "On trial because when it was last tried, the provider refuses its credentials"),
    ],
)
async def test_a_channel_that_pauses_says_why_and_until_when(
    viewer: httpx.AsyncClient, at: At, push: Push, office: Office, pool: Pool, reason: str, minutes: int, words: str
) -> None:
    await push({"channels/mail.yaml": SMTP.format(port=1)})
    now = datetime.now(UTC)
    await pool.execute(
        """
        INSERT INTO addressee.channel_states (environment_id, channel_id, paused_for, paused_at, paused_until, pauses)
        VALUES ($1, $2, $3, $4, $5, 1)
        """,
        office.environment_id,
        await office.channel_id("mail"),
        reason,
        now,
        now + timedelta(minutes=minutes),
    )
    assert words in (await load(viewer, at("channels", "mail"))).text


async def test_a_test_message_arrives_at_a_mail_server(
    editor: httpx.AsyncClient,
    at: At,
    push: Push,
    mail: MailServer,
    operators: Operators,
    environment: Environment,
) -> None:
    await push({"channels/mail.yaml": SMTP.format(port=mail.port)})
    page = await load(editor, at("channels", "mail"))
    form = page.one("form", action=at("channels", "mail", "test"))
    answer = await submit(editor, form, to="ada@example.org", body="Hello <Ada>")
    assert answer.status_code == 200
    said = parse(answer.text).one("section", role="status").text
    assert said.startswith("The test message was taken To ada@example.org : sent . POST 127.0.0.1:")
    assert said.endswith("answered 250: OK")
    assert mail.recipients == [["ada@example.org"]]
    assert mail.mails[0].get_content().strip() == "Hello <Ada>"
    (act,) = (await operators.acts.list(environment.id, PageRequest(10))).entries
    assert (act.name, act.subject, act.detail) == ("channels.test", "mail", {"provider": "smtp"})


async def test_what_the_provider_says_is_shown_without_the_secret(
    editor: httpx.AsyncClient, at: At, push: Push, provider: ProviderServer
) -> None:
    await push({"channels/mail.yaml": POSTMARK.format(url=provider.url)})
    provider.answer = lambda request: Reply(401, {"ErrorCode": 10, "Message": "<b>very-secret-token</b> is wrong"})
    form = (await load(editor, at("channels", "mail"))).one("form", action=at("channels", "mail", "test"))
    answer = await submit(editor, form, to="ada@example.org")
    assert answer.status_code == 200
    said = parse(answer.text).one("section", role="alert").text
    assert "The test message was not sent" in said
    assert "the credentials are refused; check the channel's secrets" in said
    assert "answered 401" in said
    assert "very-secret-token" not in answer.text
    assert len(provider.received) == 1


async def test_a_channel_with_an_address_of_its_own_asks_for_none(
    editor: httpx.AsyncClient, at: At, push: Push, provider: ProviderServer
) -> None:
    await push({"channels/hook.yaml": WEBHOOK.format(url=provider.url)})
    provider.answer = lambda request: Reply(200, "")
    form = (await load(editor, at("channels", "hook"))).one("form", action=at("channels", "hook", "test"))
    assert form.all("input", id="f-to") == []
    answer = await submit(editor, form)
    assert "The test message was taken" in answer.text
    assert len(provider.received) == 1


async def test_what_cannot_be_sent_to_is_said_beside_what_was_typed(
    editor: httpx.AsyncClient, at: At, push: Push, office: Office, mail: MailServer
) -> None:
    await push({"channels/mail.yaml": SMTP.format(port=mail.port)})
    entry = suppression_of(Address("email", "ada@example.org"), Reason.OPTED_OUT, datetime.now(UTC))
    await office.messaging.suppressions.add(office.environment_id, [entry])
    form = (await load(editor, at("channels", "mail"))).one("form", action=at("channels", "mail", "test"))
    for to, words in (
        ("ada@example.org", "ada@example.org is suppressed (opted out)"),
        ("<script>alert(1)</script>", "Nothing can be sent to this"),
        ("x" * 50_000, "The address has 10,000 characters at most"),
    ):
        answer = await submit(editor, form, to=to)
        assert answer.status_code == 422
        page = parse(answer.text)
        assert words in page.one("p", role="alert").text
        assert page.one("input", id="f-to").attributes["value"] == to
    assert mail.connections == 0


async def test_a_feed_is_not_tried(editor: httpx.AsyncClient, at: At, push: Push) -> None:
    await push({"channels/feed.yaml": IN_APP})
    page = await load(editor, at("channels", "feed"))
    assert page.all("form", action=at("channels", "feed", "test")) == []


async def test_one_that_is_not_there_is_said(editor: httpx.AsyncClient, at: At) -> None:
    for key in ("missing", "a/b", "<script>", "%"):
        answer = await editor.get(at("channels", key))
        assert answer.status_code == 404
        assert "There is no such channel" in answer.text
