"""Sends e-mail through Amazon SES (API version 2, SendEmail; senders.md §4)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from addressee.channels.aws.errors import aws_failure
from addressee.channels.aws.settings import SECRETS, endpoint_of, keys_in, region_problems
from addressee.channels.aws.sigv4 import signed
from addressee.channels.callbacks.ses import SES_CALLBACKS
from addressee.channels.email.api import MEGABYTE, api_sender, contents, json_of
from addressee.channels.email.mailbox import AddressError, read_mailbox
from addressee.channels.email.message import (
    Email,
    EmailSettings,
    RawEmail,
    compose,
    email_problems,
    email_provider,
)
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.sender import RequestSender
from addressee.channels.sender import Failed, Failure, SenderContext, Sent
from addressee.directory.clock import Clock

MAX_BYTES = 40 * MEGABYTE

# Errors of the account or of the channel's own domain and settings, until somebody mends them.
NOT_ALLOWED = frozenset(
    {
        "AccountSuspendedException",
        "SendingPausedException",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
    }
)

# The account has sent as much as it may in a day.
QUOTA_EXCEEDED = "LimitExceededException"

# A rejection for identities that are not verified. Those of recipients matter while the account is in the sandbox.
UNVERIFIED = "Email address is not verified"


class SesSettings(EmailSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an SES channel. Events of its e-mails are published as the `configuration_set` says."""

    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    configuration_set: str | None = None
    endpoint: str | None = None


class SesAnswer(msgspec.Struct):
    message: str = ""
    other_message: str = msgspec.field(default="", name="Message")
    message_id: str | None = msgspec.field(default=None, name="MessageId")

    @property
    def words(self) -> str:
        """The words of an error: SES writes `message`, and what stands before it in AWS may write `Message`."""
        return self.message or self.other_message


def to_request(settings: SesSettings, clock: Clock, email: Email) -> ProviderRequest:
    """Raises AddressError."""
    composed = compose(email)
    if not composed.in_ascii:
        raise AddressError("SES does not take addresses outside of ASCII", Failure.PERMANENT)
    keys = keys_in(settings)
    url = f"{endpoint_of('email', settings)}/v2/email/outbound-emails"
    fields = {
        "Destination": destination_of(composed),
        "Content": {"Raw": {"Data": b64encode(composed.content).decode()}},
        "EmailTags": [{"Name": "id", "Value": email.id}],
        "ConfigurationSetName": settings.configuration_set,
    }
    content = json_of(fields, email.overrides)
    headers = {"content-type": "application/json"}
    return ProviderRequest(
        service="ses",
        url=url,
        headers=signed(keys, "ses", "POST", url, headers, content, clock.now()),
        content=content,
        envelope=composed.envelope,
        hidden=(*keys.secrets, *contents(email)),
    )


def destination_of(composed: RawEmail) -> dict[str, list[str]]:
    addresses = {
        "ToAddresses": (composed.recipient,),
        "CcAddresses": composed.copies.cc,
        "BccAddresses": composed.copies.bcc,
    }
    return {name: [mailbox.address for mailbox in found] for name, found in addresses.items() if found}


def judge(settings: SesSettings, answer: ProviderAnswer) -> Sent | Failed:
    said = answer.read(SesAnswer) or SesAnswer()
    if answer.is_success:
        return answer.sent(said.message_id)
    code = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    words = f"{code} {said.words}".strip()
    if code in NOT_ALLOWED or is_unverified(settings, said.words):
        return answer.failed(Failure.CREDENTIALS, words)
    if code == QUOTA_EXCEEDED:
        return answer.failed(Failure.RATE_LIMITED, words)
    return answer.failed(aws_failure(code, answer.status), words)


def is_unverified(settings: SesSettings, words: str) -> bool:
    """Returns whether the channel's own address is not verified."""
    return words.startswith(UNVERIFIED) and read_mailbox(settings.sender).address in words


def open_sender(settings: SesSettings, context: SenderContext) -> RequestSender[Email]:
    request = partial(to_request, settings, context.clock)
    return api_sender(context, MAX_BYTES, request, partial(judge, settings))


def ses_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from email_problems(settings)
    yield from region_problems(settings)


SES = email_provider("ses", SesSettings, open_sender, secrets=SECRETS, problems=ses_problems, callbacks=SES_CALLBACKS)
