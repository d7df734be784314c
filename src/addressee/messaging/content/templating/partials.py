"""The tag `render`, which renders a partial: it sees the arguments that it is given, and what all templates see.

Values that the surrounding template has assigned are not among these, nor is anything that it assigns seen outside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, TextIO

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import StringLiteral
from liquid.builtin.tags.render_tag import RenderNode, RenderTag
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.stream import TokenStream

from addressee.messaging.content.templating.shared_templates import NO_SHARED_TEMPLATES, TEMPLATES, SharedTemplates
from addressee.suggestions import instead_of

# The number of partials that one text may render, those within partials included.
MAX_RENDERED = 5_000

RENDERED = "partials"


class PartialUse(NamedTuple):
    """A place in a template that renders a partial."""

    key: str
    line: int


class WithinPartialError(LiquidError):
    """A partial could not be rendered. The message names it, and the line in it."""


class PartialNode(RenderNode):
    """A place in a template that renders a partial."""

    __slots__ = ()

    @property
    def key(self) -> str:
        assert isinstance(self.name, StringLiteral)
        return self.name.value

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        self._count(context)
        arguments = {each.name: each.value.evaluate(context) for each in self.args}
        known: Any = context.globals.get(TEMPLATES, NO_SHARED_TEMPLATES)
        assert isinstance(known, SharedTemplates)
        partial = known.partials.get(self.key)
        if partial is None:
            raise LiquidError(f"there is no partial {self.key!r}", token=self.token)
        try:
            template = context.env.partial(partial.content)  # type: ignore[attr-defined]
            within = context.copy(arguments, carry_loop_iterations=True, template=template)
            template.render_with_context(within, buffer, partial=True, block_scope=True)
        except LiquidError as error:
            raise WithinPartialError(self._told(error), token=self.token) from None
        return True

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        """Returns nothing: which template a partial is, is known only where it is rendered."""
        return ()

    def _count(self, context: RenderContext) -> None:
        context.tag_namespace[RENDERED][0] += 1
        if context.tag_namespace[RENDERED][0] > MAX_RENDERED:
            raise ResourceLimitError(f"a text renders at most {MAX_RENDERED:,} partials", token=self.token)

    def _told(self, error: LiquidError) -> str:
        if isinstance(error, WithinPartialError):
            return str(error.message)
        place = error.context()
        line = "" if place is None else f", line {place[0]}"
        return f"partial {self.key!r}{line}: {error.message}"


class PartialTag(RenderTag):
    """The tag `render`, whose partial has its key in quotes, and its values as arguments."""

    node_class = PartialNode

    def parse(self, stream: TokenStream) -> Node:
        node = super().parse(stream)
        assert isinstance(node, PartialNode)
        if not isinstance(node.name, StringLiteral):
            raise LiquidSyntaxError("the key of a partial must stand in quotes", token=node.token)
        if node.var is not None:
            message = "a partial takes its values as arguments: {% render 'key', name: value %}"
            raise LiquidSyntaxError(message, token=node.token)
        return node


def partial_nodes(nodes: Iterable[Node], context: RenderContext) -> Iterator[PartialNode]:
    """Yields the nodes of a template that render partials, in their order."""
    for node in nodes:
        if isinstance(node, PartialNode):
            yield node
        yield from partial_nodes(node.children(context, include_partials=False), context)


def unknown(uses: Iterable[PartialUse], known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yields the line and the problem of each use of a partial that there is not."""
    for use in uses:
        if use.key not in known:
            yield use.line, f"there is no partial {use.key!r}; {instead_of(use.key, known)}"
