"""The filter `t`, which looks up a text by its key, and the tag `t`, which looks one up by what stands in it.

A text that is found is a part of the template, like a partial: it is Liquid, which sees the arguments of the
filter, and what the template sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from liquid import Markup, RenderContext
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import FilteredExpression, KeywordArgument, PositionalArgument, StringLiteral
from liquid.exceptions import LiquidError, LiquidSyntaxError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import with_context
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from addressee.messaging.content.templating.liquid_values import text_of
from addressee.messaging.content.templating.translations import (
    ANY,
    NO_NAMESPACE,
    NO_TEXTS,
    SYSTEM,
    TRANSLATIONS,
    LocaleTexts,
    TextKey,
    keys_of_name,
    keys_of_text,
)

if TYPE_CHECKING:
    from addressee.messaging.content.templating.rendering import Template

NAME = "t"
COUNT = "count"

# The most characters that the translated texts of one template have together, those included that it does not print.
MAX_TRANSLATED = 2_000_000

TRANSLATED = "translated"


class TranslationUse(NamedTuple):
    """A place in a template that looks up a text. `keys` are none where they are computed, or the template has the
    text itself. `counted` says whether it is given a count, `unnamed` whether it is given values without a name.
    """

    namespaces: frozenset[str]
    keys: tuple[TextKey, ...]
    counted: bool
    unnamed: bool
    line: int


def texts_in(context: RenderContext) -> LocaleTexts:
    found = context.globals.get(TRANSLATIONS, NO_TEXTS)
    assert isinstance(found, LocaleTexts)
    return found


@with_context
def translate(value: Any, /, *arguments: Any, context: RenderContext, **values: Any) -> str:
    """Returns the text under a key; the key where there is none. Arguments without a name change nothing."""
    key = text_of(value)
    found = texts_in(context).find(keys_of_name(key), values.get(COUNT))
    return key if found is None else context.env.translated(found, values, context)  # type: ignore[attr-defined]


class TranslationNode(Node):
    """A text in a template that may be said otherwise in other locales."""

    __slots__ = ("block", "text")

    def __init__(self, token: Token, text: str, block: BlockNode) -> None:
        super().__init__(token)
        self.text = text
        self.block = block
        self.blank = False

    def __str__(self) -> str:
        return f"{{% t %}}{self.text}{{% endt %}}"

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        found = texts_in(context).find(keys_of_text(self.text))
        if found is None:
            return self.block.render(context, buffer)
        env: Any = context.env
        return buffer.write(env.printed(env.translated(found, {}, context), context))

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        yield self.block


class TranslationTag(Tag):
    """The tag `t`: what stands between it and `endt` is what its text says in the default locale."""

    name = NAME
    end = f"end{NAME}"
    node_class = TranslationNode

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        if stream.current.kind == TOKEN_EXPRESSION:
            raise LiquidSyntaxError("the tag t takes no values; its text may print them", token=token)
        block = get_parser(self.env).parse_block(stream, frozenset({self.end}))
        end = stream.current
        stream.expect(TOKEN_TAG, value=self.end)
        first = token.source.find("%}", token.start_index) + 2
        last = token.source.rfind("{%", 0, end.start_index)
        if not token.start_index < first <= last:
            raise LiquidSyntaxError("the tag t stands alone: {% t %} … {% endt %}", token=token)
        text = token.source[first:last].removeprefix("-").removesuffix("-")
        return self.node_class(token, text, block)


def rendered(template: Template, values: Mapping[str, Any], context: RenderContext) -> str:
    """Returns the text of a translation that is found where a template is rendered. Raises LiquidError.

    No text renders another one: texts that named each other twice would double with each.
    """
    if template.translations or template.partials:
        raise LiquidError("a translated text must not render a partial or another text", token=None)
    within = context.copy(values, carry_loop_iterations=True, template=template, block_scope=True)
    buffer = within.get_buffer()
    template.render_with_context(within, buffer, partial=True, block_scope=True)
    text = buffer.getvalue()
    total = context.tag_namespace[TRANSLATED]
    total[0] += len(text)
    if total[0] > MAX_TRANSLATED:
        raise ResourceLimitError(
            f"the translated texts of a template have at most {MAX_TRANSLATED:,} characters together", token=None
        )
    return Markup(text) if within.autoescape else text


def uses_in(nodes: Iterable[Node], context: RenderContext) -> Iterator[TranslationUse]:
    """Yields the places in a template that look up texts."""
    for node in nodes:
        if isinstance(node, TranslationNode):
            yield TranslationUse(frozenset({SYSTEM, NO_NAMESPACE}), (), False, False, line_of(node.token))
        for expression in node.expressions():
            yield from uses_of_filter(expression)
        yield from uses_in(node.children(context, include_partials=False), context)


def uses_of_filter(expression: Expression) -> Iterator[TranslationUse]:
    filters = getattr(expression, "filters", None) or ()
    for index, each in enumerate(filters):
        if each.name != NAME:
            continue
        left = expression.left if isinstance(expression, FilteredExpression) and index == 0 else None
        keys = keys_of_name(left.value) if isinstance(left, StringLiteral) else ()
        namespaces = frozenset(key.namespace for key in keys) or frozenset({ANY})
        counted = any(isinstance(value, KeywordArgument) and value.name == COUNT for value in each.args)
        unnamed = any(isinstance(value, PositionalArgument) for value in each.args)
        yield TranslationUse(namespaces, keys, counted, unnamed, line_of(each.token))
    for child in expression.children():
        yield from uses_of_filter(child)


def line_of(token: Token) -> int:
    return token.source.count("\n", 0, token.start_index) + 1
