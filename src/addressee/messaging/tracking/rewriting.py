"""Rewrites the HTML of an e-mail: links get other URLs, and a picture is added. Pure.

The text is read once, as a tokenizer of HTML reads it (WHATWG HTML, section 13.2.5), and everything stays byte for
byte as it was but for the values of `href` that are replaced. Links in comments, so in those for Outlook alone, stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5
from typing import NamedTuple, TypeAlias

# The URL that stands for another one, None for one that stays.
Replacement: TypeAlias = Callable[[str], "str | None"]

# More links than these are in no message that people read; the others stay as they are.
MAX_LINKS = 500

SPACE = r"[\t\n\f\r ]"
ATTRIBUTE = rf"""
    (?P<name>[^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?:
      {SPACE}*+=(?P<before>{SPACE}*+)
      (?:"(?P<double>[^"]*+)(?:"|\Z)|'(?P<single>[^']*+)(?:'|\Z)|(?P<bare>[^\t\n\f\r >]*+))
    )?+
"""
UNNAMED = re.sub(r"\?P<\w+>", "?:", ATTRIBUTE)

# Each alternative ends at the end of the text at the latest, so nothing is read twice.
TOKEN = re.compile(
    rf"""
      <!--(?:-?>|.*?(?:--!?>|\Z))           # a comment
    | <(?:/(?![a-z])|[!?])[^>]*+(?:>|\Z)    # a declaration, or what is read like a comment
    | <(?P<slash>/?)(?P<tag>[a-z][^\t\n\f\r />]*+)(?P<attributes>(?:[\t\n\f\r /]++|{UNNAMED})*+)(?P<end>>|\Z)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE | re.ASCII,
)
ATTRIBUTES = re.compile(ATTRIBUTE, re.VERBOSE)

# Elements whose content is text: what looks like a tag in it is none.
TEXTS = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
ENDS = {tag: re.compile(rf"</{tag}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII) for tag in TEXTS}

LINKS = frozenset({"a", "area"})

# How a link says that it is not to be tracked, as users of SendGrid and of Postmark write it.
UNTRACKED = {"clicktracking": "off", "data-pm-no-track": None}

# References to characters as attributes have them: `&copy=` is none there (section 13.2.5.73).
REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*+(?:;|(?!=)))")


def rewritten(text: str, replacement: Replacement | None, picture: str | None) -> str:
    """Returns the HTML with the URLs of links replaced, and with an invisible picture at its end."""
    parts: list[str] = []
    kept = position = links = 0
    end_of_body: int | None = None
    while (found := TOKEN.search(text, position)) is not None:
        position = found.end()
        tag = (found["tag"] or "").lower()
        if not found["end"]:
            continue
        if found["slash"]:
            if tag == "body" or (tag == "html" and end_of_body is None):
                end_of_body = found.start()
        elif tag in TEXTS:
            ending = ENDS[tag].search(text, position)
            position = len(text) if ending is None else ending.start()
        elif tag == "plaintext":
            break
        elif (
            tag in LINKS
            and replacement is not None
            and links < MAX_LINKS
            and (change := changed(found["attributes"], replacement)) is not None
        ):
            offset = found.start("attributes")
            parts += (text[kept : offset + change.start], change.value)
            kept = offset + change.end
            links += 1
            end_of_body = None  # browsers put what follows it into the body all the same
    if picture is not None:
        end = len(text) if end_of_body is None else end_of_body
        parts += (text[kept:end], picture_tag(picture))
        kept = end
    return "".join((*parts, text[kept:]))


class Change(NamedTuple):
    """The place of an attribute's value, with its quotes if it has any, and what is to stand there."""

    start: int
    end: int
    value: str


def changed(attributes: str, replacement: Replacement) -> Change | None:
    """Returns the change of a link's URL, None where it stays. Of several `href`, the first counts."""
    given: dict[str, re.Match[str]] = {}
    for attribute in ATTRIBUTES.finditer(attributes):
        given.setdefault(attribute["name"].lower(), attribute)
    href = given.get("href")
    if href is None or href["before"] is None or any(map(is_untracked, given.values())):
        return None
    url = replacement(unescaped(value_of(href)))
    return None if url is None else Change(href.end("before"), href.end(), f'"{html.escape(url)}"')


def is_untracked(attribute: re.Match[str]) -> bool:
    name = attribute["name"].lower()
    return name in UNTRACKED and UNTRACKED[name] in (None, value_of(attribute).strip().lower())


def value_of(attribute: re.Match[str]) -> str:
    return next((value for value in attribute.group("double", "single", "bare") if value is not None), "")


def unescaped(value: str) -> str:
    """Returns the value of an attribute with the characters that its references stand for."""
    return REFERENCE.sub(lambda found: character(found[0]), value)


def character(reference: str) -> str:
    is_known = reference[1] == "#" or reference[1:] in html5
    return html.unescape(reference) if is_known else reference


def picture_tag(url: str) -> str:
    return f'<img src="{html.escape(url)}" width="1" height="1" alt="" style="border:0;width:1px;height:1px">'
