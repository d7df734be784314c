"""The behaviour of all senders of e-mail, beyond that of all senders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from addressee.channels.email.message import Email
from addressee.channels.email.outbox import OutboxSender
from addressee.channels.sender import Failed, Failure, Sender, Sent
from tests.channels.mail_server import mail_server
from tests.channels.test_senders import EMAIL, mails_in, smtp_sender


@dataclass
class Case:
    sender: Sender[Email]
    arrived: Callable[[], Sequence[EmailMessage]]


@asynccontextmanager
async def smtp(_: Path) -> AsyncIterator[Case]:
    async with mail_server() as mail:
        yield Case(smtp_sender(mail.port), lambda: mail.mails)


@asynccontextmanager
async def outbox(folder: Path) -> AsyncIterator[Case]:
    yield Case(OutboxSender(folder), lambda: mails_in(folder))


@pytest.fixture(params=[smtp, outbox])
async def case(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Case]:
    async with request.param(tmp_path) as case:
        yield case
        await case.sender.close()


async def test_an_email_arrives_as_it_was_given(case: Case) -> None:
    assert await case.sender.send(EMAIL) == Sent()
    (mail,) = case.arrived()
    assert mail["from"] == EMAIL.sender
    assert mail["to"] == EMAIL.to
    assert mail["reply-to"] == EMAIL.reply_to
    assert mail["subject"] == EMAIL.subject
    assert mail["date"].datetime == EMAIL.written_at
    assert mail["message-id"] == f"<{EMAIL.id}@example.com>"
    text, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == EMAIL.text
    assert html.get_content().strip() == EMAIL.html


@pytest.mark.parametrize(("html", "text", "type"), [("<p>x</p>", None, "text/html"), (None, "x", "text/plain")])
async def test_one_of_html_and_text_is_enough(case: Case, html: str | None, text: str | None, type: str) -> None:
    assert await case.sender.send(replace(EMAIL, html=html, text=text)) == Sent()
    (mail,) = case.arrived()
    assert mail.get_content_type() == type
    assert mail.get_content().strip() == (html or text)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\v", "\x85", "\u2028"])
async def test_a_subject_cannot_add_headers(case: Case, break_: str) -> None:
    assert await case.sender.send(replace(EMAIL, subject=f"Hello{break_}Bcc: eve@example.org")) == Sent()
    (mail,) = case.arrived()
    assert mail["subject"] == "Hello Bcc: eve@example.org"
    assert mail["bcc"] is None


@pytest.mark.parametrize(
    "to", ["ada", "ada@", "@example.org", "ada@example.org, eve@example.org", "ada@example.org\nX: y"]
)
async def test_what_is_not_one_address_bounces(case: Case, to: str) -> None:
    result = await case.sender.send(replace(EMAIL, to=to))
    assert (result, result.call) == (Failed(Failure.BOUNCED, "not an e-mail address"), None)
    assert case.arrived() == []


async def test_a_domain_that_there_cannot_be_bounces(case: Case) -> None:
    reason = "not an e-mail address: 'i❤.example' is not an internet domain: "
    result = await case.sender.send(replace(EMAIL, to="info@i❤.example"))
    assert isinstance(result, Failed)
    assert (result.failure, result.reason.startswith(reason), result.call) == (Failure.BOUNCED, True, None)
    assert case.arrived() == []


async def test_a_channels_own_address_that_cannot_be_used_is_no_recipients_fault(case: Case) -> None:
    reason = "the channel's own address 'nobody' cannot be used: not an e-mail address"
    assert await case.sender.send(replace(EMAIL, sender="nobody")) == Failed(Failure.PERMANENT, reason)


@pytest.mark.parametrize(
    ("to", "used"), [("Info@faß.de", "Info@xn--fa-hia.de"), ("a..b@example.org", '"a..b"@example.org')]
)
async def test_the_address_that_was_really_used_is_told(case: Case, to: str, used: str) -> None:
    result = await case.sender.send(replace(EMAIL, to=to, sender="Straße <a@straße.example>"))
    assert result == Sent()
    assert result.call is not None
    assert result.call.request == {"id": EMAIL.id, "from": "Straße <a@xn--strae-oqa.example>", "to": used}
    (mail,) = case.arrived()
    assert [each.addr_spec for each in mail["to"].addresses] == [used.replace('"', "")]


async def test_who_writes_to_whom_is_told(case: Case) -> None:
    call = (await case.sender.send(EMAIL)).call
    assert call is not None
    assert call.request == {"id": EMAIL.id, "from": EMAIL.sender, "to": EMAIL.to}
