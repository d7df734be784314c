"""The helpers of Handlebars and SuprSend that have an exact equivalent in Liquid."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from html import escape
from typing import Protocol

from addressee.converting.handlebars.names import UnsupportedError, quoted
from addressee.converting.handlebars.tree import Call, Expression, Literal, Path


class Escaping(StrEnum):
    """The escaping of values where a template is used: none, or what keeps the surrounding text intact."""

    NONE = "none"
    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"


class Operands(Protocol):
    """Makes the operands of a Liquid expression, and tells how what is printed is escaped; None if it is not."""

    @property
    def printed(self) -> Escaping | None: ...

    def operand(self, expression: Expression) -> str:
        """Returns an expression without filters. Raises UnsupportedError."""
        ...


Helper = Callable[[Operands, Sequence[Expression]], str]


def number_or_path(operands: Operands, expression: Expression) -> str:
    if isinstance(expression, Literal) and (isinstance(expression.value, str | bool) or expression.value is None):
        raise UnsupportedError("this calculates with what is no number", "write the result")
    return operands.operand(expression)


def printed_text(operands: Operands, expression: Expression) -> str:
    """Returns a literal text whose value is printed: Liquid does not escape what the author wrote, Handlebars does."""
    if not isinstance(expression, Literal) or not isinstance(expression.value, str):
        raise UnsupportedError("this must be a text in quotes")
    match operands.printed:
        case Escaping.HTML:
            return quoted(escape(expression.value))
        case Escaping.JSON:
            return quoted(json.dumps(expression.value, ensure_ascii=False)[1:-1])
    return quoted(expression.value)


def checked(parameters: Sequence[Expression], least: int, most: int | None = None) -> None:
    if not least <= len(parameters) <= (least if most is None else most):
        raise UnsupportedError("this has other parameters than the helper takes", "write the value itself")


def default(operands: Operands, parameters: Sequence[Expression]) -> str:
    checked(parameters, 2)
    value, otherwise = parameters
    is_text = isinstance(otherwise, Literal) and isinstance(otherwise.value, str)
    shown = printed_text(operands, otherwise) if is_text else operands.operand(otherwise)
    return f"{operands.operand(value)} | default: {shown}, allow_false: true"


def lookup(operands: Operands, parameters: Sequence[Expression]) -> str:
    checked(parameters, 2)
    return f"{operands.operand(parameters[0])}[{operands.operand(parameters[1])}]"


def item_at(operands: Operands, parameters: Sequence[Expression]) -> str:
    checked(parameters, 2)
    index = parameters[1]
    if not isinstance(index, Literal) or not isinstance(index.value, int) or index.value < 0:
        raise UnsupportedError("the position must be a number", "write list.[0]")
    return f"{operands.operand(parameters[0])}[{index.value}]"


def join(operands: Operands, parameters: Sequence[Expression]) -> str:
    if len(parameters) == 1:
        raise UnsupportedError("a join without separator is printed differently", 'give it one, like ", "')
    checked(parameters, 2)
    return f"{operands.operand(parameters[0])} | join: {printed_text(operands, parameters[1])}"


def filtered(name: str) -> Helper:
    """Returns a helper that is a filter of one value."""

    def helper(operands: Operands, parameters: Sequence[Expression]) -> str:
        checked(parameters, 1)
        if isinstance(parameters[0], Literal):
            raise UnsupportedError("this is about a text that never changes", "write the result")
        return f"{operands.operand(parameters[0])} | {name}"

    return helper


def calculated(name: str) -> Helper:
    """Returns a helper that is a filter of two numbers."""

    def helper(operands: Operands, parameters: Sequence[Expression]) -> str:
        checked(parameters, 2)
        first, second = (number_or_path(operands, each) for each in parameters)
        return f"{first} | {name}: {second}"

    return helper


# What moment.js calls parts of a date, and what `date` of Liquid calls them.
DATE_PARTS: Mapping[str, str] = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "DDDD": "%j",
    "DD": "%d",
    "D": "%-d",
    "dddd": "%A",
    "ddd": "%a",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "ss": "%S",
    "A": "%p",
    "a": "%P",
}
DATE_TOKEN = re.compile(r"\[(?P<literal>[^\]]*)\]|(?P<part>([A-Za-z])\3*o?)|(?P<other>[^A-Za-z\[]+|\[)")


def datetime_format(operands: Operands, parameters: Sequence[Expression]) -> str:
    if len(parameters) == 3:
        raise UnsupportedError(
            "Liquid does not convert to a time zone", "give the time in the zone that is to be shown"
        )
    checked(parameters, 2)
    written = parameters[1]
    if not isinstance(written, Literal) or not isinstance(written.value, str):
        raise UnsupportedError("the format must be a text in quotes")
    now = isinstance(parameters[0], Literal) and parameters[0].value == "now"
    value = '"now"' if now else operands.operand(parameters[0])
    return f"{value} | date: {quoted(date_format(written.value))}"


def date_format(written: str) -> str:
    """Returns a format of moment.js as `date` of Liquid writes it. Raises UnsupportedError."""
    found = []
    for match in DATE_TOKEN.finditer(written):
        part = match["part"]
        if part is None:
            found.append((match["literal"] or match["other"] or "").replace("%", "%%"))
        elif part in DATE_PARTS:
            found.append(DATE_PARTS[part])
        else:
            raise UnsupportedError(f"Liquid has no {part!r} for dates", "choose another format")
    return "".join(found)


HELPERS: Mapping[str, Helper] = {
    "add": calculated("plus"),
    "subtract": calculated("minus"),
    "multiply": calculated("times"),
    "datetime-format": datetime_format,
    "default": default,
    "itemAt": item_at,
    "join": join,
    "jsonStringify": filtered("json"),
    "length": filtered("size"),
    "lookup": lookup,
    "lowercase": filtered("downcase"),
    "uppercase": filtered("upcase"),
}

# What to do about helpers that have no exact equivalent.
ADVICE: Mapping[str, str] = {
    "capitalize": "`capitalize` of Liquid makes the other letters small: use it if that is meant",
    "divide": "Liquid divides whole numbers to whole numbers: use `divided_by`, with `times: 1.0` before it for others",
    "mod": "the sign may differ: use `modulo` if the numbers are positive",
    "round": "use `round`, and look at halves",
    "t": "write the text, or look it up in a translation",
    "unique": "use `uniq` and `join`",
}


def expression_of(operands: Operands, call: Call) -> str:
    """Returns the Liquid expression, filters included, of a helper. Raises UnsupportedError."""
    if call.helper not in HELPERS:
        advice = ADVICE.get(call.helper, "write in Liquid what it does")
        raise UnsupportedError(f"the helper {call.helper!r} has no exact equivalent", advice)
    if call.options:
        raise UnsupportedError(f"the option {call.options[0][0]!r} of {call.helper!r} is not converted")
    return HELPERS[call.helper](operands, call.parameters)


def is_helper(path: Path) -> bool:
    """Returns whether what looks like a value is a helper without parameters."""
    return not (path.up or path.is_data) and len(path.names) == 1 and path.names[0] in {*HELPERS, *ADVICE}
