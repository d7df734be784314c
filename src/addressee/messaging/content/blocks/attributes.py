"""The attributes of blocks in files: space, alignment, sizes and colours. Lengths are in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import structs

from addressee.colours import Colour
from addressee.messaging.definitions.model import Definition

Align: TypeAlias = Literal["left", "center", "right"]
VerticalAlign: TypeAlias = Literal["top", "middle", "bottom"]
Variant: TypeAlias = Literal["solid", "outline"]
Size: TypeAlias = Literal["sm", "md", "lg"]
Pixels = Annotated[int, msgspec.Meta(ge=0, le=300)]
Width = Annotated[str, msgspec.Meta(pattern=r"^(auto|[0-9]{1,4}(px)?|[0-9]{1,3}%)$")]

# Colours of the brand, which a style may name in place of a colour.
BRAND_COLOURS = frozenset({"primary_color", "primary_color_contrast"})


class Layout(Definition, frozen=True, omit_defaults=True):
    """The space around a block."""

    padding_top: Pixels = 8
    padding_right: Pixels = 4
    padding_bottom: Pixels = 8
    padding_left: Pixels = 4


# The layout of what says nothing of it, and stands without space around it.
NO_SPACE = Layout(0, 0, 0, 0)


class AlignedLayout(Layout, frozen=True, omit_defaults=True):
    horizontal_align: Align = "left"


class ButtonLayout(AlignedLayout, frozen=True, omit_defaults=True):
    """The space around a set of buttons, and between them."""

    column_gap: Pixels = 8


class RowLayout(Layout, frozen=True, omit_defaults=True):
    """The space around a row, and between its columns."""

    column_gap: Pixels = 16
    vertical_align: VerticalAlign = "top"


class ImageStyle(Definition, frozen=True, omit_defaults=True):
    width: Width = "auto"


class ButtonSize(Definition, frozen=True, omit_defaults=True):
    size: Size = "md"
    is_fullwidth: bool = False


class ButtonStyle(Definition, frozen=True, omit_defaults=True):
    """The look of a button. Colours are like #635bff, one of BRAND_COLOURS, or Liquid that gives one of these."""

    background_color: str | None = None
    border_color: str | None = None
    text_color: str | None = None
    border_radius: Pixels = 4
    border_width: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1

    @property
    def colours(self) -> Mapping[str, str]:
        named = structs.asdict(self)
        return {name: named[name] for name in ("background_color", "border_color", "text_color") if named[name]}


def is_colour(text: str) -> bool:
    """Returns whether a text is a colour, or Liquid that may give one."""
    return text in BRAND_COLOURS or "{" in text or Colour.parse(text) is not None
