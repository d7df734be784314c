"""Lays layouts around the HTML and the text of e-mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from liquid import Markup, escape

from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid_values import Shown
from addressee.messaging.content.templating.rendering import NOTHING
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, TEMPLATES, Layout

Part = Literal["html", "text"]

# The name under which a layout prints what it is laid around.
CONTENT = "content"
FOOTER_LINKS = "footer_links"
PREVIEW_TEXT = "preview_text"

ENVIRONMENTS: Mapping[Part, liquid.BoundedEnvironment] = {"html": liquid.HTML, "text": liquid.PLAIN}


class ShownLinks(list[dict[str, str]], Shown):
    """Links of a footer, which a layout goes through, or prints as a whole."""

    @property
    def text(self) -> str:
        return "\n".join(f"{link['text']} ({link['url']})" for link in self)

    @property
    def html(self) -> str:
        return "\n".join(f'<a href="{escape(link["url"])}">{escape(link["text"])}</a>' for link in self)


class PreviewText(str, Shown):
    """The text that mail programs show beside the subject; in the e-mail itself it is hidden."""

    __slots__ = ()

    @property
    def text(self) -> str:
        return str(self)

    @property
    def html(self) -> str:
        return f'<div style="display:none;max-height:0;overflow:hidden">{escape(str(self))}</div>' if self else ""


def with_preview(preview_text: str | None, scope: Scope, layout: Layout | None) -> Scope:
    """Returns the scope with a preview text as a layout prints it; MJML has an element for it. Raises TemplateError."""
    if preview_text is None or layout is None:
        return scope
    text = liquid.render(preview_text, scope)
    return {**scope, PREVIEW_TEXT: text if layout.begins_as_mjml else PreviewText(text)}


def layout_named(key: str | None, scope: Scope) -> Layout | None:
    """Returns the layout with a key; None without a key. Raises TemplateError."""
    if key is None:
        return None
    layout: Layout | None = scope.get(TEMPLATES, NO_SHARED_TEMPLATES).layouts.get(key)
    if layout is None:
        raise liquid.TemplateError(f"there is no layout {key!r}", None)
    return layout


def with_layout(body: str, part: Part, scope: Scope, layout: Layout | None, pre_content: str | None = None) -> str:
    """Returns a part of an e-mail, rendered, within its layout if it has one. Raises TemplateError.

    The layout sees what `pre_content` and the body have assigned, and the body what `pre_content` has. Of its text,
    `pre_content` stands in front of HTML only.
    """
    environment = ENVIRONMENTS[part]
    before, assigned = "", NOTHING
    if pre_content:
        before, context = liquid.render_within(pre_content, scope, environment)
        assigned = context.locals
    content, context = liquid.render_within(body, scope, environment, assigned)
    if pre_content and part == "html":
        content = f"{before}\n{content}"
    if layout is None:
        return content
    frame = layout.html_layout if part == "html" else layout.text_layout
    if frame is None:
        return content
    placed: dict[str, Any] = {
        CONTENT: Markup(content) if part == "html" else content,
        FOOTER_LINKS: ShownLinks(
            {"text": liquid.render(link.text, scope), "url": liquid.render(link.url, scope)}
            for link in layout.footer_links
        ),
    }
    return liquid.render_within(frame, scope, environment, context.locals, placed)[0]
