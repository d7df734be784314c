"""E-mails that may be refused say in their headers where (RFC 8058), through a real mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from addressee.database.pool import Pool
from addressee.directory.access.link_tokens import Purpose
from tests.channels.mail_server import MailServer, mail_server
from tests.conftest import Environment
from tests.messaging.delivery.test_send_job import MAIL_ONLY, SMTP
from tests.messaging.office import Office
from tests.support.clock import MovedClock

PUBLIC = "https://addressee.example.com"

CATEGORIES = """
sections:
  - name: All
    categories:
      - {key: news, name: News}
      - {key: legal, name: Legal, default: cant_unsubscribe}
      - {key: security, name: Security, default: opt_in, mandatory: [email]}
      - {key: texts, name: Texts, default: cant_unsubscribe, mandatory: [sms]}
"""


@pytest.fixture
def office(pool: Pool, environment: Environment, clock: MovedClock, tmp_path: Path) -> Office:
    return Office(pool, environment.id, tmp_path, clock, public_url=PUBLIC)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


async def mailed(
    office: Office, server: MailServer, head: str = "", settings: str = "", steps: str = MAIL_ONLY
) -> EmailMessage:
    """Returns the e-mail of a workflow that begins with this head, sent through a channel with more settings."""
    await office.push(
        {
            "channels/email.yaml": f"{SMTP.format(port=server.port)}  {settings}\n",
            "workflows/mail.yaml": f"{head}{steps}",
            "categories.yaml": CATEGORIES,
        }
    )
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    (mail,) = server.mails
    return mail


@pytest.mark.parametrize(
    ("head", "category"),
    [
        ("", None),
        ("categories: [news]", "news"),
        ("categories: [a label]", "a label"),
        ("categories: [news, legal]", None),
        ("categories: [texts]", "texts"),
        ("commercial: true", None),
    ],
)
async def test_an_email_says_where_to_unsubscribe(
    office: Office, server: MailServer, head: str, category: str | None
) -> None:
    mail = await mailed(office, server, head)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].strip("<>")
    base, _, token = url.rpartition("/")
    assert base == f"{PUBLIC}/pages/unsubscribe"
    opened = await office.directory.links.open(token, Purpose.UNSUBSCRIBE)
    assert (opened.recipient.place.id, opened.link.category, opened.link.workflow) == ("ada", category, "mail")


@pytest.mark.parametrize(
    "head",
    [
        "override_preferences: true",
        "priority: critical",
        "list_unsubscribe: false",
        "categories: [legal]",
        "categories: [security]",
        "categories: [security, legal]",
    ],
)
async def test_what_cannot_be_refused_or_wants_none_does_not(office: Office, server: MailServer, head: str) -> None:
    mail = await mailed(office, server, head)
    assert {name for name in mail.keys() if name.startswith("List-")} == set()  # noqa: SIM118


async def test_a_url_that_no_header_can_hold_is_left_out(office: Office, server: MailServer) -> None:
    mail = await mailed(office, server, f"categories: [{'ü' * 200}]")
    assert mail["List-Unsubscribe"] is not None
    office.public_url = f"{PUBLIC}/{'a' * 600}"
    server.mails.clear()
    await office.trigger("ada", workflow="mail")
    office.use_for_fetches(office.senders.public_client)
    await office.work()
    (mail,) = server.mails
    assert mail["List-Unsubscribe"] is None


async def test_a_channel_may_leave_them_out(office: Office, server: MailServer) -> None:
    mail = await mailed(office, server, settings="list_unsubscribe: false")
    assert mail["List-Unsubscribe"] is None


async def test_whoever_gets_it_in_the_recipients_place_cannot_unsubscribe_the_recipient(
    office: Office, server: MailServer
) -> None:
    mail = await mailed(
        office,
        server,
        steps=MAIL_ONLY.replace("template: {", "channel_overrides: {to_address: help@example.com}\n    template: {"),
    )
    assert mail["To"] == "help@example.com"
    assert mail["List-Unsubscribe"] is None


async def test_without_a_public_url_there_are_none(office: Office, server: MailServer) -> None:
    without = Office(office.pool, office.environment_id, office.folder, office.clock)
    mail = await mailed(without, server)
    assert mail["List-Unsubscribe"] is None


async def test_the_link_is_stored_nowhere(office: Office, server: MailServer) -> None:
    mail = await mailed(office, server)
    token = mail["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    for table in ("messages", "message_events", "delivery_logs", "sends"):
        statement = f"SELECT to_jsonb(found)::text FROM addressee.{table} AS found WHERE environment_id = $1"
        rows = await office.pool.fetch(statement, office.environment_id)
        assert rows
        assert not [row for row in rows if token in row[0]]


async def test_another_attempt_has_a_link_that_works_too(office: Office, server: MailServer) -> None:
    server.recipient_answer = "450 4.2.1 greylisted"
    await office.push(
        {"channels/email.yaml": SMTP.format(port=server.port), "workflows/mail.yaml": MAIL_ONLY},
    )
    await office.identify("ada", email="ada@example.org")
    await office.trigger("ada", workflow="mail")
    await office.work()
    assert server.mails == []
    server.recipient_answer = "250 OK"
    await office.work_after(timedelta(hours=1))
    (mail,) = server.mails
    token = mail["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert (await office.directory.links.open(token, Purpose.UNSUBSCRIBE)).recipient.place.id == "ada"
