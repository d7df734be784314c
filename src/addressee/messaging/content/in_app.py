"""The type of channel `in_app_feed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

import msgspec

from addressee.channels.links import checked_url, schemes_of
from addressee.channels.provider import ChannelType
from addressee.messaging.content.aliases import Alias, Aliases
from addressee.messaging.content.model import ACTION_URL, Content, Rendered, Template
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown import MARKDOWN, to_html
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel
from addressee.messaging.recipients.people import MISSING_NAME


class Block(msgspec.Struct, frozen=True):
    """A block of a feed item. `content` is its template, `rendered` what is shown: HTML if the type is markdown."""

    name: str
    type: Literal["markdown", "text"]
    content: str
    rendered: str


class InAppContent(Content, frozen=True, tag=ChannelType.IN_APP_FEED.value):
    """The content of a feed item. It has no blocks if it could not be rendered."""

    blocks: tuple[Block, ...]

    def silenced(self) -> InAppContent:
        return InAppContent((Block("body", "markdown", MISSING_NAME, f"<p>{MISSING_NAME}</p>"),))


class InAppTemplate(Template, frozen=True, tag=ChannelType.IN_APP_FEED.value):
    """The template of a feed item; `body` is markdown."""

    ENVIRONMENTS: ClassVar[Mapping[FieldPath, liquid.BoundedEnvironment]] = {("body",): MARKDOWN}
    ALIASES: ClassVar[Aliases] = Aliases(
        known=(Alias(("markdown_body",), "body"),),
        later={("action_buttons",): "feed items have no buttons yet; give 'action_url'"},
    )

    body: str
    action_url: str | None = None

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        """Renders the blocks. A refused link leaves its block empty, as clients expect the block."""
        schemes = schemes_of(channel.settings)
        body = to_html(self.body, scope, schemes)
        block = Block("body", "markdown", self.body, body.text)
        if self.action_url is None:
            return Rendered(InAppContent((block,)), body.refused)
        link = checked_url(liquid.render(self.action_url, scope), schemes)
        linked = Block(ACTION_URL, "text", self.action_url, link.text)
        return Rendered(InAppContent((block, linked)), body.refused + link.refused)

    def blank(self, channel: Channel, to: Sequence[str]) -> InAppContent:
        return InAppContent(())

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield (ACTION_URL,), self.action_url or ""
