"""Conditions of `if`, `with` and `compare`, in Liquid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from addressee.converting.handlebars.names import UnsupportedError, quoted
from addressee.converting.handlebars.tree import Expression, Literal

ORDER = ("<", "<=", ">", ">=")


def is_true(expression: str) -> str:
    """Returns what is true of values that Handlebars takes as true: nothing that is empty, nor zero."""
    return f"{expression} and {expression} != empty and {expression} != 0"


def is_there(expression: str) -> str:
    """Returns what is true of values that `with` goes into: nothing that is empty."""
    return f"{expression} and {expression} != empty"


def compared(
    parameters: Sequence[Expression], operand: Callable[[Expression], str], assigned: Callable[[str], str]
) -> str:
    """Returns the condition of a `compare`. `assigned` names the value of an expression with filters.

    JavaScript compares a number with a text that holds one as numbers. Raises UnsupportedError.
    """
    if len(parameters) != 3 or not isinstance(parameters[1], Literal):
        raise UnsupportedError("compare takes a value, an operator in quotes, and another value")
    left, operator, right = parameters[0], parameters[1].value, parameters[2]
    if isinstance(left, Literal):
        raise UnsupportedError("the value on the left never changes", "put the other one there")
    value = operand(left)
    if operator in ("===", "!=="):
        return f"{value} {'==' if operator == '===' else '!='} {operand(right)}"
    number = number_in(right)
    if operator in ("==", "!="):
        if not isinstance(right, Literal):
            raise UnsupportedError(
                f"two values are compared by {operator}, by which 1 and '1' are equal", "see of what types they are"
            )
        if number is None:
            return f"{value} {operator} {operand(right)}"
        joiner = "or" if operator == "==" else "and"
        return f'{value} {operator} {number} {joiner} {value} {operator} "{number}"'
    if operator not in ORDER:
        raise UnsupportedError(f"compare has no operator {operator!r}")
    if number is None or not isinstance(right, Literal) or isinstance(right.value, str):
        raise UnsupportedError("what is no number is compared by its order", "write the condition in Liquid")
    return f"{assigned(f'{value} | plus: 0')} {operator} {number}"


def number_in(expression: Expression) -> str | None:
    """Returns a number that is written as such, or as a text; None for anything else."""
    if not isinstance(expression, Literal) or isinstance(expression.value, bool) or expression.value is None:
        return None
    text = str(expression.value)
    return text if text.removeprefix("-").isdigit() and text == str(int(text)) else decimal_in(expression.value)


def decimal_in(value: str | float) -> str | None:
    return str(value) if isinstance(value, float) else None


def literal(value: str | float | bool | None) -> str:
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
    return str(value)
