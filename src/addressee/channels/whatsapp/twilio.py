"""Sends WhatsApp messages through Twilio (senders.md §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from addressee.channels import twilio
from addressee.channels.callbacks.twilio import TWILIO_CALLBACKS
from addressee.channels.requests.exchange import ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.twilio import TwilioSettings
from addressee.channels.whatsapp.message import (
    ApprovedTemplate,
    WhatsAppMessage,
    whatsapp_provider,
)
from addressee.directory.phones import e164

# The longest text; a longer one is cut.
MAX_TEXT_LENGTH = 1_600

PREFIX = "whatsapp:"


def to_request(settings: TwilioSettings, message: WhatsAppMessage) -> ProviderRequest:
    """Raises UnsendableError."""
    message = message.cut_to(MAX_TEXT_LENGTH)
    sender = {} if settings.sender is None else {"From": at_whatsapp(settings.sender)}
    form = {**sender, "To": at_whatsapp(message.to), **content_of(message.content)}
    return twilio.message_request(settings, form, message.overrides, message.envelope, message.contents)


def at_whatsapp(number: str) -> str:
    return number if number.startswith(PREFIX) else PREFIX + number


def content_of(content: str | ApprovedTemplate) -> dict[str, str]:
    """Returns the fields of a text, or of a template of Twilio's Content API, whose name is its SID."""
    if isinstance(content, str):
        return {"Body": content}
    if content.components:
        raise UnsendableError("Twilio takes no components: they are a part of the template that ContentSid names")
    variables = variables_of(content)
    return {
        "ContentSid": content.name,
        **({"ContentVariables": msgspec.json.encode(variables).decode()} if variables else {}),
    }


def variables_of(template: ApprovedTemplate) -> dict[str, str]:
    """Returns the variables of a template by name; those that are listed are numbered from 1."""
    if isinstance(template.parameters, Mapping):
        return dict(template.parameters)
    return {str(number): text for number, text in enumerate(template.parameters, 1)}


def whatsapp_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the settings of a channel: the setting, and what it must be."""
    yield from twilio.twilio_problems(settings)
    sender = settings.get("from")
    if sender is not None and e164(sender.removeprefix(PREFIX)) is None:
        yield "from", "this must be the number that WhatsApp messages come from, like +15005550006"


TWILIO = whatsapp_provider(
    "twilio",
    TwilioSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), twilio.judge),
    secrets=twilio.SECRETS,
    problems=whatsapp_problems,
    callbacks=TWILIO_CALLBACKS,
)
