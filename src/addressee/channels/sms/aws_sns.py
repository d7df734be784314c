"""Sends SMS through Amazon SNS (senders.md §3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal

import msgspec

from addressee.channels.aws import sns
from addressee.channels.aws.settings import SECRETS, region_problems
from addressee.channels.requests.exchange import ProviderRequest
from addressee.channels.requests.sender import RequestSender
from addressee.channels.sender import SenderContext
from addressee.channels.settings import NumberSettings, setting_problems
from addressee.channels.sms.message import Sms, sms_provider
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep

# What SMS may come from: a number of the account, or a name of letters and digits, at least one of them a letter.
NUMBER = re.compile(r"\+?[0-9]{4,15}")
SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}")


class SnsSettings(NumberSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an SMS channel of SNS. `from` is a number of the account or a sender id, None: what AWS chooses.

    `message_type` says whether AWS sends as reliably or as cheaply as it can.
    """

    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    message_type: Literal["transactional", "promotional"] = "transactional"
    endpoint: str | None = None


def to_request(settings: SnsSettings, clock: Clock, sms: Sms) -> ProviderRequest:
    fields = {"PhoneNumber": sms.to, "Message": sms.text, **sns.attribute_fields(attributes(settings))}
    return sns.publish_request(settings, merged_deep(fields, sms.overrides), clock.now(), sms.envelope, sms.contents)


def attributes(settings: SnsSettings) -> dict[str, str]:
    chosen = {"AWS.SNS.SMS.SMSType": settings.message_type.capitalize()}
    if settings.sender is not None:
        name = "AWS.MM.SMS.OriginationNumber" if NUMBER.fullmatch(settings.sender) else "AWS.SNS.SMS.SenderID"
        chosen[name] = settings.sender
    return chosen


def sns_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from setting_problems(settings)
    yield from region_problems(settings)
    sender = settings.get("from")
    if sender is not None and not (NUMBER.fullmatch(sender) or SENDER_ID.fullmatch(sender)):
        yield "from", "this must be a phone number, or a sender id: up to 11 letters, digits and hyphens, with a letter"


def open_sender(settings: SnsSettings, context: SenderContext) -> RequestSender[Sms]:
    return RequestSender(context.client, partial(to_request, settings, context.clock), sns.judge)


AWS_SNS = sms_provider("aws_sns", SnsSettings, open_sender, secrets=SECRETS, problems=sns_problems)
