"""Liquid templates within limits: bounded loops, output and values; of other templates, partials alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from operator import is_
from typing import Any, ClassVar, NamedTuple

from liquid import BoundTemplate, Environment, Markup, RenderContext, escape
from liquid.ast import Node
from liquid.exceptions import LiquidError
from liquid.span import Span
from liquid.static_analysis import TemplateAnalysis
from liquid.tag import Tag

from addressee.messaging.content.templating.liquid_filters import filters, missing
from addressee.messaging.content.templating.liquid_values import Shown, compare_with_blank, text_of
from addressee.messaging.content.templating.partials import PartialTag, PartialUse, partial_nodes
from addressee.messaging.content.templating.printing_tags import PrintingCycle, PrintingEcho, PrintingOutput
from addressee.messaging.content.templating.rendering import MISSING, NOTHING, Template
from addressee.messaging.content.templating.translation_tag import TranslationTag, uses_in
from addressee.messaging.content.templating.translation_tag import rendered as rendered_translation

MAX_LOOP_ITERATIONS = 10_000
MAX_OUTPUT_BYTES = 1_000_000
MAX_NESTING = 30

CACHED_TEMPLATES = 2_000


class TemplateError(Exception):
    """A template cannot be parsed, or not be rendered with its values. `line` counts from 1; None if unknown."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class SharedText(NamedTuple):
    """A text with the context in which it was rendered, and the values that it was made of."""

    values: Sequence[object]
    text: str
    context: RenderContext


