"""The type of channel `push`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.links import checked_url, schemes_of
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.push.notification import Push
from addressee.messaging.content.aliases import JSON_OR_TEXT, Alias, Aliases, json_object
from addressee.messaging.content.model import ACTION_URL, Content, Overrides, Rendered, Template, render_object
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel

# Schemes that the URL of an image may have: the device or the provider fetches it.
IMAGE_SCHEMES = frozenset({"https", "http"})

# The largest badge that all platforms can show.
MAX_BADGE = 2**31 - 1
WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")

# Seconds; FCM keeps notifications for 28 days at most.
TimeToLive: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=28 * 24 * 60 * 60)]


class PushContent(Content, frozen=True, kw_only=True, tag=ChannelType.PUSH.value, omit_defaults=True):
    """The content of a push notification. `tokens` are those of all devices and browsers that it goes to.

    One that is `silent` shows nothing. If it `keeps_tokens`, those at which it bounces stay.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("tokens",)

    tokens: tuple[str, ...]
    title: str
    body: str
    data: dict[str, str]
    image: str | None = None
    badge: int | None = None
    sound: str | None = None
    time_to_live: int | None = None
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)
    silent: bool = False
    keeps_tokens: bool = False

    @property
    def keeps_addresses(self) -> bool:
        return self.keeps_tokens

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Push:
        return Push(
            id=id,
            token=to.key,
            title=self.title,
            body=self.body,
            data=self.data,
            action_url=self.data.get(ACTION_URL),
            image=self.image,
            badge=self.badge,
            sound=self.sound,
            time_to_live=self.time_to_live,
            overrides=self.overrides,
            silent=self.silent,
            subscription=to.value if isinstance(to.value, Mapping) else None,
        )

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> PushContent:
        content = self.without_overrides_of(channel, stand_in)
        kept = {name: text for name, text in self.data.items() if not stand_in.served_by.reserves(name)}
        if checked_url(kept.get(ACTION_URL, ""), schemes_of(stand_in.settings)).refused:
            del kept[ACTION_URL]
        return structs.replace(content, data=kept)

    def silenced(self) -> Self:
        return type(self)(tokens=self.tokens, title="", body="", data={})


class PushTemplate(Template, frozen=True, tag=ChannelType.PUSH.value):
    """The template of a push notification.

    `data` is for the app, and `action_url` is added to it. `badge` is the number on the app's icon, `sound` the name of
    a sound, and `time_to_live` the number of seconds in which the notification is worth delivering. `overrides` are
    fields of the provider's request, laid over those that are made of the template. One that is silent shows nothing:
    it tells the app its `data`. Without `token_deregistration`, tokens that bounce stay.
    """

    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("text_body",), "body"),
            Alias(("settings", "delivery_type"), "delivery_type"),
            Alias(("settings", "payload_overrides"), "overrides", json_object, JSON_OR_TEXT),
        ),
    )
    OVERRIDES: ClassVar[Aliases] = Aliases(known=(Alias(("token_deregistration",), "token_deregistration"),))

    title: str = ""
    body: str = ""
    action_url: str | None = None
    data: dict[str, str] = msgspec.field(default_factory=dict)
    image: str | None = None
    badge: str | Annotated[int, msgspec.Meta(ge=0, le=MAX_BADGE)] | None = None
    sound: str | None = None
    time_to_live: TimeToLive | None = None
    overrides: Overrides = msgspec.field(default_factory=dict)
    delivery_type: Literal["content", "silent"] = "content"
    token_deregistration: bool = True

    @property
    def is_silent(self) -> bool:
        return self.delivery_type == "silent"

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the notification without the links that are refused. Raises TemplateError if the badge is no number.

        An image, a badge or a sound whose text is empty is left out.
        """
        given = self.data if self.action_url is None else {**self.data, ACTION_URL: self.action_url}
        data = {name: liquid.render(text, scope) for name, text in given.items()}
        link = checked_url(data.get(ACTION_URL, ""), schemes_of(channel.settings))
        if link.refused:
            del data[ACTION_URL]
        image = checked_url(liquid.render(self.image or "", scope).strip(), IMAGE_SCHEMES)
        content = PushContent(
            tokens=tuple(to),
            title="" if self.is_silent else liquid.render(self.title, scope),
            body="" if self.is_silent else liquid.render(self.body, scope),
            data=data,
            image=image.text or None,
            badge=self._badge(scope),
            sound=liquid.render(self.sound or "", scope).strip() or None,
            time_to_live=self.time_to_live,
            overrides=render_object(self.overrides, scope),
            silent=self.is_silent,
            keeps_tokens=not self.token_deregistration,
        )
        return Rendered(content, link.refused + image.refused)

    def _badge(self, scope: Scope) -> int | None:
        if not isinstance(self.badge, str):
            return self.badge
        text = liquid.render(self.badge, scope).strip()
        if text and (not WHOLE_NUMBER.fullmatch(text) or int(text) > MAX_BADGE):
            raise liquid.TemplateError(f"the badge must be a whole number from 0 to {MAX_BADGE:,}", None)
        return int(text) if text else None

    def blank(self, channel: Channel, to: Sequence[str]) -> PushContent:
        return PushContent(tokens=tuple(to), title="", body="", data={})

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if not (self.title or self.is_silent):
            yield (), "'title' is missing"
        if not (self.body or self.is_silent):
            yield (), "'body' or 'text_body' is missing"
        for name in filter(provider.reserves, self.data):
            yield ("data", name), f"{provider.name} keeps the name {name!r} for itself; use another"

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield (ACTION_URL,), self.action_url or ""
        yield ("data", ACTION_URL), self.data.get(ACTION_URL, "")
        yield ("image",), self.image or ""
