"""Reads what stands in a tag of Handlebars: helpers, paths and literals."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from addressee.converting.handlebars.tree import Call, Expression, HandlebarsError, Literal, Path

# A name in a path: any characters in square brackets, or those that have no meaning of their own.
NAME = r"(?:\[[^\]]*\]|[^\s!\"#%-,./;->@\[-^`{-~]+)"

TOKEN = re.compile(
    rf"""\s*(?:
      (?P<string>"(?:\\"|[^"])*"|'(?:\\'|[^'])*')
    | (?P<number>-?\d+(?:\.\d+)?(?=[\s)]|$))
    | (?P<open>\()
    | (?P<close>\))
    | (?P<option>{NAME})=
    | (?P<path>@?(?:\.\./)*(?:\.\.|\.(?![\w\[])|{NAME}|\./{NAME})(?:[./]{NAME})*)
    )""",
    re.VERBOSE,
)

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "undefined": None}


class Token(NamedTuple):
    kind: str
    text: str


def read_call(text: str, line: int) -> Call | Path | Literal:
    """Reads the inside of a mustache: a helper with parameters, or a lone value. Raises HandlebarsError."""
    tokens = tokens_of(text, line)
    return Reader(tokens, text, line).call(nested=False)


def tokens_of(text: str, line: int) -> list[Token]:
    tokens, position, text = [], 0, text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise HandlebarsError(f"{text[position:].strip()!r} cannot be read", line)
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class Reader:
    """Reads the tokens of one tag from the left to the right."""

    def __init__(self, tokens: list[Token], text: str, line: int) -> None:
        self._tokens = tokens
        self._text = text
        self._line = line

    def call(self, *, nested: bool) -> Call | Path | Literal:
        """Reads a helper up to the end, or up to the parenthesis that closes it."""
        if not self._tokens:
            raise self._error("this says nothing")
        first = self._expression()
        parameters: list[Expression] = []
        options: list[tuple[str, Expression]] = []
        while self._tokens and self._tokens[0].kind != "close":
            if self._tokens[0].kind == "option":
                name = unbracketed(self._tokens.pop(0).text)
                options.append((name, self._expression()))
            elif options:
                raise self._error("parameters stand before options")
            else:
                parameters.append(self._expression())
        if nested:
            if not self._tokens:
                raise self._error("a parenthesis is not closed")
            self._tokens.pop(0)
        elif self._tokens:
            raise self._error("a parenthesis closes what none has opened")
        if not parameters and not options and not nested:
            return first
        if not isinstance(first, Path) or first.up or first.is_data or len(first.names) != 1:
            raise self._error("this is no helper's name")
        return Call(first.names[0], tuple(parameters), tuple(options))

    def _expression(self) -> Expression:
        if not self._tokens:
            raise self._error("a value is missing")
        kind, text = self._tokens.pop(0)
        match kind:
            case "open":
                return self.call(nested=True)
            case "string":
                return Literal(text[1:-1].replace(f"\\{text[0]}", text[0]))
            case "number":
                number: int | float = msgspec.json.decode(text)
                return Literal(number)
            case "path":
                return Literal(CONSTANTS[text]) if text in CONSTANTS else path_of(text)
        raise self._error(f"{text!r} cannot stand here")

    def _error(self, message: str) -> HandlebarsError:
        return HandlebarsError(f"{message}: {self._text.strip()!r}", self._line)


def path_of(text: str) -> Path:
    is_data = text.startswith("@")
    text = text.removeprefix("@")
    up = 0
    while text.startswith("../"):
        up, text = up + 1, text.removeprefix("../")
    if text == "..":
        up, text = up + 1, "."
    names = [unbracketed(name) for name in re.findall(NAME, text.removeprefix("./"))]
    if names[:1] == ["this"] and not text.startswith("["):
        names = names[1:]
    return Path(tuple(names), up, is_data)


def unbracketed(name: str) -> str:
    return name[1:-1] if name.startswith("[") else name
