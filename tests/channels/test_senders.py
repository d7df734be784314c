"""What every sender must do, whatever it sends with."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from addressee.channels.email import Email
from addressee.channels.outbox import OutboxSender
from addressee.channels.sender import Failed, Failure, Sender, Sent
from addressee.channels.smtp import SmtpSender, SmtpSettings
from tests.channels.mail_server import mail_server

EMAIL = Email(
    id="2xuDjZRydlnF6FxATblCuxGey9I",
    sender="Ünal Söze <hello@example.com>",
    to="ada@example.org",
    subject="Grüße 🦊",
    html="<p>Grüße</p>",
    text="Grüße",
    written_at=datetime(2025, 6, 1, 12, tzinfo=UTC),
    reply_to="help@example.com",
)


@dataclass
class Case:
    sender: Sender
    arrived: Callable[[], Sequence[EmailMessage]]


@asynccontextmanager
async def smtp(_: Path) -> AsyncIterator[Case]:
    async with mail_server() as mail:
        settings = SmtpSettings(sender="unused@example.com", host="127.0.0.1", port=mail.port, security="none")
        yield Case(SmtpSender(settings), lambda: mail.mails)


@asynccontextmanager
async def outbox(folder: Path) -> AsyncIterator[Case]:
    def arrived() -> list[EmailMessage]:
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in sorted(folder.iterdir())]

    yield Case(OutboxSender(folder), arrived)


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
    "to",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nX: y",
        "a b@example.org",
        "ada@exa\u2028mple.org",
    ],
)
async def test_what_is_not_one_address_bounces_and_nothing_leaves(case: Case, to: str) -> None:
    result = await case.sender.send(replace(EMAIL, to=to))
    assert (result, result.exchange) == (Failed(Failure.BOUNCED, "not an e-mail address"), None)
    assert case.arrived() == []


async def test_what_was_asked_is_told_without_what_the_email_says(case: Case) -> None:
    exchange = (await case.sender.send(EMAIL)).exchange
    assert exchange is not None
    assert exchange.asked == {"id": EMAIL.id, "from": EMAIL.sender, "to": EMAIL.to}
    assert exchange.status in range(200, 300)
    assert not any(str(said) in repr(exchange) for said in (EMAIL.subject, EMAIL.html, EMAIL.text))


async def test_several_go_one_after_the_other(case: Case) -> None:
    for number in range(3):
        assert await case.sender.send(replace(EMAIL, id=f"id-{number}")) == Sent()
    assert [mail["message-id"] for mail in case.arrived()] == [f"<id-{number}@example.com>" for number in range(3)]


async def test_closing_twice_or_unused_is_harmless(case: Case) -> None:
    await case.sender.close()
    await case.sender.send(EMAIL)
    await case.sender.close()
    await case.sender.close()
