"""The tree of a Handlebars template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


class HandlebarsError(Exception):
    """A text is not Handlebars, or outside of the subset that is parsed. `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}")
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Path:
    """A path: names below the context that is `up` contexts above the current one, or below the template's data.

    `is_data` is true of what Handlebars provides, like `@index`; `up` then counts loops. A path without names is the
    context itself, `this`.
    """

    names: tuple[str, ...]
    up: int = 0
    is_data: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Call:
    """A helper with its parameters: in a mustache, a block, or a subexpression."""

    helper: str
    parameters: tuple[Expression, ...] = ()
    options: tuple[tuple[str, Expression], ...] = ()


Expression: TypeAlias = Path | Literal | Call


@dataclass(slots=True)
class Strip:
    """The `~` of a tag: whether it takes away the white space before it, and after it."""

    before: bool = False
    after: bool = False


@dataclass(slots=True)
class Text:
    """Text of the template. `original` is what it was before white space around tags was taken away."""

    text: str
    original: str = ""
    stripped_left: bool = False
    stripped_right: bool = False

    def __post_init__(self) -> None:
        self.original = self.text


@dataclass(slots=True)
class Mustache:
    """A value that is printed; one that is `raw` is not escaped."""

    value: Expression
    raw: bool
    strip: Strip
    source: str
    line: int


@dataclass(slots=True)
class Comment:
    strip: Strip


@dataclass(slots=True)
class Unknown:
    """A tag outside of the subset, like a partial."""

    what: str
    strip: Strip
    source: str
    line: int


@dataclass(slots=True)
class Block:
    """A block with what it prints, and what it prints otherwise: None without an `else`.

    `is_chained` is true of a block that an `else if` opens, which is all that stands in the inverse of another.
    """

    call: Call
    line: int
    opening: Strip
    body: list[Node] = field(default_factory=list)
    inverse: list[Node] | None = None
    between: Strip = field(default_factory=Strip)
    closing: Strip = field(default_factory=Strip)
    source: str = ""
    is_chained: bool = False
    is_inverted: bool = False


Node: TypeAlias = Text | Mustache | Comment | Unknown | Block
