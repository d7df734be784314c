"""Pages of HTML, made of markdown once, with placeholders in which each recipient's values are put."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

import nh3
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from addressee.channels.links import Checked, checked_html, scheme_of
from addressee.messaging.content.templating.markdown.parser import BoundedMarkdown
from addressee.messaging.content.templating.placeholders import MARK, unwrapped, with_values

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


def printed_link(state: StateInline, silent: bool) -> bool:
    found = PRINTED_LINK.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = f"<printed-link>{found[1]}</printed-link>"
    state.pos = found.end()
    return True


def parser() -> BoundedMarkdown:
    """Returns a parser that leaves URLs as they are: they are checked once they contain their values."""
    made = BoundedMarkdown()
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
        return sanitized(with_values(unwrapped(self.html, values), values, escaped), self.schemes)


class PageOfTexts(Page):
    """A page of markdown's own tags, in none of which a value stands: it is sanitized once, for all values.

    In such a page a text ends no element and begins none, whatever it says.
    """

    def __init__(self, html: str, schemes: frozenset[str]) -> None:
        html, self.refused = sanitized(html, schemes)
        super().__init__(html, schemes)

    def filled(self, values: Collection[str]) -> Checked:
        return Checked(with_values(unwrapped(self.html, values), values, escaped_text), self.refused)


def page_of(marked: str, schemes: frozenset[str]) -> Page:
    """Raises OutputStreamLimitError."""
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
