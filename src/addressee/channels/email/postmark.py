"""Sends e-mail through Postmark (senders.md §4)."""

from __future__ import annotations

from functools import partial

import msgspec

from addressee.channels.callbacks.postmark import POSTMARK_CALLBACKS
from addressee.channels.email.api import MEGABYTE, api_sender, contents, json_of
from addressee.channels.email.files.attachments import in_json
from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.message import Email, EmailSettings, copies_of, email_provider, envelope_of, mailboxes_of
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.sender import Failed, Failure, Sent

MAX_BYTES = 10 * MEGABYTE

# Postmark's error codes: the recipient bounced or complained before; maintenance; too many requests; a token, a sender
# or an account that may not send.
INACTIVE_RECIPIENT = 406
MAINTENANCE = 100
RATE_LIMIT = 429
CREDENTIAL_CODES = frozenset({10, 400, 401, 405, 412, 413})


class PostmarkSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Postmark channel. `api_key` is the token of a server, to which the `message_stream` belongs."""

    api_key: str
    message_stream: str = "outbound"
    endpoint: str = "https://api.postmarkapp.com"


class PostmarkAnswer(msgspec.Struct, rename="pascal"):
    error_code: int = 0
    message: str = ""
    message_id: str | None = msgspec.field(default=None, name="MessageID")


def to_request(settings: PostmarkSettings, email: Email) -> ProviderRequest:
    """Raises AddressError."""
    mailboxes = mailboxes_of(email)
    copies = copies_of(email)
    fields = {
        **{name.replace("-", ""): mailbox_text(mailbox) for name, mailbox in mailboxes.items()},
        "Cc": ", ".join(map(mailbox_text, copies.cc)) or None,
        "Bcc": ", ".join(map(mailbox_text, copies.bcc)) or None,
        "Subject": email.subject,
        "HtmlBody": email.html,
        "TextBody": email.text,
        "MessageStream": settings.message_stream,
        "Metadata": {"id": email.id},
        "Headers": [{"Name": name, "Value": value} for name, value in email.extra_headers.items()],
        "Attachments": in_json(
            email.attachments,
            name="Name",
            base64="Content",
            content_type="ContentType",
            content_id_url="ContentID",
        ),
    }
    return ProviderRequest(
        service="postmark",
        url=f"{settings.endpoint.rstrip('/')}/email",
        headers={
            "accept": "application/json",
            "content-type": "application/json",
            "x-postmark-server-token": settings.api_key,
        },
        content=json_of(fields, email.overrides),
        envelope=envelope_of(email.id, mailboxes["From"], mailboxes["To"]),
        hidden=(settings.api_key, *contents(email)),
    )


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(PostmarkAnswer) or PostmarkAnswer()
    words = f"{said.error_code} {said.message}" if said.error_code else ""
    if answer.is_success and not said.error_code:
        return answer.sent(said.message_id)
    if said.error_code == INACTIVE_RECIPIENT:
        return answer.failed(Failure.BOUNCED, words)
    if said.error_code == MAINTENANCE:
        return answer.failed(Failure.UNAVAILABLE, words)
    if said.error_code == RATE_LIMIT:
        return answer.failed(Failure.RATE_LIMITED, words)
    if said.error_code in CREDENTIAL_CODES:
        return answer.failed(Failure.CREDENTIALS, words)
    return answer.usual_failure(words)


POSTMARK = email_provider(
    "postmark",
    PostmarkSettings,
    lambda settings, context: api_sender(context, MAX_BYTES, partial(to_request, settings), judge),
    secrets=frozenset({"api_key"}),
    callbacks=POSTMARK_CALLBACKS,
)
