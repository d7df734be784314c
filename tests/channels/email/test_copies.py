"""Copies of e-mails: who gets them, and how each provider is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs

import pytest

from addressee.channels.email import mailgun, postmark, resend, sendgrid, ses
from addressee.channels.email.mailgun import MailgunSettings
from addressee.channels.email.message import Email, compose
from addressee.channels.email.postmark import PostmarkSettings
from addressee.channels.email.resend import ResendSettings
from addressee.channels.email.sendgrid import SendGridSettings
from addressee.channels.email.ses import SesSettings
from addressee.channels.email.smtp.sender import SmtpSender, SmtpSettings
from addressee.channels.requests.exchange import ProviderRequest
from addressee.channels.sender import Failed, Failure, Sent
from addressee.directory.clock import Clock
from tests.channels.cases.postmark import EMAIL
from tests.channels.mail_server import MailServer, mail_server

BOB, EVE = "Bob Söze <bob@example.org>", "eve@example.org"
COPIED = replace(EMAIL, cc=(BOB,), bcc=(EVE,))
OWN = "hello@example.com"


def asked(request: ProviderRequest) -> Any:
    return json.loads(request.content)


def test_whoever_gets_it_already_gets_no_copy() -> None:
    email = replace(EMAIL, cc=("ADA@example.org", BOB), bcc=("bob@example.org", EVE))
    assert [str(mailbox) for mailbox in compose(email).copies.all] == [BOB, EVE]


def test_only_copies_that_are_to_be_seen_stand_in_the_head() -> None:
    read = BytesParser(policy=policy.default).parsebytes(compose(COPIED).content)
    assert (read["cc"], read["bcc"]) == (BOB, None)


def test_postmark_is_told() -> None:
    fields = asked(postmark.to_request(PostmarkSettings(sender=OWN, api_key="k"), COPIED))
    assert (fields["To"], fields["Cc"], fields["Bcc"]) == ("ada@example.org", BOB, EVE)


def test_sendgrid_is_told() -> None:
    fields = asked(sendgrid.to_request(SendGridSettings(sender=OWN, api_key="k"), COPIED))
    assert fields["personalizations"] == [
        {
            "to": [{"email": "ada@example.org"}],
            "cc": [{"email": "bob@example.org", "name": "Bob Söze"}],
            "bcc": [{"email": "eve@example.org"}],
        }
    ]


def test_resend_is_told() -> None:
    fields = asked(resend.to_request(ResendSettings(sender=OWN, api_key="k"), COPIED))
    assert (fields["cc"], fields["bcc"]) == ([BOB], [EVE])


def test_mailgun_is_told() -> None:
    request = mailgun.to_request(MailgunSettings(sender=OWN, api_key="k", domain="example.com"), COPIED)
    fields = parse_qs(request.content.decode())
    assert (fields["cc"], fields["bcc"]) == ([BOB], [EVE])


def test_ses_is_told() -> None:
    settings = SesSettings(sender=OWN, region="eu-west-1", access_key_id="a", secret_access_key="b")
    assert asked(ses.to_request(settings, Clock(), COPIED))["Destination"] == {
        "ToAddresses": ["ada@example.org"],
        "CcAddresses": ["bob@example.org"],
        "BccAddresses": ["eve@example.org"],
    }


@pytest.fixture(params=["one command after the other", "commands together"])
async def mail(request: pytest.FixtureRequest) -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        server.pipelining = request.param == "commands together"
        yield server


async def sent(mail: MailServer, email: Email) -> Sent | Failed:
    sender = SmtpSender(SmtpSettings(sender=OWN, host="127.0.0.1", port=mail.port, security="none"))
    try:
        return await sender.send(email)
    finally:
        await sender.close()


async def test_a_mail_server_gets_all_of_them(mail: MailServer) -> None:
    assert isinstance(await sent(mail, COPIED), Sent)
    assert mail.recipients == [["ada@example.org", "bob@example.org", "eve@example.org"]]
    assert (mail.mails[0]["cc"], mail.mails[0]["bcc"]) == (BOB, None)


async def test_a_copy_that_is_refused_costs_the_others_nothing(mail: MailServer) -> None:
    mail.refused["bob@example.org"] = "550 5.1.1 no such user"
    assert isinstance(await sent(mail, COPIED), Sent)
    assert mail.recipients == [["ada@example.org", "eve@example.org"]]


async def test_without_its_recipient_an_email_is_not_sent_to_others(mail: MailServer) -> None:
    mail.refused["ada@example.org"] = "550 5.1.1 no such user"
    result = await sent(mail, COPIED)
    assert isinstance(result, Failed)
    assert result.failure is Failure.BOUNCED
    assert mail.recipients == []
