"""All filters of templates, with bounded input, for values of JSON: Shopify's by its rules, and those of Knock."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from liquid import Environment
from liquid.builtin.filters.array import join as library_join
from liquid.exceptions import FilterArgumentError
from liquid.filter import flatten, int_arg, with_environment
from liquid.undefined import Undefined

from addressee.messaging.content.templating.filters.arguments import Filter
from addressee.messaging.content.templating.filters.dates import (
    date,
    format_date_in_locale,
    format_datetime_in_locale,
    timezone,
)
from addressee.messaging.content.templating.filters.lists import intersect
from addressee.messaging.content.templating.filters.markup import from_markdown
from addressee.messaging.content.templating.filters.numbers import currency, format_number, pluralize, rounded_currency
from addressee.messaging.content.templating.filters.texts import (
    compare_versions,
    from_json,
    hmac_sha256,
    md5,
    sha256,
    titlecase,
)
from addressee.messaging.content.templating.liquid_values import json_of, text_of
from addressee.messaging.content.templating.translation_tag import NAME as TRANSLATION
from addressee.messaging.content.templating.translation_tag import translate

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
def join(value: Any, separator: Any = " ", *, environment: Environment) -> Any:
    items = flatten(value) if isinstance(value, list | tuple | range | Undefined) else [value]
    return library_join([text_of(item) for item in items], text_of(separator), environment=environment)


# The filters that Knock has beyond Shopify's, by name.
KNOCK: Mapping[str, Filter] = {
    each.__name__: each
    for each in (
        *(timezone, format_date_in_locale, format_datetime_in_locale),
        *(format_number, currency, rounded_currency, pluralize),
        *(titlecase, from_json, md5, sha256, hmac_sha256, compare_versions),
        *(from_markdown, intersect),
    )
}
# Those of Knock that ask its storage while a template is rendered.
ASKING = frozenset({"user", "object", "tenant", "subscriptions"})

OWN: Mapping[str, Filter] = {"json": json, "date": date, "join": join, **KNOCK}


def missing(name: str) -> str:
    """Returns what is wrong with a filter that there is not."""
    if name in ASKING:
        return f"there is no filter {name!r}, which reads the directory; give its values with the data, or fetch them"
    return f"unknown filter {name!r}"


def filters(library: Mapping[str, Filter]) -> dict[str, Filter]:
    """Returns the library's filters and ours, with bounded input."""
    own = {name: of_known_arguments(filter) for name, filter in OWN.items()}
    known = {**library, **own, TRANSLATION: translate}
    return {name: bounded(name, of_json_values(filter)) for name, filter in known.items()}


def of_known_arguments(filter: Filter) -> Filter:
    """Returns the filter without those arguments that it does not have: they change nothing."""
    named = [each for each in signature(filter).parameters.values() if each.kind is not Parameter.KEYWORD_ONLY]
    names = {each.name for each in named}
    passed = {"environment"} if getattr(filter, "with_environment", False) else set()

    @wraps(filter)
    def run(*given: Any, **options: Any) -> Any:
        kept = given[: len(named)]
        free = names.difference(each.name for each in named[: len(kept)]) | passed
        return filter(*kept, **{name: option for name, option in options.items() if name in free})

    return run


def bounded(name: str, filter: Filter) -> Filter:
    """Returns the filter with limits on its input: the library's limits do not apply within filters."""

    @wraps(filter)
    def run(value: Any, /, *arguments: Any, **options: Any) -> Any:
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
    def run(value: Any, /, *arguments: Any, **options: Any) -> Any:
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
