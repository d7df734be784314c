"""Sends SMS through Twilio (senders.md §3)."""

from __future__ import annotations

from functools import partial

from addressee.channels import twilio
from addressee.channels.callbacks.twilio import TWILIO_CALLBACKS
from addressee.channels.requests.exchange import ProviderRequest
from addressee.channels.requests.sender import RequestSender
from addressee.channels.sms.message import Sms, sms_provider
from addressee.channels.twilio import TwilioSettings


def to_request(settings: TwilioSettings, sms: Sms) -> ProviderRequest:
    form = {"To": sms.to, "Body": sms.text}
    return twilio.message_request(settings, form, sms.overrides, sms.envelope, sms.contents)


TWILIO = sms_provider(
    "twilio",
    TwilioSettings,
    lambda settings, context: RequestSender(context.client, partial(to_request, settings), twilio.judge),
    secrets=twilio.SECRETS,
    problems=twilio.twilio_problems,
    callbacks=TWILIO_CALLBACKS,
)
