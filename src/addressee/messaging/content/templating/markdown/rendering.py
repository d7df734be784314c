"""Renders markdown templates to HTML in which values are text: no value can change the markup.

The markdown that is parsed has a placeholder for each value, a word without meaning in markdown. Values replace the
placeholders in the HTML, escaped. Parsed pages are cached, as they are the same for all recipients.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, wraps
from html import unescape
from typing import Any

from liquid import Markup, RenderContext
from liquid.exceptions import OutputStreamLimitError

from addressee.channels.links import Checked
from addressee.messaging.content.templating import liquid as templates
from addressee.messaging.content.templating.filters.arguments import Filter
from addressee.messaging.content.templating.liquid import BoundedEnvironment, TemplateError
from addressee.messaging.content.templating.liquid_values import text_of
from addressee.messaging.content.templating.markdown.pages import Page, page_of
from addressee.messaging.content.templating.placeholders import WrittenHtml, placeholder, with_values
from addressee.messaging.content.templating.rendering import Context, Template

VALUES = "values"

CACHED_PAGES = 500
MAX_CACHED_LENGTH = 10_000


class MarkdownContext(Context):
    COMMON = (*Context.COMMON, VALUES)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Makes the template's own text and captured text `Markup`, which tells them from values.
        self.autoescape = True
        self.tag_namespace[VALUES] = {}


class MarkdownTemplate(Template):
    context_class = MarkdownContext


class MarkdownEnvironment(BoundedEnvironment):
    """The environment of markdown: values are printed as placeholders. Filters return texts, with three exceptions."""

    template_class = MarkdownTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        own: dict[str, Filter] = {"newline_to_br": newline_to_br, "escape": text_of, "escape_once": unescaped}
        as_they_are: dict[str, Filter] = {"default": self.filters["default"], "safe": safe}
        self.filters = {name: of_texts(filter) for name, filter in {**self.filters, **own}.items()} | as_they_are

    def printed(self, value: object, context: RenderContext) -> str:
        if isinstance(value, Markup):
            return value
        text = text_of(value)
        return text if isinstance(value, bool | int | float) or not text else Markup(mark(text, context))

    def html(self, html: str) -> str:
        return WrittenHtml(html)


def mark(text: str, context: RenderContext) -> str:
    values: dict[str, int] = context.tag_namespace[VALUES]
    return placeholder(values.setdefault(text, len(values)))


def of_texts(filter: Filter) -> Filter:
    """Returns the filter with placeholders in its input replaced by their values, and with a text as its result."""
    takes_context = getattr(filter, "with_context", False)

    @wraps(filter)
    def run(*given: Any, context: RenderContext, **options: Any) -> Any:
        values = context.tag_namespace[VALUES]
        texts = [with_values(str.__str__(each), values, str) if isinstance(each, Markup) else each for each in given]
        return filter(*texts, **options, **({"context": context} if takes_context else {}))

    run.with_context = True  # type: ignore[attr-defined]
    return run


def safe(value: Any) -> Markup:
    """Returns the value as markdown, for values that a template's author trusts."""
    return Markup(text_of(value))


def unescaped(value: Any) -> str:
    return unescape(text_of(value))


def newline_to_br(value: Any, *, context: RenderContext) -> Markup:
    return Markup("<br />\n").join(Markup(mark(line, context)) for line in text_of(value).splitlines())


newline_to_br.with_context = True  # type: ignore[attr-defined]

MARKDOWN = MarkdownEnvironment()


def to_html(source: str, scope: Mapping[str, Any], schemes: frozenset[str]) -> Checked:
    """Renders a markdown template to sanitized HTML. Raises TemplateError."""
    marked, context = templates.render_within(source, scope, MARKDOWN)
    try:
        page = kept_page(marked, schemes) if len(marked) <= MAX_CACHED_LENGTH else page_of(marked, schemes)
        return page.filled(context.tag_namespace[VALUES])
    except OutputStreamLimitError as error:
        raise TemplateError(str(error.message), None) from None


@lru_cache(maxsize=CACHED_PAGES)
def kept_page(marked: str, schemes: frozenset[str]) -> Page:
    return page_of(marked, schemes)
