"""Templates as files and stored workflows hold them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from addressee.channels.providers import ChannelType
from addressee.messaging.definition import Definition


class EmailTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.EMAIL.value):
    """Liquid; values are HTML-escaped in `html` only."""

    subject: str
    html: str | None = None
    text: str | None = None


class InAppTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.IN_APP_FEED.value):
    """Liquid; `body` is markdown."""

    body: str
    action_url: str | None = None


class PushTemplate(Definition, frozen=True, tag_field="type", tag=ChannelType.PUSH.value):
    """Liquid. `data` is for the app, and so is `action_url`, which it gets beside the rest of the data."""

    title: str
    body: str
    action_url: str | None = None
    data: dict[str, str] = msgspec.field(default_factory=dict)


Template = EmailTemplate | InAppTemplate | PushTemplate

TEMPLATES: Mapping[ChannelType, type[Template]] = {
    ChannelType.EMAIL: EmailTemplate,
    ChannelType.IN_APP_FEED: InAppTemplate,
    ChannelType.PUSH: PushTemplate,
}
