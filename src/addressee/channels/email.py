"""One e-mail to one address, and how it is written down (RFC 5322)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr


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


def compose(email: Email) -> EmailMessage:
    """The e-mail with its headers. Nothing in it can add a header or a recipient. Raises AddressError."""
    message = EmailMessage(policy=SMTP)
    sender = address(email.sender)
    message["From"] = sender
    message["To"] = address(email.to)
    if email.reply_to:
        message["Reply-To"] = address(email.reply_to)
    message["Subject"] = " ".join(email.subject.split())
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


def address(written: str) -> Address:
    """`name@example.com` or `Name <name@example.com>`, exactly one. Raises AddressError."""
    name, specification = parseaddr(written)
    try:
        parsed = Address(display_name=name, addr_spec=specification)
    except (MessageError, ValueError, IndexError):
        raise AddressError("not an e-mail address") from None
    if not parsed.username or not parsed.domain:
        raise AddressError("not an e-mail address")
    return parsed
