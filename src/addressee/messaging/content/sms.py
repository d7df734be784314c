"""The type of channel `sms`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.sms.message import Sms, problem_with
from addressee.channels.sms.segments import segment_count
from addressee.messaging.content.aliases import JSON_OR_TEXT, Alias, Aliases, json_object
from addressee.messaging.content.model import Content, Rendered, Template, render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel


class SmsContent(Content, frozen=True, kw_only=True, tag=ChannelType.SMS.value):
    """The content of an SMS. `numbers` are those that it goes to; `segments` counts those that each of them gets."""

    ADDRESSES: ClassVar[tuple[str, ...]] = ("numbers",)

    numbers: tuple[str, ...]
    body: str
    segments: int
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Sms:
        return Sms(id, to.value, self.body, self.overrides)

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> SmsContent:
        return self.without_overrides_of(channel, stand_in)

    def silenced(self) -> Self:
        return structs.replace(self, body="", segments=0, overrides={})


class SmsTemplate(Template, frozen=True, tag=ChannelType.SMS.value):
    """The template of an SMS."""

    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("text_body",), "body"),
            Alias(("settings", "payload_overrides"), "overrides", json_object, JSON_OR_TEXT),
        ),
        later={("settings", "to_number"): "an SMS goes to the recipient's own numbers; leave this out"},
    )

    body: str
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the text. One that is empty or too long raises a TemplateError, so that nothing is sent."""
        body = liquid.render(self.body, scope)
        if (problem := problem_with(body)) is not None:
            raise liquid.TemplateError(problem, None)
        overrides = render_texts(self.overrides, scope)
        return Rendered(SmsContent(numbers=tuple(to), body=body, segments=segment_count(body), overrides=overrides))

    def blank(self, channel: Channel, to: Sequence[str]) -> SmsContent:
        return SmsContent(numbers=tuple(to), body="", segments=0)

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if not self.body.strip():
            yield ("body",), "an SMS needs a text"
