"""A small part of Jsonnet, by which nodes of SuprSend make their requests: values, paths into the data, joined texts.

value = sum | object | list
object = "{" [name ":" value {"," name ":" value}] "}"
sum = term {"+" term}, of which at least one is a text
term = text | number | "true" | "false" | "null" | path
path = "data" {"." name | "[" text "]"}
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from addressee.converting.handlebars.liquid import escaped_text
from addressee.converting.suprsend.names import expression

TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<path>data(?:\.[A-Za-z_]\w*|\[\s*(?:"[^"\\]*"|'[^'\\]*')\s*\])+)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<symbol>[{}\[\]:,+])
    )""",
    re.VERBOSE,
)
STEP = re.compile(r"""\.(?P<plain>\w+)|\[\s*["'](?P<quoted>[^"']*)["']\s*\]""")
CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class JsonnetError(Exception):
    """An expression is outside of the part of Jsonnet that is converted."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A value that is read from the data, as Liquid writes it."""

    liquid: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A text that is made of several, and of values."""

    parts: tuple[str | int | float | Expression, ...]


Value: TypeAlias = str | int | float | bool | Expression | Joined | list[Any] | dict[str, Any] | None


def read(text: str) -> Value:
    """Raises JsonnetError."""
    reader = Reader(text)
    value = reader.value()
    reader.end()
    return value


def as_text(value: Value) -> str:
    """Returns a text in Liquid that prints a value. Raises JsonnetError for lists and objects."""
    match value:
        case str():
            return escaped_text(value)
        case Expression(liquid):
            return f"{{{{ {liquid} }}}}"
        case Joined(parts):
            return "".join(map(as_text, parts))
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return str(value)
    raise JsonnetError("a text is needed here")


def as_value(value: Value) -> Any:
    """Returns a value of JSON with texts in Liquid: a text that is one expression has the value of that."""
    match value:
        case dict():
            return {name: as_value(each) for name, each in value.items()}
        case list():
            return [as_value(each) for each in value]
        case str() | Expression() | Joined():
            return as_text(value)
    return value


def as_json(value: Value) -> str:
    """Returns a text in Liquid that prints JSON."""
    match value:
        case dict():
            return "{" + ", ".join(f"{escaped_text(json.dumps(n))}: {as_json(each)}" for n, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_json, value)) + "]"
        case Expression(liquid):
            return f"{{{{ {liquid} | json }}}}"
        case Joined():
            raise JsonnetError("a text that is joined within JSON")
    return escaped_text(json.dumps(value, ensure_ascii=False))


class Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position, text = 0, text.strip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise JsonnetError(f"{text[position : position + 30]!r} cannot be read")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def end(self) -> None:
        if self._tokens:
            raise JsonnetError(f"{self._tokens[0][1]!r} is not expected")

    def value(self) -> Value:
        if self._take("{"):
            return self._object()
        if self._take("["):
            return self._list()
        parts = [self._term()]
        while self._take("+"):
            parts.append(self._term())
        if len(parts) == 1:
            return parts[0]
        if not any(isinstance(part, str) for part in parts):
            raise JsonnetError("what is added may be numbers")
        if any(isinstance(part, bool) or part is None for part in parts):
            raise JsonnetError("a text is joined with true, false or null")
        return Joined(tuple(part for part in parts if isinstance(part, str | int | float | Expression)))

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._take("}"):
            kind, text = self._next()
            if kind not in ("text", "name", "path"):
                raise JsonnetError(f"{text!r} is no name of a field")
            if not self._take(":"):
                raise JsonnetError(f"a colon is missing after {text!r}")
            found[unquoted(text) if kind == "text" else text] = self.value()
            if not self._take(",") and self._tokens[:1] != [("symbol", "}")]:
                raise JsonnetError("an object is not closed")
        return found

    def _list(self) -> list[Any]:
        found = []
        while not self._take("]"):
            found.append(self.value())
            if not self._take(",") and self._tokens[:1] != [("symbol", "]")]:
                raise JsonnetError("a list is not closed")
        return found

    def _term(self) -> str | int | float | bool | Expression | None:
        kind, text = self._next()
        match kind:
            case "text":
                return unquoted(text)
            case "number":
                number: int | float = json.loads(text)
                return number
            case "name" if text in CONSTANTS:
                return CONSTANTS[text]
            case "path":
                names = tuple(match["plain"] or match["quoted"] for match in STEP.finditer(text))
                found = expression(names)
                if found is not None:
                    return Expression(found)
        raise JsonnetError(f"{text!r} is not converted")

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise JsonnetError("this ends too early")
        return self._tokens.pop(0)

    def _take(self, symbol: str) -> bool:
        if self._tokens[:1] != [("symbol", symbol)]:
            return False
        self._tokens.pop(0)
        return True


def unquoted(text: str) -> str:
    if text[0] == "'":
        text = '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        found: str = json.loads(text, strict=False)
    except ValueError:
        raise JsonnetError(f"{text} cannot be read") from None
    return found
