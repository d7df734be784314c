"""The type of channel `push`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Self

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.links import checked_url, schemes_of
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.push.notification import Push
from addressee.messaging.content import liquid
from addressee.messaging.content.model import ACTION_URL, Content, Rendered, Template
from addressee.messaging.content.scope import Scope
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel


class PushContent(Content, frozen=True, kw_only=True, tag=ChannelType.PUSH.value):
    """The content of a push notification. `tokens` are those of all devices that it goes to."""

    ADDRESSES: ClassVar[tuple[str, ...]] = ("tokens",)

    tokens: tuple[str, ...]
    title: str
    body: str
    data: dict[str, str]

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Push:
        return Push(id, to.value, self.title, self.body, self.data)

    def silenced(self) -> Self:
        return structs.replace(self, title="", body="", data={})


class PushTemplate(Template, frozen=True, tag=ChannelType.PUSH.value):
    """The template of a push notification. `data` is for the app, and `action_url` is added to it."""

    title: str
    body: str
    action_url: str | None = None
    data: dict[str, str] = msgspec.field(default_factory=dict)

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the notification; a refused link is left out of `data`."""
        given = self.data if self.action_url is None else {**self.data, ACTION_URL: self.action_url}
        data = {name: liquid.render(text, scope) for name, text in given.items()}
        link = checked_url(data.get(ACTION_URL, ""), schemes_of(channel.settings))
        if link.refused:
            del data[ACTION_URL]
        content = PushContent(
            tokens=tuple(to),
            title=liquid.render(self.title, scope),
            body=liquid.render(self.body, scope),
            data=data,
        )
        return Rendered(content, link.refused)

    def blank(self, channel: Channel, to: Sequence[str]) -> PushContent:
        return PushContent(tokens=tuple(to), title="", body="", data={})

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        for name in filter(provider.reserves, self.data):
            yield ("data", name), f"{provider.name} keeps the name {name!r} for itself; use another"

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield (ACTION_URL,), self.action_url or ""
        yield ("data", ACTION_URL), self.data.get(ACTION_URL, "")
