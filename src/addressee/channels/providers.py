"""The providers that there are: which kind of channel each serves, its settings, and its sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from addressee.channels import channel_data
from addressee.channels.channel_data import ANYTHING, Form
from addressee.channels.email.message import mistaken_email
from addressee.channels.email.outbox import OutboxSender, OutboxSettings
from addressee.channels.email.smtp import SmtpSender, SmtpSettings, mistaken_smtp
from addressee.channels.links import LinkSettings, mistaken_schemes
from addressee.channels.push import web_push
from addressee.channels.push.fcm import FcmSender, FcmSettings, is_reserved, mistaken_fcm
from addressee.channels.sender import Sender


class ChannelType(StrEnum):
    EMAIL = "email"
    IN_APP_FEED = "in_app_feed"
    SMS = "sms"
    PUSH = "push"
    CHAT = "chat"
    HTTP = "http"


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider without settings."""


def no_mistakes(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ()


def nothing(name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Provider:
    """`open` makes a sender from settings and the outbox folder; None where nothing is sent by one.

    `kind` (of `directory.kinds.KINDS`) is that of the addresses that it sends to; None where nothing can be sent yet.
    `secrets` names the settings that are sealed. `data` is the form of what recipients' channel data hold. `mistakes`
    says what is wrong with settings that have the right types: which one, and what it must be. `reserves` tells whether
    it keeps a name in a push's data for itself.
    """

    channel_type: ChannelType
    settings: type[msgspec.Struct]
    open: Callable[[Any, Path], Sender[Any]] | None
    kind: str | None = None
    secrets: frozenset[str] = frozenset()
    data: Form = ANYTHING
    mistakes: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]] = no_mistakes
    reserves: Callable[[str], bool] = nothing


PROVIDERS: Mapping[str, Provider] = {
    "feed": Provider(ChannelType.IN_APP_FEED, LinkSettings, None, "in_app", mistakes=mistaken_schemes),
    "smtp": Provider(
        ChannelType.EMAIL,
        SmtpSettings,
        lambda settings, _: SmtpSender(settings),
        "email",
        secrets=frozenset({"password"}),
        mistakes=mistaken_smtp,
    ),
    "outbox": Provider(
        ChannelType.EMAIL,
        OutboxSettings,
        lambda _, folder: OutboxSender(folder),
        "email",
        mistakes=mistaken_email,
    ),
    "twilio": Provider(ChannelType.SMS, NoSettings, None),
    "fcm": Provider(
        ChannelType.PUSH,
        FcmSettings,
        lambda settings, _: FcmSender(settings),
        "android_push",
        secrets=frozenset({"service_account"}),
        data=channel_data.devices("token", "tokens"),
        mistakes=mistaken_fcm,
        reserves=is_reserved,
    ),
    "apns": Provider(ChannelType.PUSH, NoSettings, None, data=channel_data.devices("token", "tokens")),
    "expo": Provider(ChannelType.PUSH, NoSettings, None, data=channel_data.devices("token", "tokens")),
    "aws_sns": Provider(ChannelType.PUSH, NoSettings, None, data=channel_data.devices("target_arn", "target_arns")),
    "one_signal": Provider(ChannelType.PUSH, NoSettings, None, data=channel_data.players()),
    "web_push": Provider(ChannelType.PUSH, NoSettings, None, data=web_push.FORM),
    "slack": Provider(ChannelType.CHAT, NoSettings, None, data=channel_data.slack()),
    "ms_teams": Provider(ChannelType.CHAT, NoSettings, None, data=channel_data.ms_teams()),
    "discord": Provider(ChannelType.CHAT, NoSettings, None, data=channel_data.discord()),
    "webhook": Provider(ChannelType.HTTP, NoSettings, None),
}
