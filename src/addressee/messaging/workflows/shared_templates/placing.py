"""Checks that a layout places what it is laid around: once, and in no loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.tablerow_tag import TablerowNode
from liquid.expression import Expression
from liquid.span import Span

from addressee.messaging.content.emails.layouts import CONTENT
from addressee.messaging.content.templating import liquid


class Placed(NamedTuple):
    """A place where the content is printed, by where it begins in the text."""

    start: int
    in_loop: bool


def placing_problems(text: str, environment: liquid.BoundedEnvironment) -> Iterator[tuple[int, str]]:
    """Yields the line and the problem of each place that is one too many, or in a loop. Raises TemplateError."""
    template = liquid.parse(text, environment)
    places = list(places_in(template.nodes, RenderContext(template), in_loop=False))
    if not places:
        yield 1, "a layout must print {{ content }} once; this does not"
    lines = [Span("", place.start).line_col(text)[0] for place in places]
    for line in lines[1:]:
        yield line, f"a layout must print {{{{ content }}}} once; it does so in line {lines[0]} already"
    for line, place in zip(lines, places, strict=True):
        if place.in_loop:
            yield line, "a layout must print {{ content }} once; this is in a loop"


def places_in(nodes: Iterable[Node], context: RenderContext, *, in_loop: bool) -> Iterator[Placed]:
    for node in nodes:
        if isinstance(node, OutputNode) and reads_content(node.expression):
            yield Placed(node.token.start_index, in_loop)
        repeats = in_loop or isinstance(node, ForNode | TablerowNode)
        yield from places_in(node.children(context, include_partials=False), context, in_loop=repeats)


def reads_content(expression: Expression) -> bool:
    if isinstance(expression, Path) and expression.path == [CONTENT]:
        return True
    return any(map(reads_content, expression.children()))
