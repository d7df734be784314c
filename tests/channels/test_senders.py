"""The behaviour of senders that do not speak HTTP; `test_http_senders` has the others."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from addressee.channels.email.message import Email
from addressee.channels.email.outbox import OutboxSender
from addressee.channels.email.smtp.sender import SmtpSender, SmtpSettings
from addressee.channels.sender import Failed, Failure, Sender, Sent
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
    """A sender and a message for it. `to` returns the message with another address, `arrived` the ids that arrived.

    `unreachable` is the same sender where nobody answers, `said` is what only the recipient may read.
    """

    sender: Sender[Any]
    message: Any
    to: Callable[[str], Any]
    arrived: Callable[[], Sequence[str]]
    unreachable: Sender[Any]
    said: Sequence[str]


def email_case(sender: Sender[Any], arrived: Callable[[], Sequence[EmailMessage]], unreachable: Sender[Any]) -> Case:
    return Case(
        sender,
        EMAIL,
        lambda to: replace(EMAIL, to=to),
        lambda: [mail["message-id"].split("@")[0].strip("<") for mail in arrived()],
        unreachable,
        [EMAIL.subject, str(EMAIL.html), str(EMAIL.text)],
    )


def mails_in(folder: Path) -> list[EmailMessage]:
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(file.read_bytes()) for file in sorted(folder.glob("*"))]


def smtp_sender(port: int) -> SmtpSender:
    return SmtpSender(SmtpSettings(sender="unused@example.com", host="127.0.0.1", port=port, security="none"))


@asynccontextmanager
async def smtp(_: Path) -> AsyncIterator[Case]:
    async with mail_server() as mail:
        yield email_case(smtp_sender(mail.port), lambda: mail.mails, smtp_sender(closed_port()))


@asynccontextmanager
async def outbox(folder: Path) -> AsyncIterator[Case]:
    (folder / "taken").write_text("a file")
    mails = folder / "mails"
    yield email_case(OutboxSender(mails), lambda: mails_in(mails), OutboxSender(folder / "taken"))


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port: int = closed.getsockname()[1]
        return port


@pytest.fixture(params=[smtp, outbox])
async def case(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Case]:
    async with request.param(tmp_path) as case:
        yield case
        await case.sender.close()
        await case.unreachable.close()


async def test_what_is_sent_arrives_once(case: Case) -> None:
    assert await case.sender.send(case.message) == Sent()
    assert case.arrived() == [case.message.id]


async def test_several_go_one_after_the_other(case: Case) -> None:
    ids = [f"id-{number}" for number in range(3)]
    for id in ids:
        assert await case.sender.send(replace(case.message, id=id)) == Sent()
    assert case.arrived() == ids


@pytest.mark.parametrize("address", ["", "a b", "ada@example.org\r\nBcc: eve@example.org", "a\nb", "a\u2028b", "ä ö"])
async def test_what_is_not_one_address_bounces_and_nothing_leaves(case: Case, address: str) -> None:
    result = await case.sender.send(case.to(address))
    assert isinstance(result, Failed)
    assert (result.failure, result.call) == (Failure.BOUNCED, None)
    assert case.arrived() == []


async def test_where_nobody_answers_it_is_tried_later_and_what_was_asked_is_told(case: Case) -> None:
    for _ in range(2):
        result = await case.unreachable.send(case.message)
        assert isinstance(result, Failed)
        assert result.failure in {Failure.TEMPORARY, Failure.UNAVAILABLE}
        assert result.call is not None
        assert (result.call.status, result.call.response) == (None, result.reason)
        assert told_nothing(case, result)


async def test_what_was_asked_is_told_without_what_it_says(case: Case) -> None:
    result = await case.sender.send(case.message)
    assert result.call is not None
    assert result.call.request["id"] == case.message.id
    assert result.call.status in range(200, 300)
    assert told_nothing(case, result)


def told_nothing(case: Case, result: Sent | Failed) -> bool:
    return not any(text in repr(result) for text in case.said)


async def test_closing_twice_or_unused_is_harmless(case: Case) -> None:
    await case.sender.close()
    await case.sender.send(case.message)
    await case.sender.close()
    await case.sender.close()
    await case.sender.send(case.message)
