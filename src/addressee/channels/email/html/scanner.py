"""Splits HTML into tags and texts where a browser does (WHATWG HTML, section 13.2.5), in time linear to its length.

No tree is built.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

# A comment, a tag, or what browsers take for a comment. Each of them ends at the end of the HTML, if not before: so no
# character is looked at twice, whatever the HTML is.
TOKEN = re.compile(
    r"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    | <(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)
      (?P<attributes>(?:[^=>]++|=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"']?[^\s>]*+))*+) (?:>|\Z)
    | <[!?/][^>]*+(?:>|\Z)
    """,
    re.DOTALL | re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""(?P<name>[^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)?))?""")


def names(written: str) -> frozenset[str]:
    """Returns names that are written with spaces between them."""
    return frozenset(written.split())


# Elements without content, and those whose content is text up to their end tag.
VOID = names("area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen")
RAW = names("script style textarea title xmp iframe noembed noframes")
RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in RAW}

# Elements of which the next one of their name ends the one before.
CLOSING_EACH_OTHER = names("p li dd dt tr td th option")

MAX_ATTRIBUTES = 100

# So many tags are kept, each up to this length: most tags of an e-mail are those of the one before.
KNOWN_TAGS = 1024
MAX_KNOWN = 300


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. `name` and the names of its attributes are in small letters; an end tag has no attributes."""

    name: str
    is_end: bool
    attributes: Mapping[str, str]

    @property
    def is_void(self) -> bool:
        return self.name in VOID


class Text(NamedTuple):
    """Text between tags, as it is written."""

    written: str


def tokens_of(text: str) -> Iterator[Tag | Text]:
    """Yields the tags and texts of HTML. Comments, which also hold what only Outlook reads, are left out."""
    place = 0
    while (found := TOKEN.search(text, place)) is not None:
        if found.start() > place:
            yield Text(text[place : found.start()])
        place = found.end()
        if found["name"] is None:
            continue
        tag = tag_of(found[0])
        yield tag
        if tag.name in RAW and not tag.is_end:
            end = RAW_END[tag.name].search(text, place)
            content = text[place : end.start() if end else len(text)]
            place += len(content)
            if content:
                yield Text(content)
    if place < len(text):
        yield Text(text[place:])


def depth_of(text: str) -> int:
    """Returns how deep the elements of HTML are nested at most. It may be less where end tags are missing."""
    opened: list[str] = []
    deepest = 0
    for token in tokens_of(text):
        if isinstance(token, Text) or token.is_void:
            continue
        last = opened[-1] if opened else None
        if token.is_end:
            if last == token.name:
                opened.pop()
        elif last != token.name or last not in CLOSING_EACH_OTHER:
            opened.append(token.name)
            deepest = max(deepest, len(opened))
    return deepest


def tag_of(written: str) -> Tag:
    """Returns a tag, which is written like this."""
    return known_tag(written) if len(written) <= MAX_KNOWN else read_tag(written)


@lru_cache(KNOWN_TAGS)
def known_tag(written: str) -> Tag:
    return read_tag(written)


def read_tag(written: str) -> Tag:
    found = TOKEN.match(written)
    assert found is not None
    attributes: dict[str, str] = {}
    if not found["end"]:
        places = ATTRIBUTE.finditer(written, found.start("attributes"), found.end("attributes"))
        for attribute in islice(places, MAX_ATTRIBUTES):
            value = next((group for group in attribute.groups()[1:] if group is not None), "")
            # The first one of a name counts.
            attributes.setdefault(attribute["name"].lower(), html.unescape(value))
    return Tag(found["name"].lower(), bool(found["end"]), attributes)
