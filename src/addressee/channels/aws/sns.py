"""Publishes to one address through Amazon SNS, by its query API (Publish; senders.md §1 and §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from addressee.channels.aws.errors import aws_failure
from addressee.channels.aws.settings import AwsSettings, endpoint_of, keys_in
from addressee.channels.aws.sigv4 import signed
from addressee.channels.requests.exchange import ProviderAnswer, ProviderRequest
from addressee.channels.requests.forms import CONTENT_TYPE, form_of
from addressee.channels.sender import Failed, Failure, Sent

# Elements of answers, which are XML of a fixed form.
MESSAGE_ID = re.compile(r"<MessageId>([\w-]{1,100})</MessageId>")
CODE = re.compile(r"<Code>([A-Za-z.]{1,100})</Code>")
WORDS = re.compile(r"<Message>([^<]*)</Message>")

# What SNS's error codes mean, besides those that all services of AWS have.
FAILURES: Mapping[str, Failure] = {
    # the endpoint of a device: switched off, as its token was refused, or deleted
    "EndpointDisabled": Failure.BOUNCED,
    "NotFound": Failure.BOUNCED,
    "OptedOut": Failure.OPTED_OUT,
    # the app's own credentials for its push service were refused
    "PlatformApplicationDisabled": Failure.CREDENTIALS,
}

# The address is no endpoint, or no number that can be reached.
INVALID_PARAMETER = "InvalidParameter"
INVALID_ADDRESS = re.compile(r"Invalid parameter: (TargetArn|PhoneNumber)\b")


def publish_request(
    settings: AwsSettings,
    fields: Mapping[str, Any],
    at: datetime,
    envelope: Mapping[str, Any],
    hidden: Sequence[str],
) -> ProviderRequest:
    """Returns the signed request that publishes a message with these fields."""
    keys = keys_in(settings)
    url = f"{endpoint_of('sns', settings)}/"
    content = form_of({"Action": "Publish", "Version": "2010-03-31", **fields})
    return ProviderRequest(
        service="aws_sns",
        url=url,
        headers=signed(keys, "sns", "POST", url, {"content-type": CONTENT_TYPE}, content, at),
        content=content,
        envelope=envelope,
        hidden=(*keys.secrets, *hidden),
    )


def attribute_fields(attributes: Mapping[str, str]) -> dict[str, str]:
    """Returns the fields of attributes of a message. They are counted from 1."""
    return {
        f"MessageAttributes.entry.{number}.{part}": value
        for number, (name, text) in enumerate(attributes.items(), 1)
        for part, value in (("Name", name), ("Value.DataType", "String"), ("Value.StringValue", text))
    }


def judge(answer: ProviderAnswer) -> Sent | Failed:
    if answer.is_success:
        return answer.sent(found(MESSAGE_ID, answer.text))
    code, said = found(CODE, answer.text) or "", unescape(found(WORDS, answer.text) or "")
    words = f"{code} {said}".strip()
    if code == INVALID_PARAMETER and INVALID_ADDRESS.match(said):
        return answer.failed(Failure.BOUNCED, words)
    return answer.failed(FAILURES.get(code) or aws_failure(code, answer.status), words)


def found(element: re.Pattern[str], text: str) -> str | None:
    match = element.search(text)
    return None if match is None else match[1]
