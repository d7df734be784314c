"""Notiflows' types of channels, and the kinds of addresses that belong to each (notiflows.md §2, §5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.channels.provider import ChannelType
from addressee.dialects.notiflows.shapes.notifications import ChannelTypeName
from addressee.messaging.environment.channels import Channel

# The kinds of addresses that each type stands for.
KINDS_OF: Mapping[str, tuple[str, ...]] = {
    "email": ("email",),
    "sms": ("sms",),
    "in_app": ("in_app",),
    "mobile_push": ("android_push", "ios_push"),
    "web_push": ("web_push",),
    "chat": ("slack", "ms_teams", "discord", "whatsapp", "webhook"),
}

NAMES: Mapping[ChannelType, ChannelTypeName] = {
    ChannelType.EMAIL: "email",
    ChannelType.SMS: "sms",
    ChannelType.IN_APP_FEED: "in_app",
    ChannelType.PUSH: "mobile_push",
    ChannelType.CHAT: "chat",
    ChannelType.WHATSAPP: "chat",
    ChannelType.HTTP: "chat",
}

# The provider of push channels for browsers.
WEB_PUSH = "web_push"


def channel_type(channel: Channel) -> ChannelTypeName:
    return "web_push" if channel.provider == WEB_PUSH else NAMES[channel.type]
