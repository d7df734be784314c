"""Style sheets of e-mails: what must be said of rules that stay beside styles that were inlined. Pure."""

from __future__ import annotations

import re
from enum import Enum

PIECE = re.compile(
    r"""
    /\*.*?(?:\*/|\Z) | "(?:[^"\\\n]|\\.)*+"? | '(?:[^'\\\n]|\\.)*+'?
    | url\([^)"']*+\)? | [{};()] | [^{};()"'/u]++ | .
    """,
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
IMPORTANT = re.compile(r"!\s*important\s*\Z", re.IGNORECASE)
GROUPS = ("@media", "@supports", "@container")


class Block(Enum):
    """The kind of a block in braces: rules that apply by themselves or on a condition, declarations, or else."""

    SHEET = 1
    GROUP = 2
    DECLARATIONS = 3
    IMPORTANT = 4
    OTHER = 5


def prevailing(css: str, *, on_condition: bool = False) -> str:
    """Returns a style sheet whose conditional rules prevail over `style` attributes, which else count for more.

    These are the rules within `@media` and the like, and those of selectors with a pseudo class, like `:hover`; all
    rules, if the sheet itself is `on_condition`.
    """
    blocks = [Block.GROUP if on_condition else Block.SHEET]
    written: list[str] = []
    said = ""
    parentheses = 0
    for piece in PIECE.findall(css):
        if piece in "()":
            parentheses = max(0, parentheses + (1 if piece == "(" else -1))
        if parentheses or piece not in ("{", "}", ";"):
            said += piece
            continue
        if piece == "{":
            blocks.append(opened(said, blocks[-1]))
        elif blocks[-1] is Block.IMPORTANT:
            said = important(said)
        if piece == "}" and len(blocks) > 1:
            blocks.pop()
        written += (said, piece)
        said = ""
    written.append(important(said) if blocks[-1] is Block.IMPORTANT else said)
    return "".join(written)


def opened(prelude: str, within: Block) -> Block:
    """Returns what kind of block begins behind a prelude, like a selector."""
    head = COMMENT.sub("", prelude).strip().lower()
    if within is Block.OTHER or (head.startswith("@") and not head.startswith(GROUPS)):
        return Block.OTHER
    if head.startswith("@"):
        return Block.GROUP
    if within in (Block.GROUP, Block.IMPORTANT) or ":" in head:
        return Block.IMPORTANT
    return Block.DECLARATIONS


def important(declaration: str) -> str:
    """Returns a declaration that prevails, with the space behind it as it was."""
    bare = declaration.rstrip()
    said = COMMENT.sub("", bare).rstrip()
    if ":" not in said or IMPORTANT.search(said):
        return declaration
    return f"{bare} !important{declaration[len(bare) :]}"
