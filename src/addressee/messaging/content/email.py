"""The type of channel `email`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

import msgspec
from liquid import Markup
from msgspec import structs

from addressee.channels.destination import Destination
from addressee.channels.email.html.plain_text import text_of
from addressee.channels.email.message import Email
from addressee.channels.links import EMBEDDED, Checked, checked_html, schemes_of
from addressee.channels.provider import ChannelType, Provider
from addressee.messaging.content.aliases import JSON_OR_TEXT, Alias, Aliases, json_object
from addressee.messaging.content.attachments import FOR_ALL, File, StoredAttachment
from addressee.messaging.content.blocks.model import FIELD, Blocks, links_of, problems_of, texts_of
from addressee.messaging.content.blocks.partials import partial_problems_of
from addressee.messaging.content.blocks.rendering import html_of
from addressee.messaging.content.email_html import MJML_OF_BLOCKS, finished_html
from addressee.messaging.content.layouts import layout_named, with_layout
from addressee.messaging.content.model import Content, Rendered, Template, render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.shared_templates import Layout, Partial
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel
from addressee.messaging.tracking.urls import Tracking

# The template of an e-mail whose HTML is made of blocks already.
PRINTED_BLOCKS = f"{{{{ {FIELD} }}}}"


class EmailContent(Content, frozen=True, kw_only=True, tag=ChannelType.EMAIL.value):
    """The content of an e-mail. `to` is a comma-separated list of addresses; each gets an e-mail of its own.

    `overrides` are laid over the request of a provider with an API. SMTP and the outbox ignore them.
    """

    ADDRESSES: ClassVar[tuple[str, ...]] = ("sender", "to", "reply_to")

    sender: str
    to: str
    subject: str
    html: str | None
    text: str | None
    reply_to: str | None
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)
    attachments: tuple[StoredAttachment, ...] = ()

    @property
    def attached(self) -> Sequence[UUID]:
        return [each.id for each in self.attachments]

    def with_attachments(self, payload: Email, files: Mapping[UUID, File]) -> Email:
        if not self.attachments:
            return payload
        attached = tuple(each.with_content(files[each.id]) for each in self.attachments if each.id in files)
        return replace(payload, attachments=attached)

    def with_unsubscribe_url(self, payload: Email, url: str | None) -> Email:
        return payload if url is None else replace(payload, unsubscribe_url=url)

    def with_tracking(self, payload: Email, tracking: Tracking | None) -> Email:
        if tracking is None or payload.html is None:
            return payload
        return replace(payload, html=tracking.applied(payload.html))

    def to_payload(self, id: str, to: Destination, written_at: datetime) -> Email:
        return Email(
            id=id,
            sender=self.sender,
            to=to.value,
            subject=self.subject,
            html=self.html,
            text=self.text,
            written_at=written_at,
            reply_to=self.reply_to,
            overrides=self.overrides,
        )

    def through(self, stand_in: Channel, channel: Channel, scope: Scope) -> EmailContent:
        html = checked_html(self.html or "", schemes_of(stand_in.settings), EMBEDDED)
        return structs.replace(
            self.without_overrides_of(channel, stand_in),
            sender=stand_in.settings["from"],
            reply_to=stand_in.settings.get("reply_to"),
            html=self.html and html.text,
        )

    def silenced(self) -> Self:
        return structs.replace(
            self, subject="", html=self.html and "", text=self.text and "", overrides={}, attachments=()
        )


class EmailTemplate(Template, frozen=True, tag=ChannelType.EMAIL.value):
    """The template of an e-mail. Values are escaped in `html` only.

    Its HTML is `html`, which is MJML if `is_mjml` says so, or is put together from `visual_blocks`. What `pre_content`
    says stands in front of it; `layout_key` names the layout that is laid around both parts. A `text` that is missing
    is made from the HTML. `attachment_key` is the key in a trigger's data that describes attachments.
    `overrides` are fields of the request of a provider with an API, laid over those that are made of the template.
    `open_tracking` and `link_tracking` say for this step what the channel says for all; None: nothing.
    """

    ENVIRONMENTS: ClassVar[Mapping[FieldPath, liquid.BoundedEnvironment]] = {
        ("html",): liquid.HTML,
        ("pre_content",): liquid.HTML,
    }
    ALIASES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("html_body",), "html"),
            Alias(("text_body",), "text"),
            Alias(("is_mjml",), "is_mjml"),
            Alias(("settings", "layout_key"), "layout_key"),
            Alias(("settings", "pre_content"), "pre_content"),
            Alias(("settings", "attachment_key"), "attachment_key"),
        ),
    )
    OVERRIDES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("json_overrides",), "overrides", json_object, JSON_OR_TEXT),
            Alias(("open_tracking",), "open_tracking", schema={"type": "boolean"}),
            Alias(("link_tracking",), "link_tracking", schema={"type": "boolean"}),
        ),
        later={
            (name,): f"a step cannot override {name!r} yet; it is the channel's own"
            for name in ("to_address", "from_address", "from_name", "reply_to_address", "cc_address", "bcc_address")
        },
    )

    subject: str
    html: str | None = None
    visual_blocks: Blocks | None = None
    is_mjml: bool = False
    text: str | None = None
    pre_content: str | None = None
    layout_key: str | None = None
    attachment_key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "attachments"
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)
    open_tracking: bool | None = None
    link_tracking: bool | None = None

    @property
    def layout(self) -> str | None:
        return self.layout_key

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        layout = layout_named(self.layout_key, scope)
        html = text = None
        if self.html:
            body = with_layout(self.html, "html", scope, layout, self.pre_content)
            html = finished_html(body, channel.settings, is_mjml=self.is_mjml)
        elif self.visual_blocks:
            html = self._of_blocks(self.visual_blocks, scope, channel, layout)
        if self.text:
            text = with_layout(self.text, "text", scope, layout, self.pre_content)
        elif html:
            text = text_of(html.text)
        content = structs.replace(
            self.blank(channel, to),
            subject=liquid.render(self.subject, scope),
            html=html and html.text,
            text=text,
            reply_to=channel.settings.get("reply_to"),
            overrides=render_texts(self.overrides, scope),
        )
        return Rendered(content, html.refused if html else ())

    def _of_blocks(self, given: Blocks, scope: Scope, channel: Channel, layout: Layout | None) -> Checked:
        """Returns the HTML that is put together from blocks, within the layout. Raises TemplateError."""
        can_be_dark = layout is not None and layout.can_be_dark
        blocks = html_of(given, scope, schemes_of(channel.settings), can_be_dark=can_be_dark)
        in_mjml = layout is not None and layout.begins_as_mjml
        shown = Markup(MJML_OF_BLOCKS if in_mjml else blocks.html)
        body = with_layout(PRINTED_BLOCKS, "html", {**scope, FIELD: shown}, layout, self.pre_content)
        html = finished_html(body, channel.settings, blocks=blocks)
        return html._replace(refused=blocks.refused + html.refused)

    def attach(self, content: Content, attachments: Mapping[str, Sequence[StoredAttachment]]) -> Content:
        assert isinstance(content, EmailContent)
        chosen = [each for key in (FOR_ALL, self.attachment_key) for each in attachments.get(key, ())]
        return structs.replace(content, attachments=tuple(chosen))

    def blank(self, channel: Channel, to: Sequence[str]) -> EmailContent:
        return EmailContent(
            sender=channel.settings["from"],
            to=", ".join(to),
            subject="",
            html=None,
            text=None,
            reply_to=None,
        )

    def layout_problems(self, layout: Layout) -> Iterator[tuple[FieldPath, str]]:
        if self.is_mjml and not layout.begins_as_mjml:
            yield (
                ("is_mjml",),
                f"the layout {self.layout_key!r} is HTML; MJML needs one that begins with <mjml>",
            )

    def partial_problems(self, partials: Mapping[str, Partial]) -> Iterator[tuple[FieldPath, str]]:
        yield from partial_problems_of(self.visual_blocks or (), partials)

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        yield from super().texts()
        yield from texts_of(self.visual_blocks or ())

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield from links_of(self.visual_blocks or ())

    def problems(self, provider: Provider) -> Iterator[tuple[FieldPath, str]]:
        if not (self.html or self.visual_blocks or self.text):
            yield (), "an e-mail needs 'html', 'visual_blocks' or 'text'"
        if self.html and self.visual_blocks:
            yield ("visual_blocks",), "the body of an e-mail is 'html' or 'visual_blocks'; keep one of them"
        yield from problems_of(self.visual_blocks or ())
        if self.pre_content and not (self.html or self.visual_blocks):
            yield ("pre_content",), "this stands in front of the HTML, which is missing"
        if self.is_mjml and not self.html:
            yield ("is_mjml",), "this is about 'html', which is missing"
