"""The providers: the type of channel that each serves, its settings, and its sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from addressee.channels import channel_data
from addressee.channels.channel_data import ANYTHING, Form
from addressee.channels.email.message import email_problems
from addressee.channels.email.outbox import OutboxSender, OutboxSettings
from addressee.channels.email.smtp import SmtpSender, SmtpSettings, smtp_problems
from addressee.channels.links import LinkSettings, scheme_problems
from addressee.channels.push import web_push
from addressee.channels.push.fcm import FcmSender, FcmSettings, fcm_problems, is_reserved
from addressee.channels.sender import Sender

Address = TypeVar("Address")


class ChannelType(StrEnum):
    EMAIL = "email"
    IN_APP_FEED = "in_app_feed"
    SMS = "sms"
    PUSH = "push"
    CHAT = "chat"
    HTTP = "http"


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider without settings."""


def no_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ()


def nothing(name: str) -> bool:
    return False


def every_address(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses


def newest_first(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses[::-1]


def primary_or_all(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses if settings.get("addresses") == "all" else addresses[:1]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider.

    `settings` is the type of its channels' settings; those named in `secrets` are sealed. `problems` yields problems
    with settings of the right types: the setting, and what it must be.

    `open` returns a sender for settings and the outbox folder. It is None for providers that only store messages.

    `kind` (one of `directory.kinds.KINDS`) is the kind of address that it sends to, None if it cannot send yet.
    `missing` is the reason for skipping a recipient without one. `choose` selects the addresses of a message from the
    valid ones, which begin with the primary one. `data` is the form of recipients' channel data. `reserves` returns
    whether a name in the data of a push is reserved.
    """

    channel_type: ChannelType
    settings: type[msgspec.Struct]
    open: Callable[[Any, Path], Sender[Any]] | None
    kind: str | None = None
    missing: str = "no_address"
    choose: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]] = every_address
    secrets: frozenset[str] = frozenset()
    data: Form = ANYTHING
    problems: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]] = no_problems
    reserves: Callable[[str], bool] = nothing


PROVIDERS: Mapping[str, Provider] = {
    "feed": Provider(ChannelType.IN_APP_FEED, LinkSettings, None, "in_app", problems=scheme_problems),
    "smtp": Provider(
        ChannelType.EMAIL,
        SmtpSettings,
        lambda settings, _: SmtpSender(settings),
        "email",
        missing="no_email_address",
        choose=primary_or_all,
        secrets=frozenset({"password"}),
        problems=smtp_problems,
    ),
    "outbox": Provider(
        ChannelType.EMAIL,
        OutboxSettings,
        lambda _, folder: OutboxSender(folder),
        "email",
        missing="no_email_address",
        choose=primary_or_all,
        problems=email_problems,
    ),
    "twilio": Provider(ChannelType.SMS, NoSettings, None),
    "fcm": Provider(
        ChannelType.PUSH,
        FcmSettings,
        lambda settings, _: FcmSender(settings),
        "android_push",
        missing="no_push_token",
        choose=newest_first,
        secrets=frozenset({"service_account"}),
        data=channel_data.devices("token", "tokens"),
        problems=fcm_problems,
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
