"""The type of channel `in_app_feed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import msgspec

from addressee.channels.links import checked_url, schemes_of
from addressee.channels.provider import ChannelType, Provider
from addressee.messaging.content.aliases import Alias, Aliases, given_text
from addressee.messaging.content.model import ACTION_URL, Content, Rendered, Template
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown.rendering import MARKDOWN, to_html
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.environment.channels import Channel
from addressee.messaging.recipients.people import MISSING_NAME

# The names of buttons, by which clients tell them apart and style them.
BUTTON_NAMES = ("primary", "secondary")
MAX_BUTTONS = 10


class Block(msgspec.Struct, frozen=True):
    """A block of a feed item. `content` is its template, `rendered` what is shown: HTML if the type is markdown."""

    name: str
    type: Literal["markdown", "text"]
    content: str
    rendered: str


class Button(msgspec.Struct, frozen=True):
    """A button of a feed item: `action` is where it leads."""

    name: str
    label: str
    action: str


class InAppContent(Content, frozen=True, tag=ChannelType.IN_APP_FEED.value, omit_defaults=True):
    """The content of a feed item. It has no blocks if it could not be rendered."""

    blocks: tuple[Block, ...]
    buttons: tuple[Button, ...] = ()

    def silenced(self) -> InAppContent:
        return InAppContent((Block("body", "markdown", MISSING_NAME, f"<p>{MISSING_NAME}</p>"),))


class ActionButton(Definition, frozen=True):
    """A button in a template: both are Liquid. One without a label, or that leads nowhere, is left out."""

    label: str
    action: str


class InAppTemplate(Template, frozen=True, tag=ChannelType.IN_APP_FEED.value):
    """The template of a feed item; `body` is markdown. Its `buttons` lead on, besides the item or in its place."""

    ENVIRONMENTS: ClassVar[Mapping[FieldPath, liquid.BoundedEnvironment]] = {("body",): MARKDOWN}
    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("markdown_body",), "body"),
            Alias(("action_url",), ACTION_URL, given_text),
            Alias(("action_buttons",), "buttons"),
        ),
    )
    OVERRIDES: ClassVar[Aliases] = Aliases(known=(Alias(("link_tracking",), "link_tracking"),))

    body: str
    action_url: str | None = None
    buttons: Annotated[tuple[ActionButton, ...], msgspec.Meta(max_length=MAX_BUTTONS)] = ()
    link_tracking: bool | None = None

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the blocks. A refused link leaves its block empty, as clients expect the block."""
        schemes = schemes_of(channel.settings)
        body = to_html(self.body, scope, schemes)
        blocks = [Block("body", "markdown", self.body, body.text)]
        refused = list(body.refused)
        if self.action_url is not None:
            link = checked_url(liquid.render(self.action_url, scope), schemes)
            blocks.append(Block(ACTION_URL, "text", self.action_url, link.text))
            refused += link.refused
        buttons: list[Button] = []
        for button in self.buttons:
            link = checked_url(liquid.render(button.action, scope), schemes)
            label = liquid.render(button.label, scope).strip()
            refused += link.refused
            if label and link.text:
                buttons.append(Button(name_of(len(buttons)), label, link.text))
        return Rendered(InAppContent(tuple(blocks), tuple(buttons)), tuple(refused))

    def blank(self, channel: Channel, to: Sequence[str]) -> InAppContent:
        return InAppContent(())

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        yield from super().texts()
        for index, button in enumerate(self.buttons):
            yield ("buttons", index, "label"), button.label, liquid.PLAIN
            yield ("buttons", index, "action"), button.action, liquid.PLAIN

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield (ACTION_URL,), self.action_url or ""
        for index, button in enumerate(self.buttons):
            yield ("buttons", index, "action"), button.action

    def warnings(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if self.link_tracking:
            yield (
                ("link_tracking",),
                "links of feed items stay as they are: the app's own components tell who clicked",
            )


def name_of(index: int) -> str:
    return BUTTON_NAMES[index] if index < len(BUTTON_NAMES) else f"button_{index + 1}"
