"""The behaviour of all senders that give e-mails to a provider's API, beyond that of all senders."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from addressee.channels.email.api import MAX_SUBJECT, cleaned
from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.mailbox import Mailbox
from addressee.channels.provider import ChannelType
from addressee.channels.sender import Failed, Failure, Sent
from tests.channels.case import SenderCase
from tests.channels.cases import CASES
from tests.channels.cases.postmark import EMAIL
from tests.channels.provider_server import ReceivedRequest
from tests.channels.test_http_senders import OpenCase, open_case

EMAIL_CASES = [case for case in CASES if case.channel_type is ChannelType.EMAIL]

# A field that each provider has and no template makes, and one that replaces what a template or a channel says.
OVERRIDES: Mapping[str, Mapping[str, Any]] = {
    "ses": {"FeedbackForwardingEmailAddress": "bounces@example.com", "ConfigurationSetName": "campaigns"},
    "sendgrid": {"categories": ["welcome"], "subject": "another"},
    "mailgun": {"o:tag": "welcome", "subject": "another"},
    "resend": {"scheduled_at": "2026-12-24T18:00:00Z", "subject": "another"},
    "postmark": {"Tag": "welcome", "MessageStream": "broadcast"},
}

UNSUBSCRIBE_URL = "https://addressee.example.com/pages/unsubscribe/secretive"
UNSUBSCRIBING = {
    "Auto-Submitted": "auto-generated",
    "List-Unsubscribe": f"<{UNSUBSCRIBE_URL}>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}

# The largest request of each provider, in megabytes.
LIMITS = {"ses": 40, "sendgrid": 30, "mailgun": 25, "postmark": 10, "resend": 40}


@pytest.fixture(params=EMAIL_CASES, ids=lambda case: case.provider)
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenCase]:
    case: SenderCase = request.param
    async with open_case(case, tmp_path) as opened:
        opened.server.answer = lambda request: case.accepted
        yield opened


def fields(request: ReceivedRequest) -> dict[str, Any]:
    is_json = request.headers["content-type"] == "application/json"
    found: dict[str, Any] = request.json if is_json else request.form
    return found


@pytest.mark.parametrize(
    "to",
    ["", "ada", "ada@", "ada@example.org, eve@example.org", "ada@example.org\r\nBcc: eve@example.org", "a@i❤.example"],
)
async def test_what_is_not_one_address_bounces_and_nothing_leaves(opened: OpenCase, to: str) -> None:
    result = await opened.sender.send(replace(EMAIL, to=to))
    assert isinstance(result, Failed)
    assert (result.failure, result.call, opened.server.received) == (Failure.BOUNCED, None, [])


async def test_a_channels_own_address_that_cannot_be_used_is_no_recipients_fault(opened: OpenCase) -> None:
    reason = "the channel's own address 'nobody' cannot be used: not an e-mail address"
    assert await opened.sender.send(replace(EMAIL, sender="nobody")) == Failed(Failure.PERMANENT, reason)


async def test_who_writes_to_whom_is_told(opened: OpenCase) -> None:
    call = (await opened.sender.send(EMAIL)).call
    assert call is not None
    assert call.request == {"id": EMAIL.id, "from": EMAIL.sender, "to": EMAIL.to}


async def test_overrides_are_laid_over_the_request(opened: OpenCase) -> None:
    overrides = OVERRIDES[opened.case.provider]
    email = replace(EMAIL, text=None)  # of one part, as the boundary between several is drawn
    assert isinstance(await opened.sender.send(email), Sent)
    assert isinstance(await opened.sender.send(replace(email, overrides=overrides)), Sent)
    plain, overridden = map(fields, opened.server.received)
    assert overridden == {**plain, **overrides}


# Where the request of each provider says headers.
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "sendgrid": {"headers": UNSUBSCRIBING},
    "mailgun": {f"h:{name}": value for name, value in UNSUBSCRIBING.items()},
    "resend": {"headers": UNSUBSCRIBING},
    "postmark": {"Headers": [{"Name": name, "Value": value} for name, value in UNSUBSCRIBING.items()]},
}


async def test_an_email_says_where_to_unsubscribe(opened: OpenCase) -> None:
    email = replace(EMAIL, text=None)
    assert isinstance(await opened.sender.send(email), Sent)
    assert isinstance(await opened.sender.send(replace(email, unsubscribe_url=UNSUBSCRIBE_URL)), Sent)
    plain, saying = map(fields, opened.server.received)
    if opened.case.provider == "ses":
        mail = BytesParser(policy=policy.default).parsebytes(b64decode(saying["Content"]["Raw"]["Data"]))
        assert {name: mail[name] for name in UNSUBSCRIBING} == UNSUBSCRIBING
        return
    assert saying == {**plain, **HEADERS[opened.case.provider]}


@pytest.mark.parametrize(
    ("domain", "sent_to"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("دامنه.example", "xn--mgbp1eef.example"),
        ("例え。example", "xn--r8jz45g.example"),
    ],
)
async def test_providers_are_given_domains_in_ascii(opened: OpenCase, domain: str, sent_to: str) -> None:
    result = await opened.sender.send(
        replace(EMAIL, to=f"ada@{domain}", sender=f"Ünal <us@{domain}>", reply_to=f"help@{domain}")
    )
    assert result.call is not None
    assert result.call.request == {"id": EMAIL.id, "from": f"Ünal <us@{sent_to}>", "to": f"ada@{sent_to}"}
    content = opened.server.received[0].body.decode()
    assert domain == sent_to or domain not in content


@pytest.mark.parametrize(
    "domain", ["i❤.example", "אa.example", "a\u200db.example", "-ü.example", f"{'ü' * 60}.example"]
)
async def test_domains_that_there_cannot_be_reach_no_provider(opened: OpenCase, domain: str) -> None:
    result = await opened.sender.send(replace(EMAIL, to=f"ada@{domain}"))
    assert isinstance(result, Failed)
    assert (result.failure, result.call, opened.server.received) == (Failure.BOUNCED, None, [])


async def test_local_parts_outside_of_ascii_are_left_to_the_provider(opened: OpenCase) -> None:
    """All but SES, which says that it takes none, answer for themselves."""
    result = await opened.sender.send(replace(EMAIL, to="zoë@example.org"))
    if opened.case.provider == "ses":
        assert result == Failed(Failure.PERMANENT, "SES does not take addresses outside of ASCII")
        assert opened.server.received == []
    else:
        assert isinstance(result, Sent)
        assert "zoë@example.org" in str(fields(opened.server.received[0]))


async def test_where_to_unsubscribe_is_not_told(opened: OpenCase) -> None:
    opened.server.answer = lambda request: opened.case.rejected[0]._replace(body=f"no {UNSUBSCRIBE_URL}")
    result = await opened.sender.send(replace(EMAIL, unsubscribe_url=UNSUBSCRIBE_URL))
    assert isinstance(result, Failed)
    assert "secretive" not in repr(result)


async def test_texts_of_overrides_are_not_told(opened: OpenCase) -> None:
    overrides = {name: f"secretive {value}" for name, value in OVERRIDES[opened.case.provider].items()}
    opened.server.answer = lambda request: opened.case.rejected[0]._replace(body=" ".join(overrides.values()))
    result = await opened.sender.send(replace(EMAIL, overrides=overrides))
    assert isinstance(result, Failed)
    assert "secretive" not in repr(result)


async def test_an_email_that_is_too_large_for_the_provider_is_refused_here(opened: OpenCase) -> None:
    limit = LIMITS[opened.case.provider]
    result = await opened.sender.send(replace(EMAIL, overrides={"padding": "a" * limit * 1_000_000}))
    assert isinstance(result, Failed)
    assert (result.failure, result.call, opened.server.received) == (Failure.PERMANENT, None, [])
    assert result.reason == f"{opened.case.provider} takes e-mails of up to {limit} MB; this one is larger"


@pytest.mark.parametrize("text", ["text", None])
@pytest.mark.parametrize("html", ["<p>html</p>", None])
async def test_an_email_needs_neither_html_nor_a_text_nor_an_address_for_replies(
    opened: OpenCase, html: str | None, text: str | None
) -> None:
    assert isinstance(await opened.sender.send(replace(EMAIL, html=html, text=text, reply_to=None)), Sent)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\v", "\x85", "\u2028"])
def test_a_subject_has_one_line(break_: str) -> None:
    assert cleaned(replace(EMAIL, subject=f"Hello{break_}Bcc: eve@example.org")).subject == "Hello Bcc: eve@example.org"


def test_a_subject_that_is_too_long_is_cut() -> None:
    assert cleaned(replace(EMAIL, subject="é" * MAX_SUBJECT)).subject == "é" * MAX_SUBJECT
    assert cleaned(replace(EMAIL, subject="é" * (MAX_SUBJECT + 1))).subject == "é" * (MAX_SUBJECT - 1) + "…"


def test_what_cannot_be_encoded_is_replaced() -> None:
    email = cleaned(replace(EMAIL, subject="a\ud800", html="b\udfff", text=None))
    assert (email.subject, email.html, email.text) == ("a\ufffd", "b\ufffd", None)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "ada@example.org"),
        ("Ünal Söze", "Ünal Söze <ada@example.org>"),
        ("Doe, Jane", '"Doe, Jane" <ada@example.org>'),
        ('The "one" \\', r'"The \"one\" \\" <ada@example.org>'),
        ("a\r\nBcc: eve@example.org", '"a Bcc: eve@example.org" <ada@example.org>'),
    ],
)
def test_a_display_name_adds_no_mailbox(name: str, written: str) -> None:
    assert mailbox_text(Mailbox(name, "ada", "example.org")) == written
