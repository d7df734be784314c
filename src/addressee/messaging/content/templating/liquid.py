"""Liquid templates within limits: no files, and bounded loops, output and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from liquid import BoundTemplate, Environment, Markup, RenderContext, escape
from liquid.ast import Node
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.cycle_tag import CycleNode, CycleTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.exceptions import LiquidError
from liquid.stream import TokenStream
from liquid.tag import Tag

from addressee.messaging.content.templating.liquid_filters import filters
from addressee.messaging.content.templating.liquid_values import Printing, compare_with_blank, text_of

MAX_LOOP_ITERATIONS = 10_000
MAX_OUTPUT_BYTES = 1_000_000
MAX_NESTING = 30

# Tags that read other templates.
FILE_TAGS = ("include", "render")

CACHED_TEMPLATES = 2_000


class TemplateError(Exception):
    """A template cannot be parsed, or not be rendered with its values. `line` counts from 1; None if unknown."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class PrintingOutput(Output):
    def parse(self, stream: TokenStream) -> OutputNode:
        node = super().parse(stream)
        node.expression = Printing(node.expression)
        return node


class PrintingEcho(EchoTag):
    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        assert isinstance(node, OutputNode)
        node.expression = Printing(node.expression)
        return node


class PrintingCycle(CycleTag):
    def parse(self, stream: TokenStream) -> CycleNode:
        node = super().parse(stream)
        node.args = [Printing(argument) for argument in node.args]
        return node


PRINTING_TAGS: tuple[type[Tag], ...] = (PrintingOutput, PrintingEcho, PrintingCycle)


class BoundedEnvironment(Environment):
    """The environment of plain texts: values are not escaped."""

    block_nesting_limit: ClassVar[int] = MAX_NESTING
    context_depth_limit: ClassVar[int] = MAX_NESTING
    loop_iteration_limit: ClassVar[int | None] = MAX_LOOP_ITERATIONS
    local_namespace_limit: ClassVar[int | None] = MAX_OUTPUT_BYTES
    output_stream_limit: ClassVar[int | None] = MAX_OUTPUT_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in FILE_TAGS:
            del self.tags[name]
        for tag in PRINTING_TAGS:
            self.add_tag(tag)
        self.filters = filters(self.filters)

    def printed(self, value: object, context: RenderContext) -> str:
        """Returns the text of a value in the output."""
        return text_of(value)


class HtmlEnvironment(BoundedEnvironment):
    """The environment of HTML: values are escaped unless they pass the filter `safe`; the template's text is not."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)

    def printed(self, value: object, context: RenderContext) -> str:
        if isinstance(value, list | tuple):
            return Markup("").join(self.printed(item, context) for item in value)
        return escape(text_of(value))


PLAIN = BoundedEnvironment()
HTML = HtmlEnvironment()


@lru_cache(maxsize=CACHED_TEMPLATES)
def parse(source: str, environment: Environment = PLAIN) -> BoundTemplate:
    """Raises TemplateError."""
    try:
        template = environment.from_string(source)
    except LiquidError as error:
        found = readable(error)
        # An error without a position is at the end of the template.
        raise TemplateError(found.message, found.line or len(source.splitlines())) from None
    for name, places in template.analyze().filters.items():
        if name not in environment.filters:
            line, _ = places[0].line_col(source)
            raise TemplateError(f"unknown filter {name!r}", line)
    prepare(template.nodes, RenderContext(template))
    return template


def prepare(nodes: list[Node], context: RenderContext) -> None:
    for node in nodes:
        for expression in node.expressions():
            compare_with_blank(expression)
        prepare(list(node.children(context, include_partials=False)), context)


def render(source: str, scope: Mapping[str, Any], environment: Environment = PLAIN) -> str:
    """Raises TemplateError, and nothing else."""
    return render_within(source, scope, environment)[0]


def render_within(source: str, scope: Mapping[str, Any], environment: Environment) -> tuple[str, RenderContext]:
    """Returns the text and the context in which it was rendered. Raises TemplateError, and nothing else."""
    template = parse(source, environment)
    context = template.context_class(template, globals=scope)
    buffer = context.get_buffer()
    try:
        template.render_with_context(context, buffer)
    except LiquidError as error:
        raise readable(error) from None
    except Exception as error:
        # Filters run on any caller's values: whatever they raise fails this template only.
        raise TemplateError(f"{type(error).__name__} while rendering", None) from None
    return buffer.getvalue(), context


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
    found = parse(source, environment).analyze().globals.get(root, ())
    return tuple(Use(name_in(each.segments), each.span.line_col(source)[0]) for each in found)


def name_in(segments: Sequence[Any]) -> str | None:
    return segments[1] if len(segments) > 1 and isinstance(segments[1], str) else None
