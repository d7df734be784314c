"""White space around the tags of Handlebars: `~` takes it away, and tags that stand alone in a line take the line.

A block's tag, its `else` or a comment that is all that a line holds disappears with the line. The decisions are made
on the text as it was written, whatever other tags have taken away from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from addressee.converting.handlebars.tree import Block, Comment, Node, Strip, Text, Unknown

LINE_ENDS = re.compile(r"\r?\n\s*?\Z")
TEXT_OR_LINE_ENDS = re.compile(r"(?:\A|\r?\n)\s*?\Z")
LINE_BEGINS = re.compile(r"\s*?\r?\n")
TEXT_OR_LINE_BEGINS = re.compile(r"\s*?(?:\r?\n|\Z)")


def strip_whitespace(nodes: Sequence[Node], *, is_root: bool = True) -> None:
    for index, node in enumerate(nodes):
        match node:
            case Block():
                alone_opening, alone_closing = within(node)
                surrounding = Strip(node.opening.before, node.closing.after)
            case Comment() | Unknown():
                alone_opening = alone_closing = False
                surrounding = node.strip
            case Text():
                continue
            case _:
                alone_opening = alone_closing = False
                surrounding = node.strip
        before, after = is_line_end(nodes, index, is_root), is_line_begin(nodes, index, is_root)
        if surrounding.after:
            strip_left_of(nodes, index + 1, all=True)
        if surrounding.before:
            strip_right_of(nodes, index - 1, all=True)
        if isinstance(node, Comment | Unknown) and before and after:
            strip_left_of(nodes, index + 1)
            strip_right_of(nodes, index - 1)
        if isinstance(node, Block) and alone_opening and before:
            strip_left_of(node.body, 0)
            strip_right_of(nodes, index - 1)
        if isinstance(node, Block) and alone_closing and after:
            strip_left_of(nodes, index + 1)
            last = node.body if node.inverse is None else node.inverse
            strip_right_of(last, len(last) - 1)


def within(block: Block) -> tuple[bool, bool]:
    """Strips what stands in a block; returns whether its first tag ends a line, and its last tag begins one."""
    strip_whitespace(block.body, is_root=False)
    if block.inverse is not None:
        strip_whitespace(block.inverse, is_root=False)
    body = block.body
    # Of blocks that an `else if` chains, Handlebars looks at the first one alone.
    inner = None if block.inverse is None else chained(block.inverse)
    inverse = block.inverse if inner is None else inner.body
    opening = is_line_begin(body, -1, False)
    last = body if inverse is None else inverse
    closing = is_line_end(last, len(last), False)
    if block.opening.after:
        strip_left_of(body, 0, all=True)
    if inverse is None:
        if block.closing.before:
            strip_right_of(body, len(body) - 1, all=True)
        return opening, closing
    if block.between.before:
        strip_right_of(body, len(body) - 1, all=True)
    if block.between.after:
        strip_left_of(inverse, 0, all=True)
    if block.closing.before:
        strip_right_of(inverse, len(inverse) - 1, all=True)
    if is_line_end(body, len(body), False) and is_line_begin(inverse, -1, False):
        strip_right_of(body, len(body) - 1)
        strip_left_of(inverse, 0)
    return opening, closing


def chained(inverse: Sequence[Node]) -> Block | None:
    """Returns the block that an `else if` opens, if it is what stands in the inverse of another."""
    return inverse[0] if len(inverse) == 1 and isinstance(inverse[0], Block) and inverse[0].is_chained else None


def is_line_end(nodes: Sequence[Node], index: int, is_root: bool) -> bool:
    """Returns whether nothing but white space stands between the node before a position and the line's beginning."""
    if index < 1:
        return is_root
    node = nodes[index - 1]
    pattern = LINE_ENDS if index > 1 or not is_root else TEXT_OR_LINE_ENDS
    return isinstance(node, Text) and pattern.search(node.original) is not None


def is_line_begin(nodes: Sequence[Node], index: int, is_root: bool) -> bool:
    """Returns whether nothing but white space stands between a position and the line's end."""
    if index + 1 >= len(nodes):
        return is_root
    node = nodes[index + 1]
    pattern = LINE_BEGINS if index + 2 < len(nodes) or not is_root else TEXT_OR_LINE_BEGINS
    return isinstance(node, Text) and pattern.match(node.original) is not None


def strip_left_of(nodes: Sequence[Node], index: int, *, all: bool = False) -> None:
    """Takes the white space at the beginning of a text away: all of it, or what is left of a line."""
    node = nodes[index] if 0 <= index < len(nodes) else None
    if not isinstance(node, Text) or (node.stripped_left and not all):
        return
    stripped = node.text.lstrip() if all else re.sub(r"\A[ \t]*(?:\r?\n)?", "", node.text)
    node.stripped_left = node.stripped_left or stripped != node.text
    node.text = stripped


def strip_right_of(nodes: Sequence[Node], index: int, *, all: bool = False) -> None:
    """Takes the white space at the end of a text away: all of it, or what stands before a tag in its line."""
    node = nodes[index] if 0 <= index < len(nodes) else None
    if not isinstance(node, Text) or (node.stripped_right and not all):
        return
    stripped = node.text.rstrip() if all else node.text.rstrip(" \t")
    node.stripped_right = node.stripped_right or stripped != node.text
    node.text = stripped
