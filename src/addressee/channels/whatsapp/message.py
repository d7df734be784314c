"""A WhatsApp message to one phone number, and what its channels have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from addressee.channels import channel_data
from addressee.channels.callback import Callbacks
from addressee.channels.provider import ChannelType, Provider, primary_or_all
from addressee.channels.sender import Sender, SenderContext
from addressee.channels.settings import NumberSettings
from addressee.channels.texts import cut, texts_in
from addressee.directory.recipient import Document


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A template that WhatsApp has approved, which may be sent at any time, with its parameters.

    `name` is the vendor's. Parameters are listed in their order or given by name, as the template has them.
    `components` are further parts in the vendor's form: a header's media, the buttons.
    """

    name: str
    language: str
    parameters: Sequence[str] | Mapping[str, str] = ()
    components: Sequence[Document] = ()

    @property
    def texts(self) -> list[str]:
        parameters = self.parameters
        return list(parameters.values() if isinstance(parameters, Mapping) else parameters)


@dataclass(frozen=True, slots=True)
class WhatsAppMessage:
    """A message to one number in E.164. Its `id` stays the same when it is sent again.

    `content` is a text, which WhatsApp delivers only within 24 hours of the recipient's last message, or a template.
    `overrides` are laid over the body of the provider's request.
    """

    id: str
    to: str
    content: str | ApprovedTemplate
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @property
    def envelope(self) -> dict[str, Any]:
        """The fields that describe this message in the delivery log: no contents."""
        template = {"template": self.content.name} if isinstance(self.content, ApprovedTemplate) else {}
        return {"id": self.id, "to": self.to, **template}

    @property
    def contents(self) -> tuple[str, ...]:
        """The texts that are for the recipient alone."""
        said = (
            (*self.content.texts, *texts_in(self.content.components))
            if isinstance(self.content, ApprovedTemplate)
            else (self.content,)
        )
        return (*said, *texts_in(self.overrides))

    def cut_to(self, length: int) -> WhatsAppMessage:
        """Returns this message with a text of at most this length; a template stays as it is."""
        return replace(self, content=cut(self.content, length)) if isinstance(self.content, str) else self


def whatsapp_provider(
    name: str,
    settings: type[NumberSettings],
    open: Callable[[Any, SenderContext], Sender[WhatsAppMessage]],
    secrets: frozenset[str],
    problems: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]],
    callbacks: Callbacks,
) -> Provider:
    """Returns a provider of WhatsApp messages."""
    return Provider(
        ChannelType.WHATSAPP,
        name,
        settings,
        open,
        kind="whatsapp",
        missing="no_whatsapp_number",
        choose=primary_or_all,
        secrets=secrets,
        data=channel_data.phone_numbers(),
        problems=problems,
        callbacks=callbacks,
    )
