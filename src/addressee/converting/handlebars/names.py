"""The Liquid expressions that stand for paths of Handlebars."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from addressee.converting.handlebars.tree import Path

# The names that Liquid can read after a dot.
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

# Words of Liquid, which stand in brackets where they are names.
WORDS = frozenset(
    {
        *("and", "or", "not", "contains", "true", "false", "nil", "null", "empty", "blank", "if", "else", "for", "in"),
        *("limit", "offset", "reversed", "cols", "with", "as", "continue", "required"),
    }
)

# Returns the expression of a name at the top of the data with the names below it, None if it has no expression.
Top = Callable[[tuple[str, ...]], str | None]


class UnsupportedError(Exception):
    """A part of a template has no exact equivalent in Liquid. `was` says what it is, `todo` what to do."""

    def __init__(self, was: str, todo: str = "write in Liquid what it does") -> None:
        super().__init__(f"{was}; {todo}")
        self.was = was
        self.todo = todo


def quoted(text: str) -> str:
    """Returns a text as Liquid writes it."""
    for mark in ('"', "'"):
        if mark not in text:
            return f"{mark}{text}{mark}"
    raise UnsupportedError("Liquid has no text with both kinds of quotes", "write it otherwise")


def below(expression: str, names: Sequence[str]) -> str:
    """Returns the expression of a value below another one. The length of a list or a text is its `size`."""
    for index, name in enumerate(names):
        if name == "length" and index == len(names) - 1:
            expression += ".size"
        elif name.isdigit():
            expression += f"[{int(name)}]"
        elif PLAIN_NAME.fullmatch(name) and name not in WORDS:
            expression += f".{name}"
        else:
            expression += f"[{quoted(name)}]"
    return expression


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over a list, or over an object whose names the block uses. `variable` is its variable in Liquid."""

    variable: str
    over_names: bool


@dataclass(frozen=True, slots=True)
class Contexts:
    """The contexts that surround a place: expressions from the outermost to the innermost, None for the data itself."""

    top: Top
    stack: tuple[str | None, ...] = (None,)
    loops: tuple[Loop, ...] = ()

    def within(self, expression: str | None) -> Contexts:
        return Contexts(self.top, (*self.stack, expression), self.loops)

    def looping(self, loop: Loop) -> Contexts:
        item = f"{loop.variable}[1]" if loop.over_names else loop.variable
        return Contexts(self.top, (*self.stack, item), (*self.loops, loop))

    def expression(self, path: Path) -> str | None:
        """Returns the expression of a path, None for the whole of the data. Raises UnsupportedError."""
        if path.is_data:
            return self._provided(path)
        if path.up >= len(self.stack):
            raise UnsupportedError("../ leads out of the template", "name the value from the top")
        context = self.stack[len(self.stack) - 1 - path.up]
        if context is None:
            return self._top(path.names)
        if path.names and path.names[0].startswith("$"):
            name = path.names[0]
            raise UnsupportedError(f"{name} within a block is a value of the item in Handlebars", f"write @root.{name}")
        return below(context, path.names)

    def _top(self, names: tuple[str, ...]) -> str | None:
        if not names:
            return None
        found = self.top(names)
        if found is None:
            raise UnsupportedError(f"{'.'.join(names)} is not known here", "name another value")
        return found

    def _provided(self, path: Path) -> str | None:
        name, rest = (path.names or ("",))[0], path.names[1:]
        if name == "root":
            return self._top(rest)
        if rest or path.up >= len(self.loops):
            raise UnsupportedError(f"@{name} stands in no loop that it could be about", "leave it out")
        loop = self.loops[len(self.loops) - 1 - path.up]
        forloop = "forloop" + ".parentloop" * path.up
        match name:
            case "index":
                return f"{forloop}.index0"
            case "first" | "last":
                return f"{forloop}.{name}"
            case "key" if loop.over_names:
                return f"{loop.variable}[0]"
        raise UnsupportedError(f"@{name} is not known", "leave it out")
