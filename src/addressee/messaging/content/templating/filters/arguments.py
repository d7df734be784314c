"""Reads the values and arguments of filters, which may be anything that JSON has. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from dateutil import parser
from liquid.undefined import is_undefined

from addressee.messaging.content.templating.liquid_values import text_of

Filter = Callable[..., Any]

DEFAULT_LOCALE = "en"
MAX_LOCALE_LENGTH = 35

# The most digits on either side of the point of a number that is formatted.
MAX_DIGITS = 40

# A date that is longer is none.
MAX_DATE_LENGTH = 100

NOW = frozenset({"now", "today"})


def is_nothing(value: Any) -> bool:
    return value is None or is_undefined(value)


def number_of(value: Any) -> Decimal | None:
    """Returns a number, or a text that is one; None for anything else, and for numbers of too many digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite():
        return None
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return number if exponent >= -MAX_DIGITS and len(digits) + exponent <= MAX_DIGITS else None


def moment_of(value: Any) -> datetime | None:
    """Returns the moment that a text, or a number of seconds, says, in UTC where it names no zone; else None."""
    if isinstance(value, str) and value in NOW:
        return datetime.now(UTC)
    try:
        moment = read_moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def read_moment(value: Any) -> datetime | None:
    """Raises ValueError, OverflowError or OSError."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > MAX_DATE_LENGTH:
        return None
    if isinstance(value, int) or value.isdecimal():
        return datetime.fromtimestamp(int(value), UTC)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        parsed: datetime = parser.parse(value)
        return parsed


def locale_of(value: Any) -> Locale:
    """Returns the locale with a code like `de-AT`, else that of its language, else English."""
    return locale_named("" if is_nothing(value) else text_of(value)[: MAX_LOCALE_LENGTH + 1])


@lru_cache(maxsize=500)
def locale_named(code: str) -> Locale:
    parts = code.replace("-", "_").split("_") if len(code) <= MAX_LOCALE_LENGTH else []
    for count in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:count]))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(DEFAULT_LOCALE)
