"""Filters of dates: in a time zone, in a format, and as a language writes them. What is no date stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from babel.dates import format_date, format_time, get_datetime_format
from liquid import Environment, Markup
from liquid.filter import with_environment

from addressee.messaging.content.templating.filters.arguments import is_nothing, locale_of, moment_of
from addressee.messaging.content.templating.liquid_values import text_of
from addressee.timing.zones import zone_named

WIDTHS = ("short", "medium", "long", "full")

# Seconds since 1970, which the platform's own function takes to be local time.
SECONDS = re.compile(r"%(%|s)")

# The narrow space in front of AM and PM, for which an SMS would need an alphabet of 70 characters a part.
NARROW_SPACE = "\u202f"


@with_environment
def date(value: Any, format: Any = None, timezone: Any = None, *, environment: Environment) -> Any:
    """Formats a moment, in its own zone or in the one that is named."""
    if isinstance(value, float) or is_nothing(format) or not format:
        return value

    def written(moment: datetime) -> str:
        pattern = SECONDS.sub(
            lambda found: str(int(moment.timestamp())) if found[1] == "s" else found[0], text_of(format)
        )
        return moment.strftime(pattern)

    text = with_moment(value, timezone, written)
    return Markup(text) if environment.autoescape and isinstance(format, Markup) and text is not value else text


def timezone(value: Any, name: Any = None) -> Any:
    """Returns a moment as ISO 8601 writes it, with the offset that a time zone has then."""
    return with_moment(value, "" if is_nothing(name) else name, datetime.isoformat)


def format_date_in_locale(value: Any, locale: Any = None, width: Any = "short") -> Any:
    width = "short" if is_nothing(width) else width
    if width not in WIDTHS:
        return ""
    return with_moment(value, None, partial(date_in, locale_of(locale), width))


def format_datetime_in_locale(
    value: Any, locale: Any = None, date_width: Any = "short", time_width: Any = "short"
) -> Any:
    first, second = ("short" if is_nothing(width) else width for width in (date_width, time_width))
    if first not in WIDTHS or second not in WIDTHS:
        return ""
    return with_moment(value, None, partial(datetime_in, locale_of(locale), first, second))


def with_moment(value: Any, zone: Any, write: Callable[[datetime], str]) -> Any:
    """Returns a moment as a function writes it, in a zone if one is given. What is no moment is returned as it is.

    A zone that there is not gives an empty text: no time is better than a wrong one.
    """
    moment = moment_of(value)
    if moment is None:
        return value
    known = None if is_nothing(zone) else zone_named(text_of(zone))
    if known is None and not is_nothing(zone):
        return ""
    try:
        return write(moment if known is None else moment.astimezone(known))
    except (ValueError, OverflowError):
        return value


def date_in(locale: Any, width: Any, moment: datetime) -> str:
    return format_date(moment, width, locale=locale)


def datetime_in(locale: Any, date_width: Any, time_width: Any, moment: datetime) -> str:
    pattern = str(get_datetime_format(date_width, locale=locale)).replace("'", "")
    time = format_time(moment, time_width, locale=locale)
    text = pattern.replace("{0}", time).replace("{1}", date_in(locale, date_width, moment))
    return text.replace(NARROW_SPACE, " ")
