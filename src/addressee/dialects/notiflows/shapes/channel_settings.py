"""Requests and responses of channel settings and web push subscriptions (notiflows.md §2, §3.3)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Provider: TypeAlias = Literal["apns", "fcm", "slack"]


class ChannelSettingsInput(Struct):
    """`settings` are of the channel's provider's form: `{device_tokens}` for apns and fcm, of up to 100 tokens of up to
    4,096 characters; for slack `{slack_channel_id, slack_user_id}`, or one of them.
    """

    settings: dict[str, list[str] | str | None]


class InlineChannelSettings(ChannelSettingsInput):
    channel_id: str


class ChannelSettings(Struct):
    """`user_id` is the internal id of the user."""

    channel_id: str
    provider: Provider
    settings: dict[str, list[str] | str | None]
    user_id: str
    created_at: str
    updated_at: str


class PushKeys(Struct):
    """The parts of a browser's subscription, each of up to 4,096 characters. `endpoint` is an https URL."""

    endpoint: str
    p256dh: str
    auth: str


class PushSubscriptionKey(Struct):
    """`identifier` identifies the browser, and may be its endpoint: up to 4,096 characters."""

    identifier: str


class PushSubscriptionInput(PushSubscriptionKey):
    settings: PushKeys


class PushSubscription(Struct):
    id: str
    channel_id: str
    identifier: str
    settings: PushKeys
    created_at: str
    updated_at: str


class PushSubscriptions(Struct):
    """All web push subscriptions of a user on a channel, at most 100."""

    items: list[PushSubscription]
