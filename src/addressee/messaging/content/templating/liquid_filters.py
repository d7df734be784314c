"""Liquid filters with bounded input, for values of JSON (by Shopify's rules where the library has Python's)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from liquid import Environment
from liquid.builtin.filters.array import join as library_join
from liquid.builtin.filters.misc import date as library_date
from liquid.exceptions import FilterArgumentError
from liquid.filter import flatten, int_arg, with_environment
from liquid.undefined import Undefined, is_undefined

from addressee.messaging.content.templating.liquid_values import json_of, text_of

Filter = Callable[..., Any]

MAX_FILTER_INPUT = 100_000
MAX_FILTER_PRODUCT = 10_000_000

# Filters whose output may be as long as their input times an argument.
MULTIPLYING_FILTERS = frozenset({"join", "replace"})

# The modules of filters of texts, and the one filter in them that takes lists too.
TEXT_MODULES = frozenset({"liquid.builtin.filters.string", "liquid.builtin.filters.extra"})
LISTS_TOO = "slice"

NOTHING = Undefined("nil")


def json(value: Any, indent: Any = None) -> str:
    return json_of(value, None if indent is None else int_arg(indent))


@with_environment
def date(value: Any, format: Any, *, environment: Environment) -> Any:
    """Formats a date; any other value is returned as it is."""
    if isinstance(value, bool | float | list | tuple | dict) or is_undefined(format) or not format:
        return value
    try:
        return library_date(value, format, environment=environment)
    except (FilterArgumentError, ValueError, OverflowError, OSError):
        return value


@with_environment
def join(value: Any, separator: Any = " ", *, environment: Environment) -> Any:
    items = flatten(value) if isinstance(value, list | tuple | range | Undefined) else [value]
    return library_join([text_of(item) for item in items], text_of(separator), environment=environment)


OWN: Mapping[str, Filter] = {"json": json, "date": date, "join": join}


def filters(library: Mapping[str, Filter]) -> dict[str, Filter]:
    """Returns the library's filters and ours, with bounded input."""
    return {name: bounded(name, of_json_values(filter)) for name, filter in {**library, **OWN}.items()}


def bounded(name: str, filter: Filter) -> Filter:
    """Returns the filter with limits on its input: the library's limits do not apply within filters."""

    @wraps(filter)
    def run(value: Any, *arguments: Any, **options: Any) -> Any:
        sizes = [len(item) for item in (value, *arguments) if isinstance(item, (str, list, tuple, dict, range))]
        if max(sizes, default=0) > MAX_FILTER_INPUT:
            raise FilterArgumentError(f"{name}: a value is longer than {MAX_FILTER_INPUT}", token=None)
        if name in MULTIPLYING_FILTERS and len(sizes) > 1 and sizes[0] * sizes[-1] > MAX_FILTER_PRODUCT:
            raise FilterArgumentError(f"{name}: the result would be too long", token=None)
        return filter(value, *arguments, **options)

    return run


def of_json_values(filter: Filter) -> Filter:
    """Returns the filter with null as an undefined value; if it takes texts, other values are printed first."""
    takes_texts = filter.__module__ in TEXT_MODULES and filter.__name__.rstrip("_") != LISTS_TOO

    @wraps(filter)
    def run(value: Any, *arguments: Any, **options: Any) -> Any:
        given = [NOTHING if each is None else each for each in (value, *arguments)]
        if takes_texts:
            given = [
                each
                if isinstance(each, str | int | float | Undefined) and not isinstance(each, bool)
                else text_of(each)
                for each in given
            ]
        return filter(*given, **options)

    return run
