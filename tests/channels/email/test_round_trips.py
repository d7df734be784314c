"""Whatever people write arrives byte for byte: through a real server, read by the standard library's parser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.message import Email
from addressee.channels.email.smtp.sender import SmtpSender
from addressee.channels.sender import Sent
from tests.channels.email.test_message import CHARACTERS, EMAIL, TEXTS, as_one_line
from tests.channels.mail_server import MailServer, mail_server
from tests.channels.test_senders import smtp_sender

BREAKS = r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]"

# The standard library reads encoded words that stand in quotes, which RFC 2047 forbids, and takes away control
# characters: fast-mail-parser reads these names in test_message.py.
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=60).map(
    lambda name: " ".join(name.split())
)
AWKWARD = st.sampled_from([".", "..", ".x", "From x", "-- ", "--x", "=", "x" * 1000])
LINES = st.lists(st.text(CHARACTERS.filter(lambda each: not re.match(BREAKS, each)), max_size=90) | AWKWARD)
BODIES = LINES.map("\n".join)
FILES = st.lists(
    st.builds(
        Attachment, NAMES.filter(bool).map(lambda name: f"{name}.bin"), st.just("application/x-test"), st.binary()
    ),
    max_size=2,
)
EMAILS = st.builds(
    lambda name, subject, text, html, files: replace(
        EMAIL, sender=f'"{quoted(name)}" <us@example.com>', subject=subject, text=text, html=html, attachments=files
    ),
    NAMES,
    TEXTS,
    BODIES,
    BODIES,
    FILES,
)


def quoted(name: str) -> str:
    return re.sub(r'([\\"])', r"\\\1", name)


@dataclass
class Post:
    """A mail server, and what sends to it."""

    server: MailServer
    sender: SmtpSender

    async def carry(self, email: Email) -> EmailMessage:
        assert await self.sender.send(email) == Sent()
        return self.server.mails.pop()


@pytest.fixture(scope="module")
async def post() -> AsyncIterator[Post]:
    async with mail_server() as server:
        server.pipelining = True
        sender = smtp_sender(server.port)
        assert isinstance(sender, SmtpSender)
        yield Post(server, sender)
        await sender.close()


def body(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body([subtype])
    assert part is not None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


async def check(post: Post, email: Email) -> None:
    mail = await post.carry(email)
    assert mail.defects == []
    for header in ("subject", "from", "to", "date", "message-id", "auto-submitted"):
        assert len(mail.get_all(header, [])) == 1
    assert unfolded(mail["subject"]) == unfolded(as_one_line(email.subject))
    (sender,) = mail["from"].addresses
    assert sender.addr_spec == "us@example.com"
    assert (mail["date"].datetime, mail["message-id"]) == (EMAIL.written_at, f"<{EMAIL.id}@example.com>")
    for subtype, text in (("plain", email.text), ("html", email.html)):
        assert body(mail, subtype).split("\r\n") == [*as_lines(text or ""), ""]
    assert [part.get_content() for part in mail.iter_attachments()] == [file.content for file in email.attachments]


def unfolded(text: str) -> str:
    """Returns a subject as the standard library gives it, which loses spaces where a line is folded (decision 19)."""
    return re.sub(r"\s+", "", text)


def as_lines(text: str) -> list[str]:
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text).removesuffix("\n").split("\n")


@given(email=EMAILS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
async def test_names_subjects_bodies_and_files_survive_the_journey(post: Post, email: Email) -> None:
    await check(post, email)


@pytest.mark.slow
@given(email=EMAILS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=1000,
    phases=[Phase.generate, Phase.shrink],
)
async def test_a_thousand_of_them_do(post: Post, email: Email) -> None:
    await check(post, email)


@given(name=NAMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
async def test_a_name_is_shown_as_it_was_written(post: Post, name: str) -> None:
    mail = await post.carry(replace(EMAIL, sender=f'"{quoted(name)}" <us@example.com>'))
    (sender,) = mail["from"].addresses
    assert unfolded(sender.display_name) == unfolded(name)


@pytest.mark.parametrize(
    ("to", "arrives"),
    [
        ("zoë@example.org", "zoë@example.org"),
        ("संपर्क@डाटामेल.भारत", "संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c"),
        ("用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
        ("παράδειγμα@ελλάς.gr", "παράδειγμα@xn--hxarsa0b.gr"),
    ],
)
async def test_mailboxes_in_other_scripts(post: Post, to: str, arrives: str) -> None:
    mail = await post.carry(replace(EMAIL, to=to))
    assert post.server.recipients.pop() == [arrives]
    assert mail["to"] == arrives
