"""Visual blocks as files have them. Lengths are in pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import structs

from addressee.colours import Colour
from addressee.messaging.content.model import texts_in
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown import MARKDOWN
from addressee.messaging.definitions.model import KEY, Definition, FieldPath

# The field of a template that holds its blocks.
FIELD = "visual_blocks"

MAX_BLOCKS = 100

Align: TypeAlias = Literal["left", "center", "right"]
Variant: TypeAlias = Literal["solid", "outline"]
Pixels = Annotated[int, msgspec.Meta(ge=0, le=300)]
Width = Annotated[str, msgspec.Meta(pattern=r"^(auto|[0-9]{1,4}(px)?|[0-9]{1,3}%)$")]

ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

# Colours of the brand, which a style may name in place of a colour.
BRAND_COLOURS = frozenset({"primary_color", "primary_color_contrast"})


class Layout(Definition, frozen=True, omit_defaults=True):
    """The space around a block."""

    padding_top: Pixels = 8
    padding_right: Pixels = 0
    padding_bottom: Pixels = 8
    padding_left: Pixels = 0


class AlignedLayout(Layout, frozen=True, omit_defaults=True):
    horizontal_align: Align = "left"


class ButtonLayout(AlignedLayout, frozen=True, omit_defaults=True):
    """The space around a set of buttons, and between them."""

    column_gap: Pixels = 8


class VisualBlock(Definition, frozen=True, tag_field="type", omit_defaults=True):
    """A block. `ENVIRONMENTS` are those of its texts in Liquid; what is not named there is no template."""

    ENVIRONMENTS: ClassVar[Mapping[str, liquid.BoundedEnvironment]] = {}

    id: str | None = None
    version: Literal[1] = 1

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        """Yields every text in Liquid, its path and its environment."""
        for name, environment in self.ENVIRONMENTS.items():
            if text := getattr(self, name):
                yield (name,), text, environment

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        """Yields the texts that are links as a whole, and their paths."""
        yield from ()

    def problems(self) -> Iterator[tuple[FieldPath, str]]:
        """Yields problems beyond the types of its fields, and their paths."""
        yield from ()


class MarkdownBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="markdown"):
    ENVIRONMENTS: ClassVar[Mapping[str, liquid.BoundedEnvironment]] = {"content": MARKDOWN}

    content: str
    variant: Literal["default"] = "default"
    layout_attrs: Layout = Layout()


class HtmlBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="html"):
    ENVIRONMENTS: ClassVar[Mapping[str, liquid.BoundedEnvironment]] = {"content": liquid.HTML}

    content: str
    layout_attrs: Layout = Layout(padding_top=0, padding_bottom=0)


class DividerBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="divider"):
    layout_attrs: Layout = Layout(padding_top=16, padding_bottom=16)


class ImageStyle(Definition, frozen=True, omit_defaults=True):
    width: Width = "auto"


class ImageBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="image"):
    """A picture, which leads to `action`. One without `alt` is decoration."""

    ENVIRONMENTS: ClassVar[Mapping[str, liquid.BoundedEnvironment]] = {
        "url": liquid.PLAIN,
        "alt": liquid.PLAIN,
        "action": liquid.PLAIN,
    }

    url: str
    alt: str | None = None
    action: str | None = None
    layout_attrs: AlignedLayout = AlignedLayout()
    style_attrs: ImageStyle = ImageStyle()

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield ("action",), self.action or ""


class ButtonSize(Definition, frozen=True, omit_defaults=True):
    size: Literal["sm", "md", "lg"] = "md"
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


class Button(Definition, frozen=True, omit_defaults=True):
    label: str
    action: str
    variant: Variant = "solid"
    size_attrs: ButtonSize = ButtonSize()
    style_attrs: ButtonStyle = ButtonStyle()


class ButtonSetBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="button_set"):
    buttons: Annotated[tuple[Button, ...], msgspec.Meta(min_length=1, max_length=10)]
    layout_attrs: ButtonLayout = ButtonLayout()

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        for index, button in enumerate(self.buttons):
            yield ("buttons", index, "label"), button.label, liquid.PLAIN
            yield ("buttons", index, "action"), button.action, liquid.PLAIN
            for name, text in button.style_attrs.colours.items():
                yield ("buttons", index, "style_attrs", name), text, liquid.PLAIN

    def links(self) -> Iterator[tuple[FieldPath, str]]:
        yield from ((("buttons", index, "action"), button.action) for index, button in enumerate(self.buttons))

    def problems(self) -> Iterator[tuple[FieldPath, str]]:
        for index, button in enumerate(self.buttons):
            for name, text in button.style_attrs.colours.items():
                if not is_colour(text):
                    wanted = f"this must be a colour like #635bff, or {' or '.join(sorted(BRAND_COLOURS))}"
                    yield ("buttons", index, "style_attrs", name), wanted


class PartialBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="partial"):
    """A partial, rendered with `attrs`, whose texts are Liquid. `name` is what editors call the block."""

    key: str
    name: str = ""
    attrs: dict[str, Any] = msgspec.field(default_factory=dict)
    layout_attrs: Layout = Layout(padding_top=0, padding_bottom=0)

    @property
    def source(self) -> str:
        """The template that renders the partial with values that are called like its attributes."""
        arguments = "".join(f", {name}: {name}" for name in self.attrs)
        return f"{{% render '{self.key}'{arguments} %}}"

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        yield ("key",), self.source, liquid.HTML
        for path, text in texts_in(self.attrs):
            yield ("attrs", *path), text, liquid.PLAIN

    def problems(self) -> Iterator[tuple[FieldPath, str]]:
        if KEY.fullmatch(self.key) is None:
            yield ("key",), "this must be the key of a partial"
        for name in self.attrs:
            if ATTRIBUTE.fullmatch(name) is None:
                yield ("attrs", name), "an attribute's name has letters, digits and _, and begins with a letter"


AnyBlock: TypeAlias = MarkdownBlock | HtmlBlock | DividerBlock | ImageBlock | ButtonSetBlock | PartialBlock

Blocks = Annotated[tuple[AnyBlock, ...], msgspec.Meta(min_length=1, max_length=MAX_BLOCKS)]


def is_colour(text: str) -> bool:
    """Returns whether a text is a colour, or Liquid that may give one."""
    return text in BRAND_COLOURS or "{" in text or Colour.parse(text) is not None


def texts_of(blocks: Blocks) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
    """Yields every text in Liquid of blocks, its path and its environment."""
    for index, block in enumerate(blocks):
        yield from (((FIELD, index, *path), text, environment) for path, text, environment in block.texts())


def links_of(blocks: Blocks) -> Iterator[tuple[FieldPath, str]]:
    """Yields the texts of blocks that are links as a whole, and their paths."""
    for index, block in enumerate(blocks):
        yield from (((FIELD, index, *path), text) for path, text in block.links())


def problems_of(blocks: Blocks) -> Iterator[tuple[FieldPath, str]]:
    """Yields problems of blocks beyond the types of their fields, and their paths."""
    for index, block in enumerate(blocks):
        yield from (((FIELD, index, *path), message) for path, message in block.problems())
