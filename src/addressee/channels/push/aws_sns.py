"""Sends push notifications through Amazon SNS (senders.md §1), to endpoints that an app has made there for devices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from addressee.channels import channel_data
from addressee.channels.aws import sns
from addressee.channels.aws.settings import SECRETS, region_problems
from addressee.channels.provider import ChannelType, Provider, newest_first
from addressee.channels.push import apns, fcm
from addressee.channels.push.notification import Push, fitted
from addressee.channels.requests.exchange import ProviderRequest
from addressee.channels.requests.sender import RequestSender, UnsendableError
from addressee.channels.sender import Failure, SenderContext
from addressee.channels.settings import ChannelSettings, setting_problems
from addressee.directory.clock import Clock
from addressee.directory.documents import merged_deep

# The ARN of an endpoint names the push service of its device.
ENDPOINT = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):[0-9]+:endpoint/(?P<platform>[A-Z_]+)/[!-~]+")

# Firebase's name in SNS. Those of Apple's begin with APNS: they are several, one of them for apps that are tested.
FIREBASE = "GCM"
APPLE = "APNS"

# What Firebase and Apple take of a notification.
MAX_BYTES = 4096


class SnsSettings(ChannelSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a push channel of SNS."""

    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    endpoint: str | None = None


def to_request(settings: SnsSettings, clock: Clock, push: Push) -> ProviderRequest:
    """Raises UnsendableError."""
    endpoint = ENDPOINT.fullmatch(push.token)
    if endpoint is None:
        raise UnsendableError("this is not the ARN of an endpoint of SNS", Failure.BOUNCED)
    if endpoint["region"] != settings.region:
        raise UnsendableError(
            f"the endpoint is in {endpoint['region']}, the channel in {settings.region}", Failure.MISMATCHED
        )
    platform = endpoint["platform"]
    now = clock.now()

    def size(push: Push) -> int:
        return len(encoded(message_in(fields_of(push, platform, now))[platform]).encode())

    cut = fitted(push, size, MAX_BYTES)
    if cut is None:
        raise UnsendableError(f"a notification takes at most {MAX_BYTES:,} bytes; this one has more without its body")
    fields = fields_of(cut, platform, now)
    message = {name: encoded(part) for name, part in message_in(fields).items()}
    return sns.publish_request(
        settings, {**fields, "Message": message}, now, push.envelope, (push.token, *push.contents)
    )


def fields_of(push: Push, platform: str, now: datetime) -> dict[str, Any]:
    """Returns the fields of a request with the overrides laid over them. `Message` has a part for the platform."""
    fields = {
        "TargetArn": push.token,
        "MessageStructure": "json",
        "Message": {"default": push.body, platform: part_for(platform, push, now)},
        **sns.attribute_fields(attributes(push, platform)),
    }
    return merged_deep(fields, push.overrides)


def message_in(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the message in the fields of a request. Raises UnsendableError."""
    message = fields["Message"]
    if not isinstance(message, Mapping):
        raise UnsendableError("'Message' in the overrides must be an object")
    return message


def encoded(part: Any) -> str:
    """Returns a part of a message as SNS takes it: as text, which is JSON for all parts but the default one."""
    return part if isinstance(part, str) else msgspec.json.encode(part).decode()


def part_for(platform: str, push: Push, now: datetime) -> dict[str, Any]:
    if platform == FIREBASE:
        return {"fcmV1Message": {"message": fcm.message_of(push, now)}}
    if platform.startswith(APPLE):
        return apns.to_body(push)
    shown = {} if push.silent else {"title": push.title, "body": push.body}
    return {"data": {**shown, **push.data}}


def attributes(push: Push, platform: str) -> dict[str, str]:
    """Returns what SNS tells Apple in headers. One that is sent again replaces the one shown already."""
    if not platform.startswith(APPLE):
        return {}
    expiry = {} if push.time_to_live is None else {f"AWS.SNS.MOBILE.{platform}.TTL": str(push.time_to_live)}
    type = "background" if push.silent else "alert"
    priority = {"AWS.SNS.MOBILE.APNS.PRIORITY": "5"} if push.silent else {}
    return {**priority, "AWS.SNS.MOBILE.APNS.PUSH_TYPE": type, "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": push.id, **expiry}


def is_reserved(name: str) -> bool:
    """Returns whether Firebase or Apple reserves this name in the data of a notification."""
    return apns.is_reserved(name) or fcm.is_reserved(name)


def sns_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with a channel's settings: the setting, and what it must be."""
    yield from setting_problems(settings)
    yield from region_problems(settings)


def open_sender(settings: SnsSettings, context: SenderContext) -> RequestSender[Push]:
    return RequestSender(context.client, partial(to_request, settings, context.clock), sns.judge)


AWS_SNS = Provider(
    ChannelType.PUSH,
    "aws_sns",
    SnsSettings,
    open_sender,
    kind="push",
    missing="no_push_token",
    choose=newest_first,
    secrets=SECRETS,
    data=channel_data.devices("target_arn", "target_arns"),
    problems=sns_problems,
    reserves=is_reserved,
)
