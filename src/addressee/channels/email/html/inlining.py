"""Writes the rules of `<style>` elements into the `style` attributes of the elements that they match.

Many mail programs drop `<style>`, or what they do not know of it (docs/decisions/0055).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from addressee.channels.email.html.scanner import depth_of, tag_of
from addressee.channels.email.html.sheets import prevailing

if TYPE_CHECKING:
    from css_inline import CSSInliner

# HTML beyond these bounds keeps its `<style>` elements: the library takes time for each selector and each element, room
# for each declaration and each element, and stack for each element within another, of which the parser may add three
# (`<table><td>`).
MAX_MATCHES = 2_000_000
MAX_WRITTEN = 100_000_000
MAX_DEPTH = 1_000
MAX_SHEETS = 200_000
MAX_LENGTH = 2_000_000

# Results that are kept: most recipients of one message get the same HTML, or each gets another.
KEPT = 16

STYLE = re.compile(r"<style[\s/>]", re.IGNORECASE)
STYLE_TAG = re.compile(r"<style(?=[\s/>])[^>]*", re.IGNORECASE)
SHEET = re.compile(r"(?P<tag><style(?=[\s/>])[^>]*+)(?:>|\Z)(?P<css>.*?)(?:</style>|\Z)", re.DOTALL | re.IGNORECASE)
SELECTORS = re.compile(r"[{,]")

# The library leaves a sheet alone that has this attribute.
IGNORED = ' data-css-inline="ignore"'

# The media of a sheet that holds where e-mails are read.
EVERYWHERE = frozenset({"", "all", "screen"})

# Both change what comes out of a parser: the type of document, which it shortens, and conditional comments of an old
# form that only Outlook takes for one. The form of today says the same.
DOCTYPE = re.compile(r"\s*+(<!doctype[^>]*+>)", re.IGNORECASE)
SHORT_DOCTYPE = "<!DOCTYPE html>"
REVEALED = re.compile(r"<!\[(if[^\]>]{1,100}|endif)\]>", re.IGNORECASE)


@lru_cache(KEPT)
def with_inlined_css(html: str) -> str:
    """Returns HTML whose sheets are inlined. What cannot be stays in them, like rules for narrow screens.

    HTML without `<style>` stays as it is. Nothing is fetched: links to sheets stay links.
    """
    if STYLE.search(html) is None or not is_bounded(html):
        return html
    prepared = STYLE_TAG.sub(lambda tag: tag[0] + (IGNORED if is_conditional(tag[0]) else ""), html)
    inlined = SHEET.sub(remaining, inliner().inline(REVEALED.sub(revealed, prepared)))
    if len(inlined) > MAX_LENGTH:
        return html
    doctype = DOCTYPE.match(html)
    return inlined if doctype is None else doctype[1] + inlined.removeprefix(SHORT_DOCTYPE)


def is_bounded(html: str) -> bool:
    """Returns whether HTML can be inlined within the bounds."""
    tags = html.count("<")
    sheets = "".join(sheet["css"] for sheet in SHEET.finditer(html))
    selectors = len(SELECTORS.findall(sheets))
    if len(sheets) > MAX_SHEETS or tags * selectors > MAX_MATCHES or tags * len(sheets) > MAX_WRITTEN:
        return False
    return tags <= MAX_DEPTH or depth_of(html) <= MAX_DEPTH


def is_conditional(tag: str) -> bool:
    """Returns whether a sheet, of which this is the tag, holds for some media only."""
    return tag_of(f"{tag}>").attributes.get("media", "").strip().lower() not in EVERYWHERE


def remaining(sheet: re.Match[str]) -> str:
    """Returns the `<style>` element of what was not inlined, an empty text if nothing is left."""
    conditional = is_conditional(sheet["tag"])
    css = prevailing(sheet["css"], on_condition=conditional)
    tag = sheet["tag"].replace(IGNORED, "") if conditional else sheet["tag"]
    return f"{tag}>{css}</style>" if css.strip() else ""


def revealed(comment: re.Match[str]) -> str:
    """Returns a conditional comment, whose content other programs than Outlook show, in the form of today."""
    return "<!--<![endif]-->" if comment[1].lower() == "endif" else f"<!--[{comment[1]}]><!-->"


@lru_cache(1)
def inliner() -> CSSInliner:
    """Returns the library's inliner, which is loaded when it is needed for the first time."""
    from css_inline import CSSInliner

    return CSSInliner(
        load_remote_stylesheets=False,
        keep_link_tags=True,
        keep_style_tags=True,
        keep_at_rules=True,
        remove_inlined_selectors=True,
    )
