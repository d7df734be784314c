"""The providers that there are: which kind of channel each serves, its settings, and its sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from addressee.channels.outbox import OutboxSender, OutboxSettings
from addressee.channels.sender import Sender
from addressee.channels.smtp import SmtpSender, SmtpSettings


class ChannelType(StrEnum):
    EMAIL = "email"
    IN_APP_FEED = "in_app_feed"


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider without settings."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`open` makes a sender from settings and the outbox folder; None where nothing leaves the database.

    `secrets` names the settings that are sealed.
    """

    channel_type: ChannelType
    settings: type[msgspec.Struct]
    open: Callable[[Any, Path], Sender] | None
    secrets: frozenset[str] = frozenset()


PROVIDERS: Mapping[str, Provider] = {
    "feed": Provider(ChannelType.IN_APP_FEED, NoSettings, None),
    "smtp": Provider(
        ChannelType.EMAIL,
        SmtpSettings,
        lambda settings, _: SmtpSender(settings),
        frozenset({"password"}),
    ),
    "outbox": Provider(ChannelType.EMAIL, OutboxSettings, lambda _, folder: OutboxSender(folder)),
}
