"""Visual blocks as HTML of tables with styles of their own, as mail programs show it alike (engine.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from addressee.channels.links import EMBEDDED, Checked, checked_url
from addressee.colours import WHITE, Colour, readable, text_on
from addressee.messaging.content.blocks.brand import BrandColours, colours_of
from addressee.messaging.content.blocks.model import (
    AlignedLayout,
    AnyBlock,
    Button,
    ButtonSetBlock,
    DividerBlock,
    HtmlBlock,
    ImageBlock,
    Layout,
    MarkdownBlock,
    PartialBlock,
    Variant,
)
from addressee.messaging.content.model import render_texts
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown import to_html

TABLE = '<table role="presentation" border="0" cellpadding="0" cellspacing="0"'
RULE = "#d8dbe2"


class Size(NamedTuple):
    """The padding of a button and the size of its text, in pixels."""

    vertical: int
    horizontal: int
    text: int


SIZES = {"sm": Size(6, 12, 13), "md": Size(10, 18, 15), "lg": Size(14, 24, 17)}


class Gaps(NamedTuple):
    """The space to the left and the right of a button, in pixels."""

    left: int
    right: int

    @property
    def style(self) -> str:
        return f"margin:4px {self.right}px 4px {self.left}px"


class Look(NamedTuple):
    """The colours of a button; one without a background is transparent."""

    text: Colour
    border: Colour
    background: Colour | None


def html_of(blocks: Sequence[AnyBlock], scope: Scope, schemes: frozenset[str]) -> Checked:
    """Returns the HTML of blocks, one below the other. Raises TemplateError.

    Pictures, buttons and markdown have no links but those that are allowed; what is HTML already is not checked.
    """
    renderer = BlockRenderer(scope, schemes)
    html = "\n".join(row(block.layout_attrs, renderer.content(block)) for block in blocks)
    return Checked(html, tuple(renderer.refused))


@dataclass(frozen=True, slots=True)
class BlockRenderer:
    """Renders blocks for one recipient; `refused` has the reasons for links that it left out."""

    scope: Scope
    schemes: frozenset[str]
    refused: list[str] = field(default_factory=list)

    def content(self, block: AnyBlock) -> str:
        """Returns the HTML of a block, without the space around it. Raises TemplateError."""
        match block:
            case MarkdownBlock():
                checked = to_html(block.content, self.scope, self.schemes)
                self.refused.extend(checked.refused)
                return checked.text
            case HtmlBlock():
                return liquid.render(block.content, self.scope, liquid.HTML)
            case PartialBlock():
                scope = {**self.scope, **render_texts(block.attrs, self.scope)}
                return liquid.render(block.source, scope, liquid.HTML)
            case DividerBlock():
                return f'<div style="border-top:1px solid {RULE};font-size:0;line-height:0">&nbsp;</div>'
            case ImageBlock():
                return self._image(block)
            case ButtonSetBlock():
                return self._buttons(block)

    def _url(self, text: str | None, *further: str) -> str:
        """Returns the URL that a text in Liquid gives, as an attribute has it; an empty one if it is not allowed."""
        checked = checked_url(liquid.render(text or "", self.scope).strip(), {*self.schemes, *further})
        self.refused.extend(checked.refused)
        return escape(checked.text)

    def _image(self, block: ImageBlock) -> str:
        source, action = self._url(block.url, *EMBEDDED), self._url(block.action)
        if not source:
            return ""
        alt = escape(liquid.render(block.alt or "", self.scope))
        width = block.style_attrs.width.removesuffix("px")
        attribute = "" if width == "auto" else f' width="{width}"'
        length = f"{width}px" if width.isdecimal() else width
        style = f"border:0;display:inline-block;height:auto;max-width:100%;width:{length}"
        image = f'<img src="{source}" alt="{alt}"{attribute} style="{style}">'
        return f'<a href="{action}" target="_blank">{image}</a>' if action else image

    def _buttons(self, block: ButtonSetBlock) -> str:
        colours, gap, last = colours_of(self.scope), block.layout_attrs.column_gap, len(block.buttons) - 1
        return "".join(
            self._button(button, colours, Gaps(0 if place == 0 else gap // 2, 0 if place == last else gap - gap // 2))
            for place, button in enumerate(block.buttons)
        )

    def _button(self, button: Button, brand: BrandColours, gaps: Gaps) -> str:
        """Returns a button as a table of its own, so that those that do not fit beside each other stand below."""
        style, size = button.style_attrs, SIZES[button.size_attrs.size]
        given = {
            name: colour
            for name, text in style.colours.items()
            if (colour := brand.named(liquid.render(text, self.scope))) is not None
        }
        look = look_of(button.variant, given, brand)
        label, action = escape(liquid.render(button.label, self.scope)), self._url(button.action)
        link = (
            f"color:{look.text};display:inline-block;font-size:{size.text}px;font-weight:600;line-height:1.25;"
            f"padding:{size.vertical}px {size.horizontal}px;text-decoration:none"
        )
        # A button leads nowhere if its link is not allowed, or empty.
        shown = f'<a href="{action}" target="_blank" style="{link}">{label}</a>' if action else span(label, link)
        filled = f' bgcolor="{look.background}"' if look.background else ""
        background = f"background:{look.background};" if look.background else ""
        edge = f"border:{style.border_width}px solid {look.border};" if style.border_width else ""
        cell = (
            f'<td align="center"{filled} style="{background}{edge}border-radius:{style.border_radius}px">{shown}</td>'
        )
        wide = ' width="100%"' if button.size_attrs.is_fullwidth else ""
        place = "border-collapse:separate;display:inline-table;vertical-align:top;" + gaps.style
        return f'{TABLE}{wide} style="{place}"><tr>{cell}</tr></table>'


def span(label: str, style: str) -> str:
    return f'<span style="{style}">{label}</span>'


def look_of(variant: Variant, given: Mapping[str, Colour], brand: BrandColours) -> Look:
    """Returns the colours of a button. Text for which no colour is given is readable."""
    background = given.get("background_color")
    if variant == "outline":
        text = given.get("text_color") or (text_on(background) if background else readable(brand.primary, WHITE))
        return Look(text, given.get("border_color") or text, background)
    background = background or brand.primary
    text = given.get("text_color") or (brand.contrast if background == brand.primary else text_on(background))
    return Look(text, given.get("border_color") or background, background)


def row(layout: Layout, content: str) -> str:
    """Returns a block as a row of its own, with the space around it."""
    padding = f"{layout.padding_top}px {layout.padding_right}px {layout.padding_bottom}px {layout.padding_left}px"
    align = f' align="{layout.horizontal_align}"' if isinstance(layout, AlignedLayout) else ""
    return f'{TABLE} width="100%"><tr><td{align} style="padding:{padding}">{content}</td></tr></table>'