# The newest text of each template, for those who render with the same values: they are compared by identity.
SHARED: ContextVar[dict[Template, SharedText] | None] = ContextVar("SHARED", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Has a template that is rendered again with the same values give its text again, within the block."""
    token = SHARED.set({})
    try:
        yield
    finally:
        SHARED.reset(token)


OWN_TAGS: tuple[type[Tag], ...] = (PrintingOutput, PrintingEcho, PrintingCycle, PartialTag, TranslationTag)

# It shares the names of the template around it, and may be named by a value.
REFUSED_TAG = "include"


class BoundedEnvironment(Environment):
    """The environment of plain texts: values are not escaped."""

    template_class: type[BoundTemplate] = Template

    block_nesting_limit: ClassVar[int] = MAX_NESTING
    context_depth_limit: ClassVar[int] = MAX_NESTING
    loop_iteration_limit: ClassVar[int | None] = MAX_LOOP_ITERATIONS
    local_namespace_limit: ClassVar[int | None] = MAX_OUTPUT_BYTES
    output_stream_limit: ClassVar[int | None] = MAX_OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        del self.tags[REFUSED_TAG]
        for tag in OWN_TAGS:
            self.add_tag(tag)
        self.filters = filters(self.filters)

    def printed(self, value: object, context: RenderContext) -> str:
        """Returns the text of a value in the output."""
        return text_of(value)

    def html(self, html: str) -> str:
        """Returns the value of a filter that makes HTML."""
        return html

    def partial(self, source: str) -> Template:
        """Returns a partial as it is rendered here. Raises LiquidError."""
        try:
            return parse(source, self)
        except TemplateError as error:
            raise LiquidError(str(error), token=None) from None

    def translated(self, text: str, values: Mapping[str, Any], context: RenderContext) -> str:
        """Returns a text of the recipient's locale, which is Liquid, with its values. Raises LiquidError."""
        return rendered_translation(self.partial(text), values, context)


class HtmlEnvironment(BoundedEnvironment):
    """The environment of HTML: values are escaped unless they pass the filter `safe`; the template's text is not."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)

    def printed(self, value: object, context: RenderContext) -> str:
        if isinstance(value, Shown):
            return Markup(value.html)
        if isinstance(value, list | tuple):
            return Markup("").join(self.printed(item, context) for item in value)
        return escape(text_of(value))

    def html(self, html: str) -> str:
        return Markup(html)


PLAIN = BoundedEnvironment()
HTML = HtmlEnvironment()


@lru_cache(maxsize=CACHED_TEMPLATES)
def parse(source: str, environment: Environment = PLAIN) -> Template:
    """Raises TemplateError."""
    try:
        template = environment.from_string(source)
        assert isinstance(template, Template)
    except LiquidError as error:
        found = readable(error)
        # An error without a position is at the end of the template.
        raise TemplateError(found.message, found.line or len(source.splitlines())) from None
    analysis = template.analyze(include_partials=False)
    context = RenderContext(template)
    template.partials = tuple(
        PartialUse(node.key, Span("", node.token.start_index).line_col(source)[0])
        for node in partial_nodes(template.nodes, context)
    )
    template.translations = tuple(uses_in(template.nodes, context))
    template.roots = None if template.partials or template.translations else roots_of(analysis)
    for name, places in analysis.filters.items():
        if name not in environment.filters:
            line, _ = places[0].line_col(source)
            raise TemplateError(missing(name), line)
    prepare(template.nodes, context)
    return template


def roots_of(analysis: TemplateAnalysis) -> Sequence[str] | None:
    """Returns the names in the scope that a template reads, None if some are computed."""
    named = (use.segments[0] for uses in analysis.variables.values() for use in uses)
    return tuple(analysis.globals) if all(isinstance(name, str) for name in named) else None


def prepare(nodes: list[Node], context: RenderContext) -> None:
    for node in nodes:
        for expression in node.expressions():
            compare_with_blank(expression)
        prepare(list(node.children(context, include_partials=False)), context)


def render(source: str, scope: Mapping[str, Any], environment: Environment = PLAIN) -> str:
    """Raises TemplateError, and nothing else."""
    return render_within(source, scope, environment)[0]


def render_within(
    source: str,
    scope: Mapping[str, Any],
    environment: Environment,
    assigned: Mapping[str, Any] = NOTHING,
    placed: Mapping[str, Any] = NOTHING,
) -> tuple[str, RenderContext]:
    """Returns the text and the context in which it was rendered. Raises TemplateError, and nothing else.

    The template may change what was `assigned` before; what is `placed` stays what it is. Partials see neither.
    """
    template = parse(source, environment)
    shared = SHARED.get()
    if shared is None or template.roots is None or assigned or placed:
        return rendered(template, scope, assigned, placed)
    values = [scope.get(name, MISSING) for name in template.roots]
    known = shared.get(template)
    if known is not None and all(map(is_, values, known.values)):
        return known.text, known.context
    text, context = rendered(template, scope)
    shared[template] = SharedText(values, text, context)
    return text, context


def rendered(
    template: Template,
    scope: Mapping[str, Any],
    assigned: Mapping[str, Any] = NOTHING,
    placed: Mapping[str, Any] = NOTHING,
) -> tuple[str, RenderContext]:
    try:
        return template.text(scope, assigned, placed)
    except LiquidError as error:
        raise readable(error) from None
    except Exception as error:
        # Filters run on any caller's values: whatever they raise fails this template only.
        raise TemplateError(f"{type(error).__name__} while rendering", None) from None


def readable(error: LiquidError) -> TemplateError:
    context = error.context()
    return TemplateError(str(error.message), None if context is None else context[0])


class Use(NamedTuple):
    """A place in a template that reads a value: the name after the first one, None if it is computed or not there."""

    name: str | None
    line: int


@lru_cache(maxsize=CACHED_TEMPLATES)
def uses_of(source: str, root: str, environment: Environment = PLAIN) -> tuple[Use, ...]:
    """Returns where a template reads a value of the scope, like `secrets` in `{{ secrets.key }}`.

    Raises TemplateError.
    """
    found = parse(source, environment).analyze(include_partials=False).globals.get(root, ())
    return tuple(Use(name_in(each.segments), each.span.line_col(source)[0]) for each in found)


def name_in(segments: Sequence[Any]) -> str | None:
    return segments[1] if len(segments) > 1 and isinstance(segments[1], str) else None
