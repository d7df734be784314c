"""The type of channel `sms`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import msgspec
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.sms.message import Sms, problem_with
from addressee.channels.sms.segments import segment_count
from addressee.messaging.content.aliases import JSON_OR_TEXT, Alias, Aliases, given_text, json_object
from addressee.messaging.content.model import Content, Overrides, Rendered, Template, render_object
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel


class SmsContent(Content, frozen=True, kw_only=True, tag=ChannelType.SMS.value, omit_defaults=True):
    """The content of an SMS. `numbers` are those that it goes to; `segments` counts those that each of them gets.

    If it is `redirected`, the numbers are not the recipient's own.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("numbers", "redirected")

    numbers: tuple[str, ...]
    body: str
    segments: int
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)
    redirected: bool = False

    @property
    def is_redirected(self) -> bool:
        return self.redirected

    @property
    def redirected_to(self) -> Sequence[str]:
        return self.numbers if self.redirected else ()

    @property
    def unsure_addresses(self) -> Collection[str]:
        return ("numbers",) if self.redirected else ()

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Sms:
        return Sms(id, to.value, self.body, self.overrides)

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> SmsContent:
        return self.without_overrides_of(channel, stand_in)

    def silenced(self) -> Self:
        return structs.replace(self, body="", segments=0, overrides={})


class SmsTemplate(Template, frozen=True, tag=ChannelType.SMS.value):
    """The template of an SMS. `to` names numbers in place of the recipient's own."""

    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("text_body",), "body"),
            Alias(("settings", "to_number"), "to", given_text),
            Alias(("settings", "payload_overrides"), "overrides", json_object, JSON_OR_TEXT),
        ),
    )
    OVERRIDES: ClassVar[Aliases] = Aliases(known=(Alias(("link_tracking",), "link_tracking"),))

    body: str
    overrides: Overrides = msgspec.field(default_factory=dict)
    to: str | None = None
    link_tracking: bool | None = None

    @property
    def is_redirected(self) -> bool:
        return self.to is not None

    @property
    def renders_addresses(self) -> Collection[str]:
        return () if self.to is None else ("numbers",)

    def addressees(self, scope: Scope) -> Sequence[str] | None:
        return None if self.to is None else numbers_in(liquid.render(self.to, scope))

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the text. One that is empty or too long raises a TemplateError, so that nothing is sent."""
        body = liquid.render(self.body, scope)
        if (problem := problem_with(body)) is not None:
            raise liquid.TemplateError(problem, None)
        overrides = render_object(self.overrides, scope)
        content = self.blank(channel, to)
        return Rendered(structs.replace(content, body=body, segments=segment_count(body), overrides=overrides))

    def blank(self, channel: Channel, to: Sequence[str]) -> SmsContent:
        return SmsContent(numbers=tuple(to), body="", segments=0, redirected=self.is_redirected)

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if not self.body.strip():
            yield ("body",), "an SMS needs a text"

    def warnings(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if self.link_tracking:
            yield ("link_tracking",), "links in an SMS stay as they are: tracked ones are longer than a segment"


def numbers_in(text: str) -> list[str]:
    """Returns the numbers of a list that is separated by commas."""
    return [each.strip() for each in text.split(",") if each.strip()]
