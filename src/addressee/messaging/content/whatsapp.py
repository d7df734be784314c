"""The type of channel `whatsapp`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Self

import msgspec

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.whatsapp.message import ApprovedTemplate, WhatsAppMessage
from addressee.directory.recipient import Document
from addressee.messaging.content.aliases import Alias, Aliases
from addressee.messaging.content.model import Content, Overrides, Rendered, Template, render_object, render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel


class WhatsAppContent(Content, frozen=True, kw_only=True, tag=ChannelType.WHATSAPP.value):
    """The content of a WhatsApp message: a text, `body`, or the template `name` of the vendor with its parameters.

    `numbers` are those that it goes to.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("numbers",)

    numbers: tuple[str, ...]
    body: str = ""
    name: str | None = None
    language: str = ""
    parameters: list[str] | dict[str, str] = msgspec.field(default_factory=list)
    components: list[Document] = msgspec.field(default_factory=list)
    overrides: Document = msgspec.field(default_factory=dict)

    @property
    def template(self) -> Document | None:
        """The approved template with what fills it, None for a text."""
        if self.name is None:
            return None
        return {
            "name": self.name,
            "language": self.language,
            "parameters": self.parameters,
            "components": self.components,
        }

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> WhatsAppMessage:
        template = None if self.template is None else ApprovedTemplate(**self.template)
        return WhatsAppMessage(id, to.value, template or self.body, self.overrides)

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> WhatsAppContent:
        """An approved template has its name at one provider: raises TemplateError for one of another."""
        if self.name is not None and stand_in.provider != channel.provider:
            raise liquid.TemplateError(f"{stand_in.provider} does not know the template of {channel.provider}", None)
        return self.without_overrides_of(channel, stand_in)

    def silenced(self) -> Self:
        return type(self)(numbers=self.numbers)


class WhatsAppTemplate(Template, frozen=True, tag=ChannelType.WHATSAPP.value):
    """The template of a WhatsApp message: a text, or the name of a template that WhatsApp has approved.

    A text is delivered only within 24 hours of the recipient's last message. The parameters of an approved template
    are listed in their order or given by name; `components` are its further parts (a header's media, buttons) in the
    vendor's form.
    """

    ALIASES: ClassVar[Aliases] = Aliases(known=(Alias(("text_body",), "body"),))

    body: str | None = None
    name: str | None = None
    language: str = "en"
    parameters: list[str] | dict[str, str] = msgspec.field(default_factory=list)
    components: list[Document] = msgspec.field(default_factory=list)
    overrides: Overrides = msgspec.field(default_factory=dict)

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the texts. An empty text, name or parameter raises a TemplateError, so that nothing is sent."""
        overrides = render_object(self.overrides, scope)
        if self.name is None:
            body = filled("the text", liquid.render(self.body or "", scope))
            return Rendered(WhatsAppContent(numbers=tuple(to), body=body, overrides=overrides))
        return Rendered(
            WhatsAppContent(
                numbers=tuple(to),
                name=filled("the template's name", liquid.render(self.name, scope)),
                language=filled("the template's language", liquid.render(self.language, scope)),
                parameters=self._parameters(scope),
                components=render_texts(self.components, scope),
                overrides=overrides,
            )
        )

    def _parameters(self, scope: Scope) -> list[str] | dict[str, str]:
        if isinstance(self.parameters, dict):
            return {name: parameter(name, liquid.render(text, scope)) for name, text in self.parameters.items()}
        return [parameter(str(number), liquid.render(text, scope)) for number, text in enumerate(self.parameters, 1)]

    def blank(self, channel: Channel, to: Sequence[str]) -> WhatsAppContent:
        return WhatsAppContent(numbers=tuple(to))

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if (not self.body) == (not self.name):
            yield (), "a WhatsApp message needs either a text in 'body' or the 'name' of an approved template"
        for name in ("parameters", "components"):
            if self.name is None and getattr(self, name):
                yield (name,), f"only an approved template has {name}; give its 'name'"


def parameter(name: str, text: str) -> str:
    """Returns a parameter in one line, as WhatsApp refuses those with line breaks, tabs or many spaces."""
    return filled(f"the parameter {name}", " ".join(text.split()))


def filled(what: str, text: str) -> str:
    """Returns the text. Raises TemplateError if it is empty, which WhatsApp would refuse."""
    if not text.strip():
        raise liquid.TemplateError(f"{what} of a WhatsApp message must not be empty", None)
    return text
