"""Sends e-mail through SendGrid (Mail Send of its API v3; senders.md §4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from addressee.channels.callbacks.sendgrid import SENDGRID_CALLBACKS
from addressee.channels.email.api import MEGABYTE, api_sender, contents, json_of
from addressee.channels.email.files.attachments import in_json
from addressee.channels.email.headers import one_line
from addressee.channels.email.mailbox import Mailbox
from addressee.channels.email.message import Email, EmailSettings, copies_of, email_provider, envelope_of, mailboxes_of
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.directory.clock import Clock

MAX_BYTES = 30 * MEGABYTE

# How SendGrid says that it takes no such address, and the field that it then blames.
INVALID_ADDRESS = "Does not contain a valid address."
RECIPIENT = "personalizations.0.to."

# A time in seconds since 1970.
EPOCH_SECONDS = re.compile(r"[0-9]{1,10}")


class SendGridSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a SendGrid channel. Accounts in the EU have another `endpoint`.

    What SendGrid tells is verified with `webhook_public_key`, the verification key of its Event Webhook.
    """

    api_key: str
    webhook_public_key: str | None = None
    endpoint: str = "https://api.sendgrid.com"


class SendGridError(msgspec.Struct):
    message: str = ""
    field: str | None = None

    @property
    def blames_recipient(self) -> bool:
        return self.message == INVALID_ADDRESS and (self.field or "").startswith(RECIPIENT)


class SendGridAnswer(msgspec.Struct):
    errors: list[SendGridError] = []


def to_request(settings: SendGridSettings, email: Email) -> ProviderRequest:
    """Raises AddressError."""
    mailboxes = mailboxes_of(email)
    copies = {name: list(map(as_object, found)) for name, found in copies_of(email)._asdict().items() if found}
    parts = {"text/plain": email.text, "text/html": email.html}
    fields = {
        "personalizations": [{"to": [as_object(mailboxes["To"])], **copies}],
        "from": as_object(mailboxes["From"]),
        "reply_to": as_object(mailboxes["Reply-To"]) if "Reply-To" in mailboxes else None,
        "subject": email.subject,
        "content": [{"type": type, "value": text} for type, text in parts.items() if text is not None],
        "custom_args": {"id": email.id},
        "headers": dict(email.extra_headers),
        "attachments": in_json(
            email.attachments,
            base64="content",
            name="filename",
            content_type="type",
            disposition="disposition",
            content_id="content_id",
        ),
    }
    return ProviderRequest(
        service="sendgrid",
        url=f"{settings.endpoint.rstrip('/')}/v3/mail/send",
        headers={"authorization": f"Bearer {settings.api_key}", "content-type": "application/json"},
        content=json_of(fields, email.overrides),
        envelope=envelope_of(email.id, mailboxes["From"], mailboxes["To"]),
        hidden=(settings.api_key, *contents(email)),
    )


def as_object(mailbox: Mailbox) -> dict[str, Any]:
    name = one_line(mailbox.name)
    return {"email": mailbox.address, **({"name": name} if name else {})}


def judge(clock: Clock, answer: ProviderAnswer) -> Sent | Failed:
    if answer.is_success:
        return answer.sent(answer.headers.get("x-message-id"))
    errors = (answer.read(SendGridAnswer) or SendGridAnswer()).errors
    words = "; ".join(error.message for error in errors)
    if errors and all(error.blames_recipient for error in errors):
        return answer.failed(Failure.BOUNCED, words)
    failed = answer.usual_failure(words)
    if failed.failure is Failure.RATE_LIMITED and failed.retry_after is None:
        pause = pause_until(answer.headers.get("x-ratelimit-reset"), clock.now())
        return answer.failed(Failure.RATE_LIMITED, words, retry_after=pause)
    return failed


def pause_until(reset: str | None, now: datetime) -> timedelta | None:
    """Returns the pause until the time in a header `X-RateLimit-Reset`, None if it has none."""
    if reset is None or not EPOCH_SECONDS.fullmatch(reset):
        return None
    return max(datetime.fromtimestamp(int(reset), UTC) - now, timedelta())


def open_sender(settings: SendGridSettings, context: SenderContext) -> RequestSender[Email]:
    return api_sender(context, MAX_BYTES, partial(to_request, settings), partial(judge, context.clock))


SENDGRID = email_provider(
    "sendgrid",
    SendGridSettings,
    open_sender,
    secrets=frozenset({"api_key"}),
    callbacks=SENDGRID_CALLBACKS,
)
