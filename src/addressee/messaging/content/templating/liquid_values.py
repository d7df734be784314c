"""Prints values as Shopify's Liquid does: nil as nothing, objects as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from liquid import RenderContext
from liquid.builtin.expressions.logical import EqExpression, NeExpression
from liquid.builtin.expressions.primitive import Blank
from liquid.expression import Expression
from liquid.undefined import Undefined, is_undefined


class Shown:
    """A value that says itself how it is printed, in a text and in HTML."""

    @property
    def text(self) -> str:
        raise NotImplementedError

    @property
    def html(self) -> str:
        raise NotImplementedError


def text_of(value: Any) -> str:
    """Returns a value as it is printed: a list as its items, without separators."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None | Undefined():
            return ""
        case Shown():
            return value.text
        case list() | tuple():
            return "".join(map(text_of, value))
        case dict():
            return json_of(value)
        case range():
            return f"{value.start}..{value.stop - 1}"
        case _:
            return str(value)


def json_of(value: Any, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(value, default=lambda _: None, ensure_ascii=False, separators=separators, indent=indent)


class Printing(Expression):
    """An expression in an output tag, printed by the rules of its environment."""

    __slots__ = ("printed",)

    def __init__(self, printed: Expression) -> None:
        super().__init__(printed.token)
        self.printed = printed

    def evaluate(self, context: RenderContext) -> object:
        return context.env.printed(self.printed.evaluate(context), context)  # type: ignore[attr-defined]

    def children(self) -> Iterable[Expression]:
        return [self.printed]


class OrBlank(Expression):
    """An expression compared with `blank`, to which null and false are equal too."""

    __slots__ = ("compared",)

    def __init__(self, compared: Expression) -> None:
        super().__init__(compared.token)
        self.compared = compared

    def evaluate(self, context: RenderContext) -> object:
        value = self.compared.evaluate(context)
        return "" if value is None or value is False or is_undefined(value) else value

    def children(self) -> Iterable[Expression]:
        return [self.compared]


def compare_with_blank(expression: Expression) -> None:
    """Replaces operands that are compared with `blank` in an expression and its children by OrBlank."""
    if isinstance(expression, EqExpression | NeExpression):
        if isinstance(expression.right, Blank):
            expression.left = OrBlank(expression.left)
        elif isinstance(expression.left, Blank):
            expression.right = OrBlank(expression.right)
    for child in expression.children():
        compare_with_blank(child)
