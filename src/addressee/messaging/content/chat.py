"""The type of channel `chat`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self

import msgspec
from msgspec import structs

from addressee.channels.chat.message import ChatMessage
from addressee.channels.chat.slack_limits import LONGEST
from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType, Provider
from addressee.directory.addresses.forms import masked_key
from addressee.directory.recipient import Document
from addressee.messaging.content.aliases import Alias, Aliases, given_text, json_object, unchanged
from addressee.messaging.content.model import Content, Overrides, Rendered, Template, render_object, render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import escaping, liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel
from addressee.messaging.tracking.texts import rewritten_json, rewritten_text
from addressee.messaging.tracking.urls import Tracking

# The parts of a message besides its text. A provider shows at most one of them.
PARTS = ("blocks", "card", "embeds")

# Those that a text or an object may become as a whole.
JSON_PARTS = ("blocks", "card")
JSON_BODY = {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "array", "items": {"type": "object"}}]}


class Escaping(NamedTuple):
    """The environments that print values in the texts of a template, and in JSON that is written as text."""

    texts: liquid.BoundedEnvironment = liquid.PLAIN
    json: liquid.BoundedEnvironment = escaping.JSON


ESCAPING: Mapping[str, Escaping] = {"slack": Escaping(escaping.SLACK, escaping.SLACK_JSON)}


class ChatContent(Content, frozen=True, kw_only=True, tag=ChannelType.CHAT.value, omit_defaults=True):
    """The content of a chat message. `addresses` are the keys of those that it goes to, without secrets.

    Its recipients may be found `by_email`.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("addresses", "by_email")

    addresses: tuple[str, ...]
    text: str = ""
    blocks: list[Document] = msgspec.field(default_factory=list)
    card: Document | None = None
    embeds: list[Document] = msgspec.field(default_factory=list)
    overrides: Document = msgspec.field(default_factory=dict)
    by_email: bool = False

    @property
    def finds_by_email(self) -> bool:
        return self.by_email

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> ChatMessage:
        return ChatMessage(id, to.value, self.text, self.blocks, self.card, self.embeds, self.overrides)

    def with_tracking(self, payload: ChatMessage, tracking: Tracking | None) -> ChatMessage:
        if tracking is None or not tracking.links:
            return payload
        blocks, card, embeds = (
            rewritten_json(part, tracking.click_url) for part in (payload.blocks, payload.card, payload.embeds)
        )
        text = rewritten_text(payload.text, tracking.click_url)
        return replace(payload, text=text, blocks=blocks, card=card, embeds=embeds)

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> ChatContent:
        return self.without_overrides_of(channel, stand_in)

    def silenced(self) -> Self:
        return type(self)(addresses=self.addresses)


class ChatTemplate(Template, frozen=True, tag=ChannelType.CHAT.value):
    """The template of a chat message: its text, and what one provider shows instead or besides.

    These are Slack's blocks, an Adaptive Card for Teams, Discord's embeds. Blocks and cards are written as such, or as
    a text that is rendered to JSON. With blocks or a card, the `summary` is what notifications show, else the text.
    Recipients without an address are found by their e-mail address if the template says `by_email`.
    """

    # What Knock calls `json_body` is the part that the provider shows.
    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("markdown_body",), "text"),
            Alias(("summary",), "summary", given_text),
            Alias(("json_body",), "blocks", schema=JSON_BODY),
        )
    )

    @classmethod
    def aliases(cls, provider: Provider) -> Aliases:
        part = next((part for part in JSON_PARTS if part in provider.shows), None)
        convert = blocks_of if part == "blocks" else unchanged
        body = Alias(("json_body",), "overrides", json_object) if part is None else Alias(("json_body",), part, convert)
        return Aliases((*cls.ALIASES.known[:-1], body))

    OVERRIDES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("link_tracking",), "link_tracking"),
            Alias(("email_based_user_id_resolution",), "by_email"),
        )
    )

    text: str | None = None
    blocks: list[dict[str, Any]] | str | None = None
    card: dict[str, Any] | str | None = None
    embeds: list[dict[str, Any]] | None = None
    overrides: Overrides = msgspec.field(default_factory=dict)
    summary: str | None = None
    by_email: bool = False
    link_tracking: bool | None = None

    @property
    def finds_by_email(self) -> bool:
        return self.by_email

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders all parts. A message that says nothing raises a TemplateError, so that nothing is sent."""
        printed = ESCAPING.get(channel.provider, Escaping())
        content = structs.replace(
            self.blank(channel, to),
            text=liquid.render(self.text or "", scope, printed.texts),
            blocks=blocks_in(rendered("blocks", self.blocks, scope, printed)),
            card=card_in(rendered("card", self.card, scope, printed)),
            embeds=render_texts(self.embeds or [], scope),
            overrides=render_object(self.overrides, scope, printed.texts, printed.json),
        )
        if not (content.text.strip() or any(getattr(content, part) for part in PARTS)):
            raise liquid.TemplateError("a chat message must not be empty", None)
        summary = liquid.render(self.summary or "", scope, printed.texts)
        return Rendered(summarized(content, summary, channel.served_by) if summary.strip() else content)

    def blank(self, channel: Channel, to: Sequence[str]) -> ChatContent:
        return ChatContent(addresses=tuple(map(masked_key, to)), by_email=self.by_email)

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        shown = ("text", *sorted(provider.shows))
        for part in PARTS:
            if getattr(self, part) is not None and part not in shown:
                yield (part,), f"{provider.name} shows no {part}; it shows {' and '.join(shown)}"
        if not any(getattr(self, name) for name in shown):
            yield (), f"a chat message through {provider.name} needs {' or '.join(shown)}"

    def warnings(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if self.by_email and provider.data.of_email is None:
            yield ("by_email",), f"{provider.name} finds nobody by an e-mail address"


def summarized(content: ChatContent, summary: str, provider: Provider) -> ChatContent:
    """Returns a message whose notifications show a summary, where its provider shows the text by itself then."""
    if content.blocks or content.card is not None:
        return structs.replace(content, text=summary)
    if "blocks" not in provider.shows or len(content.text) > LONGEST["section"]:
        return content
    section = {"type": "section", "text": {"type": "mrkdwn", "text": content.text}}
    return structs.replace(content, text=summary, blocks=[section])


def blocks_of(value: Any) -> Any:
    """Returns blocks that may stand in an object, as Slack's own tools write them."""
    if isinstance(value, dict) and not isinstance(value.get("blocks"), list):
        raise ValueError("this must have a list of 'blocks'")
    return value["blocks"] if isinstance(value, dict) else value


def rendered(name: str, template: Any, scope: Scope, printed: Escaping) -> Any:
    """Returns a part that is written as JSON, or as a text that renders to JSON. Raises TemplateError."""
    if not isinstance(template, str):
        return render_texts(template, scope, printed.texts)
    try:
        return msgspec.json.decode(liquid.render(template, scope, printed.json))
    except msgspec.DecodeError as error:
        raise liquid.TemplateError(f"{name} did not become JSON: {error}", None) from None


def blocks_in(value: Any) -> list[Document]:
    """Returns a list of blocks, which may stand in an object `{"blocks": […]}`. Raises TemplateError."""
    blocks = value.get("blocks") if isinstance(value, dict) else value
    if blocks is None and value is None:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise liquid.TemplateError("blocks must become a list of objects", None)
    return blocks


def card_in(value: Any) -> Document | None:
    if value is not None and not isinstance(value, dict):
        raise liquid.TemplateError("card must become an object", None)
    return value
