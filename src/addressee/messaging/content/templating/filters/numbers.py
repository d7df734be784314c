"""Filters of numbers: as a language writes them, and amounts of money. What is no number stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import NumberPattern, format_currency, format_decimal, parse_pattern

from addressee.messaging.content.templating.filters.arguments import MAX_DIGITS, is_nothing, locale_of, number_of
from addressee.messaging.content.templating.liquid_values import text_of

DEFAULT_CURRENCY = "USD"
CURRENCY = re.compile(r"[A-Z]{3}")

# With fewer digits than both sides of the point may have, to round a long number would be an error.
PRECISION = 2 * MAX_DIGITS


def format_number(value: Any, locale: Any = None) -> Any:
    number = number_of(value)
    if number is None:
        return value
    with localcontext(prec=PRECISION):
        return format_decimal(number, locale=locale_of(locale), decimal_quantization=False)


def currency(value: Any, code: Any = None, locale: Any = None) -> Any:
    """Returns an amount with as many digits as its currency has."""
    return amount(value, code, locale, lambda number, known, place: format_currency(number, known, locale=place))


def rounded_currency(value: Any, code: Any = None, locale: Any = None) -> Any:
    """Returns an amount, rounded to a whole number."""
    return amount(
        value,
        code,
        locale,
        lambda number, known, place: whole(place).apply(number, place, currency=known, currency_digits=False),
    )


def amount(value: Any, code: Any, locale: Any, write: Callable[[Decimal, str, Locale], str]) -> Any:
    """Returns an amount as a function writes it; nothing if the currency has no code like USD."""
    number = number_of(value)
    if number is None:
        return value
    known = DEFAULT_CURRENCY if is_nothing(code) else text_of(code).upper()
    if not CURRENCY.fullmatch(known):
        return ""
    with localcontext(prec=PRECISION):
        return write(number, known, locale_of(locale))


@lru_cache(maxsize=200)
def whole(locale: Locale) -> NumberPattern:
    """Returns the pattern of amounts without decimals."""
    pattern = parse_pattern(str(locale.currency_formats["standard"].pattern))
    pattern.frac_prec = (0, 0)
    return pattern


def pluralize(value: Any, one: Any = None, other: Any = None) -> str:
    """Returns the first word for one, else the second."""
    number = number_of(value)
    if number is None:
        return ""
    return text_of(one if number == 1 else other)
