"""The providers that there are: which kind of channel each serves, its settings, and its sender."""

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
    """What there is to know of a provider.

    `settings` are those of its channels, and `secrets` names those of them that are sealed. `problems` yields what is
    wrong with settings that have the right types: which one, and what it must be.

    `open` makes a sender from settings and the outbox folder; None where messages are only stored.

    `kind` (of `directory.kinds.KINDS`) is that of the addresses that it sends to; None where nothing can be sent yet.
    `missing` is the reason that is given when a recipient has none. `choose` takes those that a message goes to from
    the valid ones, the primary one first. `data` is the form of what recipients' channel data hold.

    `reserves` tells whether it keeps a name in a push's data for itself.
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
