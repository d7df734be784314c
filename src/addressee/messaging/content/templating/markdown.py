"""Renders markdown templates to HTML in which values are text: no value can change the markup.

The markdown that is parsed has a placeholder for each value, a word without meaning in markdown. Values replace the
placeholders in the HTML, escaped. Parsed pages are cached, as they are the same for all recipients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, wraps
from html import unescape
from typing import Any

import nh3
from liquid import Markup, RenderContext
from liquid.exceptions import OutputStreamLimitError
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from addressee.channels.links import Checked, checked_html, scheme_of
from addressee.messaging.content.templating import liquid as templates
from addressee.messaging.content.templating.liquid import MAX_OUTPUT_BYTES, BoundedEnvironment, TemplateError
from addressee.messaging.content.templating.liquid_filters import Filter
from addressee.messaging.content.templating.liquid_values import text_of
from addressee.messaging.content.templating.rendering import Context, Template

# A placeholder. It begins with a digit, so that in angle brackets it is no tag.
MARK = re.compile(r"0vq(\d+)qv0")
VALUES = "values"

# Characters to escape in HTML: in texts, code, and attributes with or without quotes.
SPECIAL = re.compile(r"[\x00-/:-@\[-`{-\x7f]")

# Characters that the sanitizer writes in another way in texts.
AS_SANITIZED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;", "\0": "\ufffd"}
SPECIAL_IN_TEXT = re.compile(f"[{''.join(AS_SANITIZED)}]")

# A tag of HTML that markdown wrote.
TAG = re.compile(r"<[^>]*>")
HTML_TOKENS = frozenset({"html_block", "html_inline"})

# An autolink to a value: `<{{ data.url }}>`.
PRINTED_LINK = re.compile(rf"<({MARK.pattern}[^<>\x00-\x20]*)>")
LINK_TAG = re.compile(r"<printed-link>(.*?)</printed-link>")
MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")

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


def mark(text: str, context: RenderContext) -> str:
    values: dict[str, int] = context.tag_namespace[VALUES]
    return placeholder(values.setdefault(text, len(values)))


def placeholder(number: object) -> str:
    return f"0vq{number}qv0"


def with_values(text: str, values: Collection[str], escape: Callable[[str], str]) -> str:
    """Returns the text with placeholders replaced by their values. Raises OutputStreamLimitError."""
    known = list(values)
    parts = MARK.split(text)
    size = 0
    for place in range(1, len(parts), 2):
        number = int(parts[place])
        if number >= len(known):  # the author's own words
            parts[place] = placeholder(parts[place])
            continue
        size += len(known[number])
        if size > MAX_OUTPUT_BYTES:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        parts[place] = escape(known[number])
    return "".join(parts)


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


def printed_link(state: StateInline, silent: bool) -> bool:
    found = PRINTED_LINK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = f"<printed-link>{found[1]}</printed-link>"
    state.pos = found.end()
    return True


def parser() -> MarkdownIt:
    """Returns a parser that leaves URLs as they are: they are checked once they contain their values."""
    made = MarkdownIt("commonmark")
    made.inline.ruler.before("autolink", "printed_link", printed_link)
    made.validateLink = lambda url: True  # type: ignore[method-assign]
    made.normalizeLink = lambda url: url  # type: ignore[method-assign]
    made.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return made


PARSER = parser()


class Page:
    """A page of HTML with placeholders, sanitized with each recipient's values."""

    def __init__(self, html: str, schemes: frozenset[str]) -> None:
        self.html = html
        self.schemes = schemes

    def filled(self, values: Collection[str]) -> Checked:
        """Returns the sanitized page with its values. Raises OutputStreamLimitError."""
        return sanitized(with_values(self.html, values, escaped), self.schemes)


class PageOfTexts(Page):
    """A page of markdown's own tags, in none of which a value stands: it is sanitized once, for all values.

    In such a page a text ends no element and begins none, whatever it says.
    """

    def __init__(self, html: str, schemes: frozenset[str]) -> None:
        html, self.refused = sanitized(html, schemes)
        super().__init__(html, schemes)

    def filled(self, values: Collection[str]) -> Checked:
        return Checked(with_values(self.html, values, escaped_text), self.refused)


def to_html(source: str, scope: Mapping[str, Any], schemes: frozenset[str]) -> Checked:
    """Renders a markdown template to sanitized HTML. Raises TemplateError."""
    marked, context = templates.render_within(source, scope, MARKDOWN)
    page = kept_page(marked, schemes) if len(marked) <= MAX_CACHED_LENGTH else page_of(marked, schemes)
    try:
        return page.filled(context.tag_namespace[VALUES])
    except OutputStreamLimitError as error:
        raise TemplateError(str(error.message), None) from None


@lru_cache(maxsize=CACHED_PAGES)
def kept_page(marked: str, schemes: frozenset[str]) -> Page:
    return page_of(marked, schemes)


def page_of(marked: str, schemes: frozenset[str]) -> Page:
    env: dict[str, Any] = {}
    tokens = PARSER.parse(marked, env)
    html: str = PARSER.renderer.render(tokens, PARSER.options, env)
    of_texts = not has_html(tokens) and not any(MARK.search(tag) for tag in TAG.findall(html))
    return PageOfTexts(html, schemes) if of_texts else Page(html, schemes)


def has_html(tokens: Sequence[Token]) -> bool:
    """Returns whether HTML of the author's own, or an autolink to a value, is among the tokens."""
    return any(token.type in HTML_TOKENS or has_html(token.children or ()) for token in tokens)


def sanitized(html: str, schemes: frozenset[str]) -> Checked:
    checked = checked_html(LINK_TAG.sub(link, html), schemes)
    return checked._replace(text=cleaner(schemes).clean(checked.text).strip())


@lru_cache
def cleaner(schemes: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(url_schemes=set(schemes))


def escaped(text: str) -> str:
    return SPECIAL.sub(lambda special: f"&#{ord(special[0])};", text)


def escaped_text(text: str) -> str:
    """Returns a text as HTML, as the sanitizer writes it."""
    return SPECIAL_IN_TEXT.sub(lambda special: AS_SANITIZED[special[0]], text)


def link(tag: re.Match[str]) -> str:
    """Returns an autolink as HTML; if its value is no URL or e-mail address, the value in angle brackets."""
    address = unescape(tag[1])
    if scheme_of(address) is not None:
        return f'<a href="{tag[1]}">{tag[1]}</a>'
    if MAIL_ADDRESS.fullmatch(address):
        return f'<a href="mailto:{tag[1]}">{tag[1]}</a>'
    return f"&lt;{tag[1]}&gt;"
