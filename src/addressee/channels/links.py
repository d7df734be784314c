"""Checks the URLs of links: allowed are http, https, mailto, tel, the channel's own schemes, and relative URLs."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

SCHEMES = frozenset({"http", "https", "mailto", "tel"})

# Characters that browsers remove around and within a URL before they parse it (WHATWG URL, section 4.4).
AROUND = "".join(map(chr, range(0x21)))
WITHIN = str.maketrans("", "", "\t\n\r")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")

# A tag of HTML, and an attribute in it that has a value. Values of templates are escaped, so none can end an attribute.
TAG = re.compile(r"""<[A-Za-z](?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""")
ATTRIBUTE = re.compile(
    r"""(?<![^\s"'/])(?P<name>[^\s"'<>/=]++)\s*+=\s*+(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>`]+))"""
)
LINKS = frozenset({"href", "action", "formaction", "xlink:href", "cite"})
PICTURES = frozenset({"src", "background", "poster"})

# What every tag has that has one of these.
LINKING = re.compile(rf"(?:{'|'.join(sorted(LINKS | PICTURES))})\s*=", re.IGNORECASE)

# Never allowed, not even by a channel: browsers run or show what these URLs contain.
NEVER = frozenset({"javascript", "data", "vbscript"})

# Schemes of pictures that are embedded in an e-mail.
EMBEDDED = frozenset({"cid", "data"})


class Checked(NamedTuple):
    """A text without the links that are not allowed. `refused` has the reason for each of these."""

    text: str
    refused: tuple[str, ...] = ()


def schemes_of(settings: Mapping[str, Any]) -> frozenset[str]:
    """Returns the schemes that a channel's links may have."""
    return SCHEMES.union(settings.get("link_schemes", ()))


def scheme_problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields problems with the schemes that a channel allows: the setting, and what it must be."""
    for scheme in settings.get("link_schemes", ()):
        if scheme in NEVER:
            yield "link_schemes", f"a link never has the scheme {scheme}"
        elif scheme_of(f"{scheme}:") != scheme:
            yield (
                "link_schemes",
                f"{scheme!r} is no scheme; write it in small letters and without the colon, like myapp",
            )


def scheme_of(url: str) -> str | None:
    """Returns the scheme that a browser reads from a URL; None if the URL is relative."""
    found = SCHEME.match(url.strip(AROUND).translate(WITHIN))
    return None if found is None else found[1].lower()


def checked_url(url: str, schemes: Collection[str]) -> Checked:
    """Returns the URL, or an empty text if its scheme is not allowed."""
    scheme = scheme_of(url)
    if scheme is None or scheme in schemes:
        return Checked(url)
    return Checked("", (f"{scheme}: is no scheme that links of this channel may have",))


def checked_html(text: str, schemes: Collection[str], embedded: Collection[str] = ()) -> Checked:
    """Returns the HTML without attributes whose URL is not allowed for a link or a picture."""
    allowed = dict.fromkeys(LINKS, schemes) | {name: {*schemes, *embedded} for name in PICTURES}
    refused: list[str] = []

    def attribute(found: re.Match[str]) -> str:
        name = found["name"].lower()
        if name not in allowed:
            return found[0]
        given = next(filter(None, found.group("double", "single", "bare")), "")
        checked = checked_url(html.unescape(given), allowed[name])
        refused.extend(checked.refused)
        return "" if checked.refused else found[0]

    def checked_tag(tag: re.Match[str]) -> str:
        return ATTRIBUTE.sub(attribute, tag[0]) if LINKING.search(tag[0]) else tag[0]

    return Checked(TAG.sub(checked_tag, text), tuple(refused))
