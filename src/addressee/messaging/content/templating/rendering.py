"""Templates that render with little work what most of them consist of: text, and values that stand in objects.

Everything else, like what a name means that has no value, is left to the library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any, ClassVar, TextIO

from liquid import BoundTemplate, RenderContext
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError, LiquidInterrupt, LiquidSyntaxError, OutputStreamLimitError, StopRender
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.token import Token

from addressee.messaging.content.templating.partials import RENDERED, PartialUse
from addressee.messaging.content.templating.translation_tag import TRANSLATED, TranslationUse

# The namespace in which the library renders a template that is no part of another one.
WHOLE: Mapping[str, object] = {"partial": False}
NOTHING: Mapping[str, object] = {}

MISSING = object()


class Output(LimitedStringIO):
    """The buffer of a template, up to a number of bytes in UTF-8. Every end of a line becomes a line feed."""

    def __init__(self, limit: int) -> None:
        # The parts are kept here: the buffer of the base class is not opened.
        self.limit = limit
        self.size = 0
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        self.size += len(text) if text.isascii() else len(text.encode())
        if self.size > self.limit:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        self.parts.append(text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)
        return len(text)

    def getvalue(self) -> str:
        return "".join(self.parts)


class Context(RenderContext):
    """The library's context, whose buffers are `Output`. What partials share with their template is in `COMMON`."""

    COMMON: ClassVar[Sequence[str]] = (RENDERED, TRANSLATED)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.tag_namespace[RENDERED] = [0]
        self.tag_namespace[TRANSLATED] = [0]

    def copy(self, *arguments: Any, **options: Any) -> RenderContext:
        made = super().copy(*arguments, **options)
        made.tag_namespace |= {name: self.tag_namespace[name] for name in self.COMMON}
        return made

    def get_buffer(self, buf: TextIO | None = None) -> StringIO:
        limit = self.env.output_stream_limit
        assert limit is not None
        return Output(limit - buf.size if isinstance(buf, Output) else limit)


class Template(BoundTemplate):
    """A template that is rendered as a whole, or as a partial of another one."""

    context_class: type[RenderContext] = Context

    # The names in the scope that it reads, None if some are computed or read by partials or texts of a locale.
    roots: Sequence[str] | None = None

    # The partials that it renders itself.
    partials: Sequence[PartialUse] = ()

    # The texts of a locale that it looks up itself.
    translations: Sequence[TranslationUse] = ()

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces in which it looks up texts of a locale itself; ANY stands for all."""
        return frozenset().union(*(use.namespaces for use in self.translations))

    def text(
        self, scope: Mapping[str, Any], assigned: Mapping[str, Any] = NOTHING, placed: Mapping[str, Any] = NOTHING
    ) -> tuple[str, RenderContext]:
        """Returns the text and the context in which it was rendered. Raises LiquidError."""
        context = self.context_class(self, globals=scope)
        context.locals.update(assigned)
        context.scope.push({**WHOLE, **placed} if placed else WHOLE)
        output = context.get_buffer()
        for node in self.nodes:
            try:
                node.render(context, output)
            except LiquidInterrupt as interrupt:
                raise LiquidSyntaxError(f"unexpected '{interrupt}'", token=node.token) from None
            except StopRender:
                break
            except LiquidError as error:
                self.env.error(error, token=node.token)
        return output.getvalue(), context


class PrintedNode(OutputNode):
    """A value in the output, printed by the rules of its environment."""

    __slots__ = ("value",)

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        self.value = reading(expression)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(context.env.printed(self.value(context), context))  # type: ignore[attr-defined]


def reading(expression: Expression) -> Callable[[RenderContext], object]:
    """Returns the function that evaluates an expression."""
    if isinstance(expression, FilteredExpression) and not expression.filters:
        expression = expression.left
    if isinstance(expression, Path):
        names = [segment for segment in expression.path if isinstance(segment, str)]
        if len(names) == len(expression.path):
            return Lookup(expression, names).value
    return expression.evaluate


class Lookup:
    """A path of names, which mostly stand in one object after the other."""

    __slots__ = ("names", "path", "root")

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path = path
        self.root, *self.names = names

    def value(self, context: RenderContext) -> object:
        found = context.scope.get(self.root, MISSING)
        for name in self.names:
            if type(found) is not dict or name not in found:
                return self.path.evaluate(context)
            found = found[name]
        return self.path.evaluate(context) if found is MISSING else found
