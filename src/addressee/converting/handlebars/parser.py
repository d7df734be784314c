"""Parses Handlebars: text, values, blocks with `else`, comments; other tags become `Unknown`."""

from __future__ import annotations

import re

from addressee.converting.handlebars.expressions import read_call
from addressee.converting.handlebars.tree import (
    Block,
    Call,
    Comment,
    HandlebarsError,
    Literal,
    Mustache,
    Node,
    Path,
    Strip,
    Text,
    Unknown,
)
from addressee.converting.handlebars.whitespace import strip_whitespace

INSIDE = r"""(?:"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[[^\]]*\]|[^}"'\[]|\}(?!\}))*?"""

TAG = re.compile(
    rf"""
      (?P<escaped>\\\{{\{{)
    | (?P<rawblock>\{{\{{\{{\{{)
    | \{{\{{(?P<lc>~)?!--(?:.*?)--(?P<rc>~)?\}}\}}
    | \{{\{{(?P<ls>~)?!(?:.*?)(?P<rs>~)?\}}\}}
    | \{{\{{(?P<lr>~)?\{{(?P<raw>{INSIDE})\}}(?P<rr>~)?\}}\}}
    | \{{\{{(?P<l>~)?(?P<sign>[#/^&>*]?[>*]?)(?P<inside>{INSIDE})(?P<r>~)?\}}\}}
    """,
    re.VERBOSE | re.DOTALL,
)

MAX_DEPTH = 20
ELSE = re.compile(r"\s*else(?:\s+(?P<chained>.+?))?\s*", re.DOTALL)


def parse(source: str) -> list[Node]:
    """Returns the nodes of a template, with the white space around its tags as Handlebars leaves it.

    Raises HandlebarsError.
    """
    nodes = Parser(source).parse()
    strip_whitespace(nodes)
    return nodes


class Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._root: list[Node] = []
        # The blocks that are open, each with the list that nodes go to, and where its source begins.
        self._open: list[Block] = []
        self._starts: list[int] = []
        self._into: list[list[Node]] = [self._root]

    def parse(self) -> list[Node]:
        position = 0
        while (start := self._source.find("{{", position)) >= 0:
            start = self._text_before(position, start)
            match = TAG.match(self._source, start)
            if match is None:
                raise HandlebarsError("a tag is not closed", self._line(start))
            position = match.end()
            if match["escaped"]:
                position = self._escaped(position)
            else:
                self._tag(match)
        self._add_text(self._source[position:])
        if self._open:
            block = self._open[-1]
            raise HandlebarsError(f"the block {block.call.helper!r} is not closed", block.line)
        return self._root

    def _text_before(self, position: int, start: int) -> int:
        """Adds the text up to a tag, and returns where the tag begins, a backslash before it included.

        Of two backslashes one is text, and the tag is a tag.
        """
        text = self._source[position:start]
        if text.endswith("\\\\"):
            self._add_text(text[:-1])
            return start
        if text.endswith("\\"):
            self._add_text(text[:-1])
            return start - 1
        self._add_text(text)
        return start

    def _escaped(self, position: int) -> int:
        """Adds a tag behind a backslash as text, up to the next one; returns where that begins."""
        following = self._source.find("{{", position)
        text = self._source[position:] if following < 0 else self._source[position:following]
        # Backslashes before the next tag say what becomes of that one.
        backslashes = 0 if following < 0 else min(len(text) - len(text.rstrip("\\")), 2)
        end = position + len(text) - backslashes
        self._add_text("{{" + self._source[position:end])
        return end

    def _add_text(self, text: str) -> None:
        if text:
            self._into[-1].append(Text(text))

    def _tag(self, match: re.Match[str]) -> None:
        line = self._line(match.start())
        if match["rawblock"]:
            raise HandlebarsError("raw blocks, in four braces, are not converted", line)
        if match["raw"] is not None:
            strip = Strip(bool(match["lr"]), bool(match["rr"]))
            self._into[-1].append(Mustache(read_call(match["raw"], line), True, strip, match[0], line))
        elif match["inside"] is None:
            before, after = match["lc"] or match["ls"], match["rc"] or match["rs"]
            self._into[-1].append(Comment(Strip(bool(before), bool(after))))
        else:
            self._signed(match, match["sign"], match["inside"], Strip(bool(match["l"]), bool(match["r"])), line)

    def _signed(self, match: re.Match[str], sign: str, inside: str, strip: Strip, line: int) -> None:
        match sign:
            case "#" | "^" if inside.strip():
                self._open_block(match.start(), call_of(inside, line), strip, line, inverted=sign == "^")
            case "/":
                self._close(inside.strip(), strip, match.end(), line)
            case "^":
                self._else(None, strip, line, match.start())
            case "" | "&":
                found = ELSE.fullmatch(inside)
                if found is not None and not sign and self._open:
                    self._else(found["chained"], strip, line, match.start())
                else:
                    self._into[-1].append(Mustache(read_call(inside, line), sign == "&", strip, match[0], line))
            case ">":
                self._into[-1].append(Unknown("a partial", strip, match[0], line))
            case _:
                raise HandlebarsError(f"{match[0]!r} is not converted", line)

    def _open_block(self, start: int, call: Call, strip: Strip, line: int, *, inverted: bool = False) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise HandlebarsError(f"blocks are nested more than {MAX_DEPTH} deep", line)
        block = Block(call, line, strip, is_inverted=inverted)
        self._into[-1].append(block)
        self._open.append(block)
        self._starts.append(start)
        self._into.append(block.body)

    def _else(self, chained: str | None, strip: Strip, line: int, start: int) -> None:
        block = self._open[-1]
        if block.inverse is not None:
            raise HandlebarsError(f"the block {block.call.helper!r} has two else", line)
        block.inverse, block.between = [], strip
        self._into[-1] = block.inverse
        if chained is not None:
            # The tag that opens the next block ends this one's body.
            self._open_block(start, call_of(chained, line), strip, line)
            self._open[-1].is_chained = True

    def _close(self, name: str, strip: Strip, end: int, line: int) -> None:
        if not self._open:
            raise HandlebarsError(f"{{{{/{name}}}}} closes no block", line)
        while True:
            block = self._open.pop()
            block.closing = strip
            block.source = self._source[self._starts.pop() : end]
            self._into.pop()
            if not block.is_chained:
                break
        if name != block.call.helper:
            raise HandlebarsError(f"the block {block.call.helper!r} is closed by {name!r}", line)

    def _line(self, position: int) -> int:
        return self._source.count("\n", 0, position) + 1


def call_of(inside: str, line: int) -> Call:
    """Returns the helper of a block; one without parameters may be a value, of which it depends what it does."""
    found = read_call(inside, line)
    match found:
        case Call():
            return found
        case Path(names, 0, False) if names:
            return Call("/".join(names))
        case Path() | Literal():
            raise HandlebarsError(f"{inside.strip()!r} is no helper of a block", line)
