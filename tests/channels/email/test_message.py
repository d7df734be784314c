"""The format of e-mails, read back by a parser that shares no code with ours (mailparse)."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fast_mail_parser import PyMail, parse_email
from hypothesis import example, given
from hypothesis import strategies as st

from addressee.channels.email.mailbox import AddressError, Mailbox, read_mailbox
from addressee.channels.email.message import Email, compose
from addressee.channels.sender import Failure
from addressee.directory.domains import ascii_domain
from addressee.directory.emails import is_deliverable

EMAIL = Email(
    id="2xuDjZRydlnF6FxATblCuxGey9I",
    sender="hello@example.com",
    to="ada@example.org",
    subject="Hello",
    html=None,
    text="Hello",
    written_at=datetime(2025, 6, 1, 12, tzinfo=UTC),
)

ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[bq]\?[^?\s]*\?=")

# Characters that headers, encoded words, quotes and folding are made of, and some of other scripts.
CHARACTERS = (
    st.sampled_from("ab AZ09  \"\\'=?_<>()[],;:@.!-éßİ中🌻ग\u0301\u200d\xa0\r\n\t\v\x00\x7f\x85\u2028\ud83d")
    | st.characters()
)
WORDS = st.sampled_from(
    ["=?utf-8?q?x?=", "=?UTF-8?B?eA==?=", "\r\nBcc: eve@example.org", "x" * 300, "ü" * 200, "a" * 70, '\\"']
)
TEXTS = st.lists(st.text(CHARACTERS, max_size=30) | WORDS, max_size=8).map("".join)


def as_one_line(text: str) -> str:
    """Returns the text that a reader is to get: line ends and the spaces around them become one space."""
    breaks = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
    without_breaks = re.sub(rf"[\s{breaks}]*[{breaks}][\s{breaks}]*", " ", text)
    return re.sub(r"[\ud800-\udfff]", "\ufffd", without_breaks).strip()


def parsed(email: Email) -> PyMail:
    """The e-mail as another parser reads it, once its form is found to be right."""
    content = compose(email).content
    head, _, _ = content.partition(b"\r\n\r\n")
    assert head.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert all(len(word) <= 75 for word in ENCODED_WORD.findall(head))
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if ENCODED_WORD.search(line) and b"<" not in line)
    mail = parse_email(content)
    assert mail.warnings == []
    return mail


HEADERS = {
    "Auto-Submitted",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


@given(subject=TEXTS)
@example(subject="Welcome, विहान गुप्ता 🌻!")
@example(subject="=?utf-8?q?x?= literally")
@example(subject="two  spaces")
@example(subject="two\x08 \x08breaks")
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    mail = parsed(replace(EMAIL, subject=subject))
    assert mail.subject == as_one_line(subject)
    assert set(mail.headers) == HEADERS
    assert all(len(values) == 1 for values in mail.headers.values())


@given(name=TEXTS.filter(lambda name: not re.search(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", name)))
@example(name='Doe, John (Sales) "JD"')
@example(name="=?utf-8?q?x?=")
def test_a_name_arrives_as_it_was_written(name: str) -> None:
    quoted = '"' + re.sub(r'([\\"])', r"\\\1", name) + '"'
    mail = parsed(replace(EMAIL, sender=f"{quoted} <h@example.com>", reply_to=f"{quoted} <r@example.com>"))
    for arrived, address in ((mail.from_, "h@example.com"), *((each, "r@example.com") for each in mail.reply_to)):
        assert arrived is not None
        assert (arrived.display_name or "", arrived.address) == (as_one_line(name), address)
    assert set(mail.headers) == {*HEADERS, "Reply-To"}


def lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text.strip("\r\n"))


@given(text=TEXTS, html=TEXTS)
@example(text=".\n..\nFrom here", html="<p>\u2026\x85</p>")
def test_texts_arrive_as_they_were_written(text: str, html: str) -> None:
    mail = parsed(replace(EMAIL, text=text, html=html))
    assert lines(mail.text_plain[0]) == lines(re.sub(r"[\ud800-\udfff]", "\ufffd", text))
    assert lines(mail.text_html[0]) == lines(re.sub(r"[\ud800-\udfff]", "\ufffd", html))


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("hello@example.com", "", "hello@example.com"),
        ("<hello@example.com>", "", "hello@example.com"),
        ("Example <hello@example.com>", "Example", "hello@example.com"),
        ('Doe, John (Sales) "JD" <h@example.com>', 'Doe, John (Sales) "JD"', "h@example.com"),
        ('"Doe, John" <h@example.com>', "Doe, John", "h@example.com"),
        ('"Ann \\"A\\" <Lee> \\\\" <h@example.com>', 'Ann "A" <Lee> \\', "h@example.com"),
        ('"A" and "B" <h@example.com>', '"A" and "B"', "h@example.com"),
        ("Example <h@faß.de>", "Example", "h@xn--fa-hia.de"),
        ("zoë@BÜCHER.example", "", "zoë@xn--bcher-kva.example"),
        ("Ann..@example.com", "", '"Ann.."@example.com'),
    ],
)
def test_how_people_write_a_mailbox(written: str, name: str, address: str) -> None:
    read = read_mailbox(written)
    assert (read.name, read.address) == (name, address)


@given(st.tuples(st.text(CHARACTERS, max_size=12), st.sampled_from(["example.com", "bücher.example"])).map("@".join))
@example("a..b@example.com")
@example("zoë@example.test")
def test_whatever_an_email_can_be_sent_to_is_a_mailbox(address: str) -> None:
    if is_deliverable(address):
        local, _, domain = address.partition("@")
        assert read_mailbox(address) == Mailbox("", local, ascii_domain(domain))


@pytest.mark.parametrize(
    ("domain", "sent_to"),
    [
        ("faß.de", "xn--fa-hia.de"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ελλάς.gr", "xn--hxarsa0b.gr"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("例え。jp", "xn--r8jz45g.jp"),
        ("a_b.example", "a_b.example"),
    ],
)
def test_mail_goes_to_the_domain_that_is_named(domain: str, sent_to: str) -> None:
    composed = compose(replace(EMAIL, to=f"info@{domain}", sender=f"Ann <a@{domain}>"))
    assert composed.envelope == {"id": EMAIL.id, "from": f"Ann <a@{sent_to}>", "to": f"info@{sent_to}"}
    mail = parse_email(composed.content)
    assert [each.address for each in mail.to] == [f"info@{sent_to}"]
    assert mail.headers["Message-ID"] == [f"<{EMAIL.id}@{sent_to}>"]


@pytest.mark.parametrize(
    "domain", ["i❤.example", "a..b", f"{'a' * 64}.example", f"{'ü' * 60}.example", "a\u200db.example"]
)
def test_a_domain_that_there_cannot_be_ends_the_send(domain: str) -> None:
    with pytest.raises(AddressError, match="is not an internet domain") as error:
        compose(replace(EMAIL, to=f"info@{domain}"))
    assert error.value.failure is Failure.BOUNCED
    with pytest.raises(AddressError, match="^the channel's own address .* cannot be used: ") as error:
        compose(replace(EMAIL, sender=f"info@{domain}"))
    assert error.value.failure is Failure.PERMANENT


def test_a_mailbox_outside_of_ascii_needs_the_extension() -> None:
    composed = compose(replace(EMAIL, to="zoë@example.org"))
    assert (composed.in_ascii, composed.recipient) == (False, Mailbox("", "zoë", "example.org"))
    assert "To: zoë@example.org\r\n".encode() in composed.content
