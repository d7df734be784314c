"""Liquid templates, bounded: no files, no endless loops, no output or values beyond a size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import FilterArgumentError, LiquidError
from liquid.extra import JSON

MAX_LOOP_ITERATIONS = 10_000
MAX_OUTPUT_BYTES = 1_000_000
MAX_NESTING = 30
MAX_FILTER_INPUT = 100_000
MAX_FILTER_PRODUCT = 10_000_000

# Tags that read other templates.
FILE_TAGS = ("include", "render")

# Filters whose output may be as long as their input times an argument.
MULTIPLYING_FILTERS = frozenset({"join", "replace"})

CACHED_TEMPLATES = 2_000


class TemplateError(Exception):
    """A template that cannot be read, or not rendered with the values given. `line` counts from 1, None: unknown."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class BoundedEnvironment(Environment):
    block_nesting_limit = MAX_NESTING
    context_depth_limit = MAX_NESTING
    loop_iteration_limit = MAX_LOOP_ITERATIONS
    local_namespace_limit = MAX_OUTPUT_BYTES
    output_stream_limit = MAX_OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for tag in FILE_TAGS:
            del self.tags[tag]
        self.filters["json"] = JSON()
        self.filters = {name: bounded(name, filter) for name, filter in self.filters.items()}


def bounded(name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
    """The library's limits do not reach into filters: a range of a billion would be joined before they count."""

    @wraps(filter)
    def run(value: Any, *arguments: Any, **options: Any) -> Any:
        sizes = [len(item) for item in (value, *arguments) if isinstance(item, (str, list, tuple, dict, range))]
        if max(sizes, default=0) > MAX_FILTER_INPUT:
            raise FilterArgumentError(f"{name}: a value is longer than {MAX_FILTER_INPUT}", token=None)
        if name in MULTIPLYING_FILTERS and len(sizes) > 1 and sizes[0] * sizes[-1] > MAX_FILTER_PRODUCT:
            raise FilterArgumentError(f"{name}: the result would be too long", token=None)
        return filter(value, *arguments, **options)

    return run


PLAIN = BoundedEnvironment()
HTML = BoundedEnvironment(autoescape=True)


@lru_cache(maxsize=CACHED_TEMPLATES)
def parse(source: str, environment: Environment = PLAIN) -> BoundTemplate:
    """Raises TemplateError."""
    try:
        template = environment.from_string(source)
    except LiquidError as error:
        found = readable(error)
        # Without a position, the end came too early.
        raise TemplateError(found.message, found.line or len(source.splitlines())) from None
    for name, places in template.analyze().filters.items():
        if name not in environment.filters:
            line, _ = places[0].line_col(source)
            raise TemplateError(f"unknown filter {name!r}", line)
    return template


def render(source: str, scope: Mapping[str, Any], environment: Environment = PLAIN) -> str:
    """Values of `scope` are HTML-escaped by the environment HTML. Raises TemplateError, and nothing else."""
    template = parse(source, environment)
    try:
        return template.render(scope)
    except LiquidError as error:
        raise readable(error) from None
    except Exception as error:
        # Filters run on values that anybody sent: whatever they raise is this template's failure alone.
        raise TemplateError(f"{type(error).__name__} while rendering", None) from None


def readable(error: LiquidError) -> TemplateError:
    context = error.context()
    return TemplateError(str(error.message), None if context is None else context[0])
