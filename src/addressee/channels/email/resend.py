"""Sends e-mail through Resend (senders.md §4), which recognises an e-mail that is sent again by its idempotency key."""

from __future__ import annotations

from functools import partial

import msgspec

from addressee.channels.callbacks.resend import RESEND_CALLBACKS
from addressee.channels.email.api import MEGABYTE, api_sender, contents, json_of
from addressee.channels.email.files.attachments import in_json
from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.message import Email, EmailSettings, copies_of, email_provider, envelope_of, mailboxes_of
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest, pause_in
from addressee.channels.sender import Failed, Failure, Sent

MAX_BYTES = 40 * MEGABYTE

# The same e-mail is being taken at this moment.
IN_PROGRESS = "concurrent_idempotent_requests"

# Resend says this with several statuses, also with that of a wrong message.
INVALID_KEY = "API key is invalid"

# How Resend says that it takes no such address of a recipient. What else it says of this field is about the account.
INVALID_RECIPIENT = "Invalid `to` field. The email address needs to follow"


class ResendSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a Resend channel. What Resend tells is verified with `webhook_signing_secret`, the webhook's."""

    api_key: str
    webhook_signing_secret: str | None = None
    endpoint: str = "https://api.resend.com"


class ResendAnswer(msgspec.Struct):
    id: str | None = None
    name: str = ""
    message: str = ""


def to_request(settings: ResendSettings, email: Email) -> ProviderRequest:
    """Raises AddressError."""
    mailboxes = mailboxes_of(email)
    copies = copies_of(email)
    fields = {
        "from": mailbox_text(mailboxes["From"]),
        "to": [mailbox_text(mailboxes["To"])],
        "cc": [mailbox_text(mailbox) for mailbox in copies.cc] or None,
        "bcc": [mailbox_text(mailbox) for mailbox in copies.bcc] or None,
        "reply_to": mailbox_text(mailboxes["Reply-To"]) if "Reply-To" in mailboxes else None,
        "subject": email.subject,
        "html": email.html,
        "text": email.text,
        "tags": [{"name": "id", "value": email.id}],
        "headers": dict(email.extra_headers),
        "attachments": in_json(
            email.attachments,
            name="filename",
            base64="content",
            content_type="content_type",
            content_id="content_id",
        ),
    }
    return ProviderRequest(
        service="resend",
        url=f"{settings.endpoint.rstrip('/')}/emails",
        headers={
            "authorization": f"Bearer {settings.api_key}",
            "content-type": "application/json",
            "idempotency-key": email.id,
        },
        content=json_of(fields, email.overrides),
        envelope=envelope_of(email.id, mailboxes["From"], mailboxes["To"]),
        hidden=(settings.api_key, settings.webhook_signing_secret or "", *contents(email)),
        repeatable=True,
    )


def judge(answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(ResendAnswer) or ResendAnswer()
    if answer.is_success:
        return answer.sent(said.id)
    words = f"{said.name} {said.message}".strip()
    if said.name == IN_PROGRESS:
        return answer.failed(Failure.TEMPORARY, words)
    if said.message == INVALID_KEY:
        return answer.failed(Failure.CREDENTIALS, words)
    if said.message.startswith(INVALID_RECIPIENT):
        return answer.failed(Failure.BOUNCED, words)
    failed = answer.usual_failure(words)
    if failed.failure is Failure.RATE_LIMITED and failed.retry_after is None:
        return answer.failed(Failure.RATE_LIMITED, words, retry_after=pause_in(answer.headers.get("ratelimit-reset")))
    return failed


RESEND = email_provider(
    "resend",
    ResendSettings,
    lambda settings, context: api_sender(context, MAX_BYTES, partial(to_request, settings), judge),
    secrets=frozenset({"api_key", "webhook_signing_secret"}),
    callbacks=RESEND_CALLBACKS,
)
