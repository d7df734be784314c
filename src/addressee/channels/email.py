"""One e-mail to one address, and how it is written down (RFC 5322)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any, Literal, TypeAlias

# No quoted or literal forms: nobody has such an address, and they are what injections are made of.
PART = r"[^\s\x00-\x20\x7f@<>()\[\],;:\\\"]+"
ADDRESS = rf"(?P<{{0}}user>{PART})@(?P<{{0}}domain>{PART})"
WRITTEN = re.compile(rf"(?:(?P<name>[^<>]*)<)?(?P<user>{PART})@(?P<domain>{PART})(?(name)>)")

# To which of a recipient's addresses a channel sends: the setting `addresses`.
Which: TypeAlias = Literal["primary", "all"]


class AddressError(ValueError):
    """Not an address that an e-mail can go to."""


@dataclass(frozen=True, slots=True)
class Email:
    """`id` stays the same when the e-mail is sent again; at least one of `html` and `text` is given."""

    id: str
    sender: str
    to: str
    subject: str
    html: str | None
    text: str | None
    written_at: datetime
    reply_to: str | None = None

    @property
    def envelope(self) -> dict[str, str]:
        """What tells this e-mail from others; nothing of what it says."""
        return {"id": self.id, "from": self.sender, "to": self.to}


def compose(email: Email) -> EmailMessage:
    """The e-mail with its headers. Nothing in it can add a header or a recipient. Raises AddressError."""
    sender, recipient = address(email.sender), address(email.to)
    # A mailbox outside of ASCII cannot be written without this extension of the protocol.
    plain = (sender.username + recipient.username).isascii()
    message = EmailMessage(policy=SMTP if plain else SMTPUTF8)
    message["From"] = sender
    message["To"] = recipient
    if email.reply_to:
        message["Reply-To"] = address(email.reply_to)
    message.set_raw("Subject", encoded(" ".join(email.subject.split())))
    message["Date"] = format_datetime(email.written_at)
    message["Message-ID"] = f"<{email.id}@{sender.domain}>"
    match email.text, email.html:
        case str(text), str(html):
            message.set_content(text)
            message.add_alternative(html, subtype="html")
        case None, str(html):
            message.set_content(html, subtype="html")
        case text, _:
            message.set_content(text or "")
    return message


def mistaken_senders(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a channel's own addresses: the setting, and what it must be."""
    for name in ("from", "reply_to"):
        written = settings.get(name)
        try:
            if written is not None:
                address(written)
        except AddressError:
            yield name, "this must be `name@example.com` or `Name <name@example.com>`"


def encoded(subject: str) -> str:
    """As the header is written. Left to itself, `EmailMessage` (CPython gh-92081) loses spaces where it folds it."""
    return Header(subject, header_name="Subject").encode()


def address(written: str) -> Address:
    """`name@example.com` or `Name <name@example.com>`, exactly one. Raises AddressError."""
    match = WRITTEN.fullmatch(written)
    if match is None or len(written.splitlines()) > 1:
        raise AddressError("not an e-mail address")
    try:
        domain = match["domain"].encode("idna").decode()
        return Address((match["name"] or "").strip(' "'), match["user"], domain)
    except (MessageError, ValueError):
        raise AddressError("not an e-mail address") from None
