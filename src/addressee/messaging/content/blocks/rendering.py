"""Visual blocks as HTML of tables with styles of their own, as mail programs show it alike (engine.md §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from addressee.channels.links import EMBEDDED, checked_url
from addressee.colours import WHITE, Colour, readable, text_on
from addressee.messaging.content.blocks.attributes import NO_SPACE, AlignedLayout, Layout, RowLayout, Variant
from addressee.messaging.content.blocks.brand import BrandColours, colours_of
from addressee.messaging.content.blocks.model import (
    AnyBlock,
    Button,
    ButtonSetBlock,
    Column,
    DividerBlock,
    HtmlBlock,
    ImageBlock,
    MarkdownBlock,
    PartialBlock,
    RowBlock,
    placed,
)
from addressee.messaging.content.blocks.partials import values_of
from addressee.messaging.content.blocks.sheet import dark_class, sheet_of
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown.rendering import to_html
from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, TEMPLATES, SharedTemplates

TABLE = '<table role="presentation" border="0" cellpadding="0" cellspacing="0"'


class Gaps(NamedTuple):
    """The space to the left and the right of a column, in pixels."""

    left: int
    right: int


class Look(NamedTuple):
    """The colours of a button; one without a background is transparent."""

    text: Colour
    border: Colour
    background: Colour | None


class BlocksHtml(NamedTuple):
    """The HTML of blocks and their sheet, a `<style>` element. `refused` has the reason for each link left out."""

    html: str
    sheet: str
    refused: tuple[str, ...]


def html_of(
    blocks: Sequence[AnyBlock], scope: Scope, schemes: frozenset[str], *, can_be_dark: bool = False
) -> BlocksHtml:
    """Returns the HTML of blocks, one below the other. Raises TemplateError.

    Pictures, buttons and markdown have no links but those that are allowed; what is HTML already is not checked.
    `can_be_dark` says that the page around them is dark for those who want it so.
    """
    renderer = BlockRenderer(scope, schemes)
    html = renderer.column(blocks)
    types = (type_of(block) for _, block in placed(blocks))
    return BlocksHtml(html, sheet_of(types, renderer.colours if can_be_dark else ()), tuple(renderer.refused))


@dataclass(frozen=True, slots=True)
class BlockRenderer:
    """Renders blocks for one recipient; `refused` has the reasons for links that it left out.

    `colours` are those of texts that stand on the page itself.
    """

    scope: Scope
    schemes: frozenset[str]
    refused: list[str] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)

    def column(self, blocks: Sequence[AnyBlock]) -> str:
        """Returns the HTML of blocks, one below the other. Raises TemplateError."""
        return "\n".join(map(self.block, blocks))

    def block(self, block: AnyBlock) -> str:
        """Returns a block with the space around it."""
        content = self.content(block)
        if isinstance(block, PartialBlock) and block.layout_attrs == NO_SPACE:
            return content
        return spaced(type_of(block), block.layout_attrs, content)

    def content(self, block: AnyBlock) -> str:
        """Returns the HTML of a block, without the space around it. Raises TemplateError."""
        match block:
            case MarkdownBlock():
                checked = to_html(block.content, self.scope, self.schemes)
                self.refused.extend(checked.refused)
                return f'<div class="block-markdown">{checked.text}</div>'
            case HtmlBlock():
                return liquid.render(block.content, self.scope, liquid.HTML)
            case PartialBlock():
                return self._partial(block)
            case DividerBlock():
                return '<div class="block-divider">&nbsp;</div>'
            case ImageBlock():
                return self._image(block)
            case ButtonSetBlock():
                return self._buttons(block)
            case RowBlock():
                return self._row(block)

    def _partial(self, block: PartialBlock) -> str:
        shared: SharedTemplates = self.scope.get(TEMPLATES, NO_SHARED_TEMPLATES)
        partial = shared.partials.get(block.key)
        # One that there is not is told by the template that names it.
        values = {} if partial is None else values_of(partial, block.attrs, self.scope, self.schemes)
        return liquid.render(block.source(values), {**self.scope, **values}, liquid.HTML)

    def _row(self, block: RowBlock) -> str:
        """Returns columns as cells of a table whose widths are fixed, so that no picture takes more than its share."""
        layout, last = block.layout_attrs, len(block.columns) - 1
        cells = "".join(
            cell(column, layout, gaps(place, last, layout.column_gap), self.column(column.blocks))
            for place, column in enumerate(block.columns)
        )
        return f'{TABLE} width="100%" style="table-layout:fixed"><tr>{cells}</tr></table>'

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
        width = width_of(block.style_attrs.width)
        style = f"border:0;display:inline-block;height:auto;max-width:100%;width:{width.length}"
        image = f'<img src="{source}" alt="{alt}"{width.attribute} style="{style}">'
        shown = f'<a href="{action}" target="_blank">{image}</a>' if action else image
        return f'<div class="block-image">{shown}</div>'

    def _buttons(self, block: ButtonSetBlock) -> str:
        colours, gap, last = colours_of(self.scope), block.layout_attrs.column_gap, len(block.buttons) - 1
        return "".join(
            self._button(button, colours, 0 if place == last else gap) for place, button in enumerate(block.buttons)
        )

    def _button(self, button: Button, brand: BrandColours, gap: int) -> str:
        """Returns a button as a table of its own, so that those that do not fit beside each other stand below.

        The gap is behind it: each line of buttons begins at the edge.
        """
        style = button.style_attrs
        given = {
            name: colour
            for name, text in style.colours.items()
            if (colour := brand.named(liquid.render(text, self.scope))) is not None
        }
        look = look_of(button.variant, given, brand)
        label, action = escape(liquid.render(button.label, self.scope)), self._url(button.action)
        dark = f" {dark_class(look.text)}" if look.background is None else ""
        if dark:
            self.colours.append(look.text)
        named = f'class="block-button block-button--{button.variant} block-button--{button.size_attrs.size}{dark}"'
        link = f'{named} style="color:{look.text}"'
        # A button leads nowhere if its link is not allowed, or empty.
        shown = f'<a href="{action}" target="_blank" {link}>{label}</a>' if action else f"<span {link}>{label}</span>"
        filled = f' bgcolor="{look.background}"' if look.background else ""
        background = f"background:{look.background};" if look.background else ""
        edge = f"border:{style.border_width}px solid {look.border};" if style.border_width else ""
        marked = f' class="{dark.strip()}"' if dark else ""
        corners = f"border-radius:{style.border_radius}px"
        cell = f'<td align="center"{marked}{filled} style="{background}{edge}{corners}">{shown}</td>'
        wide = ' width="100%"' if button.size_attrs.is_fullwidth else ""
        margin = f"margin:4px {0 if wide else gap}px 4px 0px"
        place = f"border-collapse:separate;display:inline-table;vertical-align:top;{margin}"
        return f'{TABLE}{wide} style="{place}"><tr>{cell}</tr></table>'


def look_of(variant: Variant, given: Mapping[str, Colour], brand: BrandColours) -> Look:
    """Returns the colours of a button. Text for which no colour is given is readable."""
    background = given.get("background_color")
    if variant == "outline":
        text = given.get("text_color") or (text_on(background) if background else readable(brand.primary, WHITE))
        return Look(text, given.get("border_color") or text, background)
    background = background or brand.primary
    text = given.get("text_color") or (brand.contrast if background == brand.primary else text_on(background))
    return Look(text, given.get("border_color") or background, background)


def type_of(block: AnyBlock) -> str:
    """Returns the type of a block as files have it."""
    return str(block.__struct_config__.tag)


def gaps(place: int, last: int, gap: int) -> Gaps:
    """Returns the space beside one of several things, which there is only between them."""
    return Gaps(0 if place == 0 else gap // 2, 0 if place == last else gap - gap // 2)


class ShownWidth(NamedTuple):
    """A width as CSS has it, and as an attribute, which is empty if there is none."""

    length: str
    attribute: str


def width_of(written: str) -> ShownWidth:
    width = written.removesuffix("px")
    attribute = "" if width == "auto" else f' width="{width}"'
    return ShownWidth(f"{width}px" if width.isdecimal() else width, attribute)


def cell(column: Column, layout: RowLayout, gaps: Gaps, content: str) -> str:
    width = width_of(column.width)
    align = layout.vertical_align
    style = f"padding:0 {gaps.right}px 0 {gaps.left}px;vertical-align:{align};width:{width.length}"
    return f'<td class="block-column"{width.attribute} valign="{align}" style="{style}">{content}</td>'


def spaced(type: str, layout: Layout, content: str) -> str:
    """Returns a block as a table of its own, with the space around it."""
    padding = f"{layout.padding_top}px {layout.padding_right}px {layout.padding_bottom}px {layout.padding_left}px"
    align = f' align="{layout.horizontal_align}"' if isinstance(layout, AlignedLayout) else ""
    cell = f'<td class="block-row__cell"{align} style="padding:{padding}">{content}</td>'
    return f'{TABLE} width="100%" class="block-row block-row--{type}-v1"><tr>{cell}</tr></table>'
