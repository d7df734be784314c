"""E-mails to one address, and their format (RFC 5322)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from addressee.channels.callback import Callbacks
from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.files.file_types import TYPE
from addressee.channels.email.headers import mailbox_header, text_header
from addressee.channels.email.mailbox import AddressError, Mailbox, read_mailbox
from addressee.channels.email.mime import body_of
from addressee.channels.provider import ChannelType, Provider, primary_or_all
from addressee.channels.sender import Failure, Sender, SenderContext
from addressee.channels.settings import AddressChoice, ChannelSettings, is_base_url, setting_problems

# What may stand in a URL of a message as it is.
URL = re.compile(r"[!-~]+")

# The addresses of channels that are kept as they were read: most e-mails of a worker have the same few.
OWN_MAILBOXES = 256


class EmailSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of every e-mail channel. `addresses` says whether only a recipient's primary address is used, or all.

    `list_unsubscribe` false leaves out the headers by which mail programs offer to unsubscribe, `inline_css` false
    leaves style sheets as they are written. `attachment_types` are the types that files fetched from URLs may have, in
    place of those of `file_types.DEFAULT`.
    With `open_tracking` and `link_tracking`, opens and clicks are told by URLs below `tracking_url`, or else below that
    of the service.
    """

    sender: str = msgspec.field(name="from")
    reply_to: str | None = None
    addresses: AddressChoice = "primary"
    list_unsubscribe: bool = True
    inline_css: bool = True
    attachment_types: tuple[str, ...] | None = None
    open_tracking: bool = False
    link_tracking: bool = False
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail to one address. Its `id` stays the same when it is sent again; `html` or `text` or both are given.

    `overrides` are laid over the request by providers with an API. SMTP and the outbox, which have none, ignore them.
    `cc` and `bcc` get a copy, the latter unseen. At `unsubscribe_url` mail programs let the recipient unsubscribe.
    """

    id: str
    sender: str
    to: str
    subject: str
    html: str | None
    text: str | None
    written_at: datetime
    reply_to: str | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    unsubscribe_url: str | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()

    @property
    def extra_headers(self) -> Mapping[str, str]:
        """The headers that every provider is given.

        They keep programs from answering by themselves, like those of people on leave (RFC 3834), and let the recipient
        unsubscribe by one click where there is a URL for it (RFC 8058).
        """
        headers = {"Auto-Submitted": "auto-generated"}
        if self.unsubscribe_url is not None:
            headers["List-Unsubscribe"] = f"<{self.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers


class Copies(NamedTuple):
    """The mailboxes that get copies of an e-mail: those that its recipient sees, and those that nobody sees."""

    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()

    @property
    def all(self) -> tuple[Mailbox, ...]:
        return (*self.cc, *self.bcc)


NO_COPIES = Copies()


@dataclass(frozen=True, slots=True)
class RawEmail:
    """An e-mail in its wire format, `content`. Unless `in_ascii`, servers need the extension SMTPUTF8 to take it.

    `copies` are the mailboxes that get it besides the recipient.
    """

    id: str
    sender: Mailbox
    recipient: Mailbox
    in_ascii: bool
    content: bytes
    copies: Copies = NO_COPIES

    @property
    def envelope(self) -> dict[str, str]:
        return envelope_of(self.id, self.sender, self.recipient)


def envelope_of(id: str, sender: Mailbox, recipient: Mailbox) -> dict[str, str]:
    """Returns the fields that identify an e-mail in the delivery log: the id and the addresses, no contents."""
    return {"id": id, "from": str(sender), "to": str(recipient)}


def compose(email: Email) -> RawEmail:
    """Returns the e-mail in its wire format. No value can add a header or a recipient. Raises AddressError."""
    mailboxes = mailboxes_of(email)
    sender, recipient = mailboxes["From"], mailboxes["To"]
    copies = copies_of(email)
    headers = {
        **{name: mailbox_header(name, mailbox) for name, mailbox in mailboxes.items()},
        **({"Cc": ",\r\n ".join(mailbox_header("Cc", mailbox) for mailbox in copies.cc)} if copies.cc else {}),
        "Subject": text_header("Subject", email.subject),
        "Date": format_datetime(email.written_at),
        "Message-ID": f"<{email.id}@{sender.domain}>",
        **email.extra_headers,
        "MIME-Version": "1.0",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    in_ascii = all(mailbox.local.isascii() for mailbox in (*mailboxes.values(), *copies.all))
    body = body_of(email.text, email.html, email.attachments)
    return RawEmail(email.id, sender, recipient, in_ascii, head + body, copies)


def mailboxes_of(email: Email) -> dict[str, Mailbox]:
    """Returns the mailboxes of an e-mail by header: `From`, `To`, and `Reply-To` if there is one.

    Raises AddressError.
    """
    mailboxes = {"From": own_mailbox(email.sender), "To": read_mailbox(email.to)}
    if email.reply_to:
        mailboxes["Reply-To"] = own_mailbox(email.reply_to)
    return mailboxes


def copies_of(email: Email) -> Copies:
    """Returns the mailboxes that get copies of an e-mail, each once and not its recipient. Raises AddressError."""
    if not (email.cc or email.bcc):
        return NO_COPIES
    seen = {read_mailbox(email.to).address.lower()}
    cc, bcc = (tuple(unseen(map(own_mailbox, written), seen)) for written in (email.cc, email.bcc))
    return Copies(cc, bcc)


def unseen(mailboxes: Iterable[Mailbox], seen: set[str]) -> Iterator[Mailbox]:
    """Yields mailboxes whose addresses are not among those seen, and adds them to these."""
    for mailbox in mailboxes:
        if mailbox.address.lower() not in seen:
            seen.add(mailbox.address.lower())
            yield mailbox


@lru_cache(OWN_MAILBOXES)
def own_mailbox(written: str) -> Mailbox:
    """Reads an address of the channel itself. Raises an AddressError that is not blamed on the recipient."""
    try:
        return read_mailbox(written)
    except AddressError as error:
        raise AddressError(
            f"the channel's own address {written!r} cannot be used: {error}", Failure.PERMANENT
        ) from None


def email_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings that all e-mail channels have: the setting, and what it must be."""
    yield from setting_problems(settings)
    tracking_url = settings.get("tracking_url")
    if tracking_url is not None and not (is_base_url(tracking_url) and URL.fullmatch(tracking_url)):
        yield "tracking_url", "this must be a URL like https://click.example.com"
    for name in ("from", "reply_to"):
        written = settings.get(name)
        try:
            if written is not None:
                read_mailbox(written)
        except AddressError:
            yield name, "this must be `name@example.com` or `Name <name@example.com>`"
    if any(TYPE.fullmatch(type) is None for type in settings.get("attachment_types") or ()):
        yield "attachment_types", "these must be types like `application/pdf`, or kinds of types like `image/*`"


def email_provider(
    name: str,
    settings: type[EmailSettings],
    open: Callable[[Any, SenderContext], Sender[Email]],
    secrets: frozenset[str] = frozenset(),
    problems: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]] = email_problems,
    callbacks: Callbacks | None = None,
) -> Provider:
    """Returns a provider of e-mail."""
    return Provider(
        ChannelType.EMAIL,
        name,
        settings,
        open,
        kind="email",
        missing="no_email_address",
        choose=primary_or_all,
        secrets=secrets,
        problems=problems,
        callbacks=callbacks,
    )
