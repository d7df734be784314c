"""The description of a provider: its channels' settings, the addresses it sends to, and its sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from addressee.channels.callback import Callbacks
from addressee.channels.channel_data import ANYTHING, Form
from addressee.channels.receipts import Receipts
from addressee.channels.sender import Sender, SenderContext
from addressee.channels.settings import setting_problems

Address = TypeVar("Address")


class ChannelType(StrEnum):
    EMAIL = "email"
    IN_APP_FEED = "in_app_feed"
    SMS = "sms"
    PUSH = "push"
    CHAT = "chat"
    WHATSAPP = "whatsapp"
    HTTP = "http"


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider without settings."""


def nothing(name: str) -> bool:
    return False


def never(settings: Mapping[str, Any]) -> bool:
    return False


def every_address(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses


def newest_first(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses[::-1]


def primary_or_all(addresses: Sequence[Address], settings: Mapping[str, Any]) -> Sequence[Address]:
    return addresses if settings.get("addresses") == "all" else addresses[:1]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of one type of channel.

    `settings` is the type of its channels' settings; those named in `secrets` are sealed, those in `templates` are in
    Liquid. `problems` yields problems with settings of the right types: the setting, and what it must be.

    `open` returns a sender for settings. It is None for providers that only store messages.

    `kind` is the kind of address that it sends to, one of `directory.kinds.KINDS`, or one of its groups if any of the
    group's kinds may be behind an address. `aliases` are other names by which addresses of the kind may name it.
    `missing` is the reason for skipping a recipient without one. `choose` selects the addresses of a message from the
    valid ones, which begin with the primary one. `is_fixed` returns whether a channel with these settings sends to an
    address of its own, whoever the recipient is. `data` is the form of recipients' channel data.

    `reserves` returns whether a name in the data of a push is reserved. `shows` are the parts of a chat message that it
    shows besides the text. `callbacks` are the requests by which it tells what became of messages, `receipts` is how it
    is asked for that; each is None if there is no such way.
    """

    channel_type: ChannelType
    name: str
    kind: str = field(kw_only=True)
    settings: type[msgspec.Struct] = NoSettings
    open: Callable[[Any, SenderContext], Sender[Any]] | None = None
    aliases: frozenset[str] = frozenset()
    missing: str = "no_address"
    choose: Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]] = every_address
    secrets: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    data: Form = ANYTHING
    problems: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]] = setting_problems
    reserves: Callable[[str], bool] = nothing
    shows: frozenset[str] = frozenset()
    callbacks: Callbacks | None = None
    receipts: Receipts | None = None
    is_fixed: Callable[[Mapping[str, Any]], bool] = never
