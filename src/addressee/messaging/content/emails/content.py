"""The content of an e-mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.email.mailbox import read_mailbox
from addressee.channels.email.message import Email
from addressee.channels.links import EMBEDDED, checked_html, schemes_of
from addressee.channels.provider import ChannelType
from addressee.messaging.content.attachments import File, StoredAttachment
from addressee.messaging.content.model import Content
from addressee.messaging.content.scope import Scope
from addressee.messaging.environment.channels import Channel
from addressee.messaging.tracking.urls import Tracking


class EmailContent(Content, frozen=True, kw_only=True, tag=ChannelType.EMAIL.value, omit_defaults=True):
    """The content of an e-mail. `to` is a comma-separated list of addresses; each gets an e-mail of its own.

    `overrides` are laid over the request of a provider with an API. SMTP and the outbox ignore them. `cc` and `bcc` get
    a copy of the first of these e-mails; another address comes first once that one is not reached. If it is
    `redirected`, the addresses are not the recipient's own.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("sender", "to", "reply_to", "cc", "bcc", "redirected")

    sender: str
    to: str
    subject: str
    html: str | None
    text: str | None
    reply_to: str | None
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)
    attachments: tuple[StoredAttachment, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    redirected: bool = False

    @property
    def is_redirected(self) -> bool:
        return self.redirected

    @property
    def redirected_to(self) -> Sequence[str]:
        return self.to.split(", ") if self.redirected else ()

    @property
    def unsure_addresses(self) -> Collection[str]:
        return ("sender", "to") if self.redirected else ("sender",)

    @property
    def copied_to(self) -> Sequence[str]:
        return [read_mailbox(each).address for each in (*self.cc, *self.bcc)]

    @property
    def copied_with(self) -> str | None:
        return self.to.partition(", ")[0] if self.cc or self.bcc else None

    def copied_beside(self, address: str) -> Self:
        others = (each for each in self.to.split(", ") if each != address)
        return structs.replace(self, to=", ".join((address, *others)))

    def without_copies_to(self, addresses: Collection[str]) -> Self:
        def kept(written: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(each for each in written if read_mailbox(each).address not in addresses)

        return structs.replace(self, cc=kept(self.cc), bcc=kept(self.bcc))

    @property
    def attached(self) -> Sequence[UUID]:
        return [each.id for each in self.attachments]

    def with_attachments(self, payload: Email, files: Mapping[UUID, File]) -> Email:
        if not self.attachments:
            return payload
        attached = tuple(each.with_content(files[each.id]) for each in self.attachments if each.id in files)
        return replace(payload, attachments=attached)

    def with_unsubscribe_url(self, payload: Email, url: str | None) -> Email:
        return payload if url is None else replace(payload, unsubscribe_url=url)

    def with_tracking(self, payload: Email, tracking: Tracking | None) -> Email:
        if tracking is None or payload.html is None:
            return payload
        return replace(payload, html=tracking.applied(payload.html))

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Email:
        return Email(
            id=id,
            sender=self.sender,
            to=to.value,
            subject=self.subject,
            html=self.html,
            text=self.text,
            written_at=written_at,
            reply_to=self.reply_to,
            overrides=self.overrides,
            cc=self.cc if self._is_first(to) else (),
            bcc=self.bcc if self._is_first(to) else (),
        )

    def _is_first(self, to: Destination) -> bool:
        """Returns whether this is the one of its e-mails of which copies are sent."""
        first, _, others = self.to.partition(", ")
        return not others or to.value == first

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> EmailContent:
        html = checked_html(self.html or "", schemes_of(stand_in.settings), EMBEDDED)
        return structs.replace(
            self.without_overrides_of(channel, stand_in),
            sender=stand_in.settings["from"]
            if self.sender == channel.settings.get("from", self.sender)
            else self.sender,
            reply_to=(
                stand_in.settings.get("reply_to")
                if self.reply_to == channel.settings.get("reply_to", self.reply_to)
                else self.reply_to
            ),
            html=self.html and html.text,
        )

    def silenced(self) -> Self:
        # Copies and the address for replies may be those of whoever the e-mail told of, and so may the sender's name.
        return structs.replace(
            self,
            sender=self.sender.rpartition("<")[2].removesuffix(">"),
            subject="",
            html=self.html and "",
            text=self.text and "",
            reply_to=None,
            overrides={},
            attachments=(),
            cc=(),
            bcc=(),
        )
