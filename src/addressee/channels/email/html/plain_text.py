"""Makes the text of an e-mail from its HTML, for programs and people that read no HTML."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from addressee.channels.email.html.scanner import Tag, Text, names, tokens_of

# The text ends here, with an ellipsis. Nobody reads more, and no HTML takes long.
MAX_TOKENS = 20_000
MAX_LENGTH = 100_000
MAX_DEPTH = 10
MAX_URL = 2_000

# Results that are kept: most recipients of one message get the same HTML, or each gets another.
KEPT = 16
KNOWN_STYLES = 256
MAX_STYLE = 2_000

# Elements that begin and end a line, and those with an empty line around them.
LINES = names(
    "address article aside caption center dd div dl dt fieldset figcaption figure footer form header "
    "legend li main nav section tr"
)
PARAGRAPHS = names("blockquote h1 h2 h3 h4 h5 h6 hr ol p pre table ul")

# Other elements of which something is written.
MARKED = names("a br img li td th")

# Elements whose content is not shown, and styles that hide an element.
UNSEEN = names("script style title template iframe noembed noframes object audio video select datalist svg")
HIDING = re.compile(
    r"(?<![\w-])(?:display:none|visibility:hidden|mso-hide:all|(?:max-height|opacity):0(?:\.0+)?(?:px|em|rem|%)?(?![\w.]))"
)

# All others, like `<b>`, do nothing to the text.
NOTED = LINES | PARAGRAPHS | MARKED | UNSEEN
HIDERS = frozenset({"hidden", "style"})

SPACE = re.compile(r"\s+")

# Characters that nobody sees. Many of them keep what stands behind a preview text out of lists of mails.
FILLING = re.compile(r"(?:[\u034f\u00ad\u200b-\u200d\u2007\ufeff\u2060]\s*+){2,}")
INVISIBLE = re.compile(r"[\u034f\u00ad\u200b\ufeff\u2060]")

SHOWN_URL = re.compile(r"https?:|(?P<direct>mailto:|tel:)", re.IGNORECASE)
RULE = "-" * 20


class Gap(IntEnum):
    """The space between two pieces of text."""

    NOTHING = 0
    SPACE = 1
    CELL = 2
    LINE = 3
    PARAGRAPH = 4


@lru_cache(KEPT)
def text_of(html: str) -> str | None:
    """Returns the text of an HTML e-mail, None if it says nothing.

    Links are followed by their addresses, lists and quotes are marked, the cells of a row stand in one line. Elements
    that are hidden by their own attributes are left out: inline the sheets before.
    """
    writer = Writer()
    for number, token in enumerate(tokens_of(html)):
        if number == MAX_TOKENS or writer.length > MAX_LENGTH:
            writer.write_ellipsis()
            break
        if isinstance(token, Text):
            writer.text(html_text(token.written))
        elif token.is_end:
            writer.close(token.name)
        else:
            writer.open(token)
    return writer.result()


def html_text(written: str) -> str:
    return INVISIBLE.sub("", FILLING.sub(" ", html.unescape(written)))


@dataclass
class Writer:
    """Writes pieces of text. The gap before a piece is written when it comes, so that none is at the end.

    `lists` has the number of the next item for each list that is open, None for a list without numbers. `unseen` is the
    name of the unseen element that is open, and `nested` the number of elements of this name in it that are open.
    """

    lines: list[str] = field(default_factory=list)
    line: str = ""
    length: int = 0
    gap: Gap = Gap.NOTHING
    lists: list[int | None] = field(default_factory=list)
    mark: str = ""
    quotes: int = 0
    verbatim: int = 0
    unseen: str = ""
    nested: int = 0
    url: str = ""
    linked: list[str] = field(default_factory=list)

    def open(self, tag: Tag) -> None:
        if tag.name not in NOTED and not self.unseen and tag.attributes.keys().isdisjoint(HIDERS):
            return
        if self.unseen:
            self._open_unseen(tag.name)
        elif is_unseen(tag):
            self.unseen = "" if tag.is_void else tag.name
        else:
            self._separate(tag.name, is_nested=bool(self.lists))
            self._open_seen(tag)

    def _open_unseen(self, name: str) -> None:
        if name == self.unseen == "p":
            self.unseen = ""
        elif name == self.unseen:
            self.nested += 1

    def _open_seen(self, tag: Tag) -> None:
        match tag.name:
            case "br":
                self.gap = Gap.PARAGRAPH if self.gap >= Gap.LINE else Gap.LINE
            case "hr":
                self.write(RULE)
                self.gap = Gap.PARAGRAPH
            case "img":
                self.text(tag.attributes.get("alt", ""))
            case "a":
                self._end_link()
                self.url = SPACE.sub("", tag.attributes.get("href", ""))
            case "td" | "th":
                self.gap = max(self.gap, Gap.CELL)
            case "ul" | "ol" if len(self.lists) < MAX_DEPTH:
                self.lists.append(1 if tag.name == "ol" else None)
            case "li":
                self.mark = self._next_mark()
            case "pre":
                self.verbatim += 1
            case "blockquote":
                self.quotes += 1

    def close(self, name: str) -> None:
        if self.unseen:
            if name == self.unseen:
                self.unseen = name if self.nested else ""
                self.nested = max(self.nested - 1, 0)
            return
        if name not in NOTED:
            return
        self._separate(name, is_nested=len(self.lists) > 1)
        match name:
            case "a":
                self._end_link()
            case "ul" | "ol" if self.lists:
                self.lists.pop()
            case "li":
                self.mark = ""
            case "pre":
                self.verbatim = max(self.verbatim - 1, 0)
            case "blockquote":
                self.quotes = max(self.quotes - 1, 0)

    def text(self, text: str) -> None:
        """Writes text in which spaces and ends of lines count as one space, except within `<pre>`."""
        if self.unseen or not text:
            return
        if self.verbatim:
            first, *others = text[:MAX_LENGTH].split("\n")
            self.write(first)
            for line in others:
                self.gap = Gap.PARAGRAPH if self.gap >= Gap.LINE else Gap.LINE
                self.write(line.rstrip())
            return
        words = SPACE.sub(" ", text)
        if words.startswith(" "):
            self.gap = max(self.gap, Gap.SPACE)
        self.write(words.strip())
        if words.endswith(" "):
            self.gap = max(self.gap, Gap.SPACE)

    def write(self, piece: str) -> None:
        if not piece:
            return
        piece = piece[: MAX_LENGTH + 1]
        if self.gap >= Gap.LINE or not self.line:
            self._begin_line()
        elif self.gap is Gap.CELL:
            self.line += " | "
        elif self.gap is Gap.SPACE:
            self.line += " "
        self.gap = Gap.NOTHING
        self.line += piece
        self.length += len(piece)
        self.linked.append(piece)

    def write_ellipsis(self) -> None:
        if self.length:
            self.write("…")

    def result(self) -> str | None:
        self._end_link()
        return "\n".join([*self.lines, self.line]).strip("\n") or None

    def _begin_line(self) -> None:
        if self.line:
            self.lines.append(self.line)
            if self.gap is Gap.PARAGRAPH:
                self.lines.append("")
        indented = "  " * (len(self.lists) - bool(self.mark)) + self.mark
        self.line = "> " * min(self.quotes, MAX_DEPTH) + indented
        self.mark = ""

    def _separate(self, name: str, *, is_nested: bool) -> None:
        if name in LINES or (name in ("ul", "ol") and is_nested):
            self.gap = max(self.gap, Gap.LINE)
        elif name in PARAGRAPHS:
            self.gap = max(self.gap, Gap.PARAGRAPH)

    def _next_mark(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number}. "

    def _end_link(self) -> None:
        url, said = self.url, " ".join(self.linked)
        self.url, self.linked = "", []
        scheme = SHOWN_URL.match(url)
        if scheme is None or len(url) > MAX_URL:
            return
        if scheme["direct"]:
            url = url[scheme.end() :].partition("?")[0]
        if not said:
            self.gap = max(self.gap, Gap.SPACE)
            self.write(url)
        elif said not in (url, url[scheme.end() :].strip("/"), url.rstrip("/")):
            self.line += f" ({url})"
            self.length += len(url)


def is_unseen(tag: Tag) -> bool:
    return tag.name in UNSEEN or "hidden" in tag.attributes or hides(tag.attributes.get("style", "")[:MAX_STYLE])


@lru_cache(KNOWN_STYLES)
def hides(style: str) -> bool:
    """Returns whether the style of an element hides it."""
    return bool(style) and HIDING.search(SPACE.sub("", style).lower()) is not None
