"""Finishes the HTML of e-mails: MJML becomes HTML, sheets are inlined, links are checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.channels.email.html.heads import with_first_sheet, with_sheets_in_head
from addressee.channels.email.html.inlining import with_inlined_css
from addressee.channels.email.html.mjml import MjmlError, html_of_mjml
from addressee.channels.links import EMBEDDED, Checked, checked_html, schemes_of
from addressee.messaging.content.blocks.rendering import BlocksHtml
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.shared_templates import MJML

# What holds the place of blocks in MJML until that is HTML.
PLACE_OF_BLOCKS = "<!--visual-blocks-->"
MJML_OF_BLOCKS = (
    f'<mj-section padding="0"><mj-column><mj-text padding="0">{PLACE_OF_BLOCKS}</mj-text></mj-column></mj-section>'
)


def finished_html(
    html: str, settings: Mapping[str, Any], *, is_mjml: bool = False, blocks: BlocksHtml | None = None
) -> Checked:
    """Returns rendered HTML or MJML as it leaves: its sheets are inlined, and links that are not allowed are left out.

    HTML that begins with `<mjml>`, as a layout may, is MJML too; `blocks` take the place that is held in it for them.
    `settings` are the channel's. Raises TemplateError for MJML that is none.
    """
    if is_mjml or html.lstrip().startswith(MJML):
        try:
            html = html_of_mjml(html)
        except MjmlError as error:
            raise liquid.TemplateError(f"MJML: {error}", None) from None
    if blocks is not None:
        html = with_first_sheet(html.replace(PLACE_OF_BLOCKS, blocks.html), blocks.sheet)
    html = with_sheets_in_head(html)
    if settings.get("inline_css", True):
        html = with_inlined_css(html)
    return checked_html(html, schemes_of(settings), EMBEDDED)
