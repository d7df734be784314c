"""The type of channel `email`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar

import msgspec
from liquid import Markup
from msgspec import structs

from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.html.plain_text import text_of
from addressee.channels.email.mailbox import read_mailbox
from addressee.channels.links import Checked, schemes_of
from addressee.channels.provider import ChannelType, Provider
from addressee.messaging.content.aliases import JSON_OR_TEXT, Alias, Aliases, given_text, json_object
from addressee.messaging.content.attachments import FOR_ALL, StoredAttachment
from addressee.messaging.content.blocks.model import FIELD, Blocks, links_of, problems_of, texts_of
from addressee.messaging.content.blocks.partials import partial_problems_of
from addressee.messaging.content.blocks.rendering import html_of
from addressee.messaging.content.emails.addressees import mailboxes_in, one_mailbox_in, written_mailboxes
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.html import MJML_OF_BLOCKS, finished_html
from addressee.messaging.content.emails.layouts import layout_named, with_layout, with_preview
from addressee.messaging.content.model import Content, Overrides, Rendered, Template, render_object
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.shared_templates import Layout, Partial
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.environment.channels import Channel

# The template of an e-mail whose HTML is made of blocks already.
PRINTED_BLOCKS = f"{{{{ {FIELD} }}}}"


class EmailTemplate(Template, frozen=True, tag=ChannelType.EMAIL.value):
    """The template of an e-mail. Values are escaped in `html` only.

    Its HTML is `html`, which is MJML if `is_mjml` says so, or is put together from `visual_blocks`. What `pre_content`
    says stands in front of it; `layout_key` names the layout that is laid around both parts, which may print the
    `preview_text`. A `text` that is missing is made from the HTML. `attachment_key` is the key in a trigger's data that
    describes attachments.
    `overrides` are fields of the request of a provider with an API, laid over those that are made of the template.
    `open_tracking` and `link_tracking` say for this step what the channel says for all; None: nothing. So do
    `from_address`, `from_name` and `reply_to`. `to` names addresses in place of the recipient's; `cc` and `bcc` get
    copies.
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
            Alias(("settings", "layout_key"), "layout_key", given_text),
            Alias(("settings", "pre_content"), "pre_content", given_text),
            Alias(("settings", "attachment_key"), "attachment_key", given_text, schema={"type": "string"}),
        ),
    )
    OVERRIDES: ClassVar[Aliases] = Aliases(
        known=(
            Alias(("json_overrides",), "overrides", json_object, JSON_OR_TEXT),
            Alias(("open_tracking",), "open_tracking"),
            Alias(("link_tracking",), "link_tracking"),
            Alias(("to_address",), "to", given_text),
            Alias(("from_address",), "from_address", given_text),
            Alias(("from_name",), "from_name", given_text),
            Alias(("reply_to_address",), "reply_to", given_text),
            Alias(("cc_address",), "cc", given_text),
            Alias(("bcc_address",), "bcc", given_text),
        ),
    )

    subject: str
    html: str | None = None
    visual_blocks: Blocks | None = None
    is_mjml: bool = False
    text: str | None = None
    pre_content: str | None = None
    preview_text: str | None = None
    layout_key: str | None = None
    attachment_key: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "attachments"
    overrides: Overrides = msgspec.field(default_factory=dict)
    open_tracking: bool | None = None
    link_tracking: bool | None = None
    to: str | None = None
    cc: str | None = None
    bcc: str | None = None
    from_address: str | None = None
    from_name: str | None = None
    reply_to: str | None = None

    @property
    def layout(self) -> str | None:
        return self.layout_key

    def render(self, scope: Scope, channel: Channel, to: Sequence[str]) -> Rendered:
        layout = layout_named(self.layout_key, scope)
        scope = with_preview(self.preview_text, scope, layout)
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
            sender=self._sender(scope, channel),
            reply_to=self._reply_to(scope, channel),
            cc=written_mailboxes(mailboxes_in("cc", self.cc, scope)),
            bcc=written_mailboxes(mailboxes_in("bcc", self.bcc, scope)),
            overrides=render_object(self.overrides, scope),
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

    @property
    def is_redirected(self) -> bool:
        return self.to is not None

    @property
    def renders_addresses(self) -> Collection[str]:
        own = {
            "sender": self.from_address or self.from_name,
            "to": self.to,
            "reply_to": self.reply_to,
            "cc": self.cc,
            "bcc": self.bcc,
        }
        return [name for name, written in own.items() if written is not None]

    def addressees(self, scope: Scope) -> Sequence[str] | None:
        return None if self.to is None else [each.address for each in mailboxes_in("to", self.to, scope)]

    def _sender(self, scope: Scope, channel: Channel) -> str:
        """Returns the channel's own mailbox, with the address and the name that the template gives in place of its."""
        own: str = channel.settings["from"]
        if self.from_address is None and self.from_name is None:
            return own
        mailbox = one_mailbox_in("from_address", self.from_address, scope) or read_mailbox(own)
        name = liquid.render(self.from_name or "", scope).strip()
        return mailbox_text(replace(mailbox, name=name) if name else mailbox)

    def _reply_to(self, scope: Scope, channel: Channel) -> str | None:
        given = one_mailbox_in("reply_to", self.reply_to, scope)
        return channel.settings.get("reply_to") if given is None else mailbox_text(given)

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
            redirected=self.is_redirected,
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
