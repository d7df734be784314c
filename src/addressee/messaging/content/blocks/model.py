"""Visual blocks as files have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import msgspec

from addressee.messaging.content.blocks.attributes import (
    BRAND_COLOURS,
    NO_SPACE,
    AlignedLayout,
    ButtonLayout,
    ButtonSize,
    ButtonStyle,
    ImageStyle,
    Layout,
    RowLayout,
    Variant,
    Width,
    is_colour,
)
from addressee.messaging.content.model import texts_in
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.markdown.rendering import MARKDOWN
from addressee.messaging.definitions.model import KEY, Definition, FieldPath

# The field of a template that holds its blocks.
FIELD = "visual_blocks"

MAX_BLOCKS = 100

ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


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
    layout_attrs: Layout = Layout()


class DividerBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="divider"):
    layout_attrs: Layout = Layout()


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
    layout_attrs: Layout = NO_SPACE

    def source(self, names: Iterable[str]) -> str:
        """Returns the template that renders the partial with values that have these names."""
        arguments = "".join(f", {name}: {name}" for name in names)
        return f"{{% render '{self.key}'{arguments} %}}"

    def texts(self) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
        yield ("key",), self.source(self.attrs), liquid.HTML
        for path, text in texts_in(self.attrs):
            yield ("attrs", *path), text, liquid.PLAIN

    def problems(self) -> Iterator[tuple[FieldPath, str]]:
        if KEY.fullmatch(self.key) is None:
            yield ("key",), "this must be the key of a partial"
        for name in self.attrs:
            if ATTRIBUTE.fullmatch(name) is None:
                yield ("attrs", name), "an attribute's name has letters, digits and _, and begins with a letter"


PlainBlock: TypeAlias = MarkdownBlock | HtmlBlock | DividerBlock | ImageBlock | ButtonSetBlock | PartialBlock


class Column(Definition, frozen=True, omit_defaults=True):
    """A part of a row. Those without a width share what the others leave."""

    blocks: Annotated[tuple[PlainBlock, ...], msgspec.Meta(min_length=1, max_length=20)]
    width: Width = "auto"


class RowBlock(VisualBlock, frozen=True, kw_only=True, omit_defaults=True, tag="row"):
    """Columns of blocks beside each other, which stand below each other on a phone."""

    columns: Annotated[tuple[Column, ...], msgspec.Meta(min_length=1, max_length=4)]
    layout_attrs: RowLayout = RowLayout(0, 0, 0, 0)

    def placed(self) -> Iterator[tuple[FieldPath, PlainBlock]]:
        """Yields the blocks in its columns, and their paths."""
        for column, each in enumerate(self.columns):
            yield from ((("columns", column, "blocks", index), block) for index, block in enumerate(each.blocks))


AnyBlock: TypeAlias = PlainBlock | RowBlock

Blocks = Annotated[tuple[AnyBlock, ...], msgspec.Meta(min_length=1, max_length=MAX_BLOCKS)]


def placed(blocks: Sequence[AnyBlock]) -> Iterator[tuple[FieldPath, AnyBlock]]:
    """Yields all blocks, those in columns after their row, and their paths."""
    for index, block in enumerate(blocks):
        yield (FIELD, index), block
        if isinstance(block, RowBlock):
            yield from (((FIELD, index, *path), below) for path, below in block.placed())


def texts_of(blocks: Sequence[AnyBlock]) -> Iterator[tuple[FieldPath, str, liquid.BoundedEnvironment]]:
    """Yields every text in Liquid of blocks, its path and its environment."""
    for place, block in placed(blocks):
        yield from (((*place, *path), text, environment) for path, text, environment in block.texts())


def links_of(blocks: Sequence[AnyBlock]) -> Iterator[tuple[FieldPath, str]]:
    """Yields the texts of blocks that are links as a whole, and their paths."""
    for place, block in placed(blocks):
        yield from (((*place, *path), text) for path, text in block.links())


def problems_of(blocks: Sequence[AnyBlock]) -> Iterator[tuple[FieldPath, str]]:
    """Yields problems of blocks beyond the types of their fields, and their paths."""
    for place, block in placed(blocks):
        yield from (((*place, *path), message) for path, message in block.problems())
