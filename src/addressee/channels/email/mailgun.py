"""Sends e-mail through Mailgun (Messages of its API v3; senders.md §4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec

from addressee.channels.callbacks.mailgun import MAILGUN_CALLBACKS
from addressee.channels.email.api import MEGABYTE, api_sender, contents
from addressee.channels.email.files.attachments import Attachment
from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.message import (
    Email,
    EmailSettings,
    copies_of,
    email_problems,
    email_provider,
    envelope_of,
    mailboxes_of,
)
from addressee.channels.requests.authorization import basic, secret_of
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.forms import CONTENT_TYPE, FormFile, form_of, multipart_of
from addressee.channels.sender import Failed, Failure, Sent
from addressee.directory.documents import merged_deep
from addressee.directory.domains import DomainError, ascii_domain

MAX_BYTES = 25 * MEGABYTE

# How Mailgun says that it takes no such address of a recipient.
INVALID_RECIPIENT = re.compile(r"'?to'? parameter is not a valid address")


class MailgunSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Mailgun channel, which sends from one `domain`. Domains in the EU have another `endpoint`.

    What Mailgun tells is verified with `webhook_signing_key`, which is the account's.
    """

    api_key: str
    domain: str
    webhook_signing_key: str | None = None
    endpoint: str = "https://api.mailgun.net"


class MailgunAnswer(msgspec.Struct):
    id: str | None = None
    message: str = ""


def to_request(settings: MailgunSettings, email: Email) -> ProviderRequest:
    """Raises AddressError."""
    mailboxes = mailboxes_of(email)
    copies = copies_of(email)
    fields = {
        "from": mailbox_text(mailboxes["From"]),
        "to": mailbox_text(mailboxes["To"]),
        "cc": ", ".join(map(mailbox_text, copies.cc)) or None,
        "bcc": ", ".join(map(mailbox_text, copies.bcc)) or None,
        "h:Reply-To": mailbox_text(mailboxes["Reply-To"]) if "Reply-To" in mailboxes else None,
        "h:Message-Id": f"<{email.id}@{mailboxes['From'].domain}>",
        **{f"h:{name}": value for name, value in email.extra_headers.items()},
        "subject": email.subject,
        "text": email.text,
        "html": email.html,
        "v:id": email.id,
    }
    fields = merged_deep(fields, email.overrides)
    content_type, content = encoded(fields, email.attachments)
    authorization = basic("api", settings.api_key)
    return ProviderRequest(
        service="mailgun",
        url=f"{settings.endpoint.rstrip('/')}/v3/{quote(ascii_domain(settings.domain), safe='')}/messages",
        headers={"authorization": authorization, "content-type": content_type},
        content=content,
        envelope=envelope_of(email.id, mailboxes["From"], mailboxes["To"]),
        hidden=(settings.api_key, settings.webhook_signing_key or "", secret_of(authorization), *contents(email)),
    )


def encoded(fields: Mapping[str, Any], attachments: Sequence[Attachment]) -> tuple[str, bytes]:
    """Returns the type of a request's content and the content. Mailgun calls an inline file by its name, as `cid:`."""
    if not attachments:
        return CONTENT_TYPE, form_of(fields)
    files = [
        FormFile("inline" if each.inline else "attachment", file_name(each), each.content_type, each.content)
        for each in attachments
    ]
    boundary = uuid4().hex
    return f"multipart/form-data; boundary={boundary}", multipart_of(fields, files, boundary)


def file_name(attachment: Attachment) -> str:
    return attachment.content_id if attachment.inline and attachment.content_id else attachment.name


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(MailgunAnswer) or MailgunAnswer()
    if answer.is_success:
        # Events name the message without these brackets.
        return answer.sent(said.id and said.id.strip("<>"))
    if answer.status == HTTPStatus.NOT_FOUND:
        # There is no such domain: the setting is wrong, or the endpoint is that of another region.
        return answer.failed(Failure.CREDENTIALS, said.message)
    if INVALID_RECIPIENT.match(said.message):
        return answer.failed(Failure.BOUNCED, said.message)
    return answer.usual_failure(said.message)


def mailgun_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from email_problems(settings)
    try:
        ascii_domain(settings["domain"])
    except DomainError:
        yield "domain", "this must be a domain of the Mailgun account, like mg.example.com"


MAILGUN = email_provider(
    "mailgun",
    MailgunSettings,
    lambda settings, context: api_sender(context, MAX_BYTES, partial(to_request, settings), judge),
    secrets=frozenset({"api_key", "webhook_signing_key"}),
    problems=mailgun_problems,
    callbacks=MAILGUN_CALLBACKS,
)
