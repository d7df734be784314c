"""Shapes of a diagram: the outlines of boxes, and texts in lines that fit into them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from textwrap import wrap
from unicodedata import east_asian_width

ELLIPSIS = "…"


class Shape(StrEnum):
    """The shapes of boxes; each kind of step has one."""

    CARD = "card"
    PILL = "pill"
    HEXAGON = "hexagon"
    STACK = "stack"
    SLANT = "slant"


SHAPES: Mapping[str, Shape] = {
    "trigger": Shape.PILL,
    "delay": Shape.PILL,
    "time_window": Shape.PILL,
    "wait_for_event": Shape.PILL,
    "branch": Shape.HEXAGON,
    "random_cohort": Shape.HEXAGON,
    "throttle": Shape.HEXAGON,
    "batch": Shape.STACK,
    "digest": Shape.STACK,
    "route": Shape.STACK,
    "http_fetch": Shape.SLANT,
    "update_data": Shape.SLANT,
    "update_list": Shape.SLANT,
    "update_subscription": Shape.SLANT,
    "update_user": Shape.SLANT,
    "update_tenant": Shape.SLANT,
    "update_object": Shape.SLANT,
    "trigger_workflow": Shape.SLANT,
}

# What the corners of a box leave out of its width on each side.
CORNER = 10


def shape_of(icon: str) -> Shape:
    """Returns the shape of the kind of step that has this picture; those of channels are cards."""
    return SHAPES.get(icon, Shape.CARD)


def outline_of(shape: Shape, width: int, height: int) -> str:
    """Returns the path of a box at the origin."""
    c = CORNER
    match shape:
        case Shape.HEXAGON:
            return f"M{c} 0H{width - c}L{width} {height // 2}L{width - c} {height}H{c}L0 {height // 2}Z"
        case Shape.SLANT:
            return f"M{c} 0H{width}L{width - c} {height}H0Z"
        case Shape.PILL:
            return rounded(width, height, 22)
    return rounded(width, height, 8)


def rounded(width: int, height: int, radius: int) -> str:
    r = min(radius, height // 2)
    return (
        f"M{r} 0H{width - r}Q{width} 0 {width} {r}V{height - r}Q{width} {height} {width - r} {height}"
        f"H{r}Q0 {height} 0 {height - r}V{r}Q0 0 {r} 0Z"
    )


def columns_of(text: str) -> int:
    """Returns how wide a text is, in letters of the Latin alphabet."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def cut(text: str, width: int) -> str:
    """Returns a text that is at most so wide, with an ellipsis if some of it is left out."""
    if columns_of(text) <= width:
        return text
    kept, used = [], 1
    for letter in text:
        used += columns_of(letter)
        if used > width:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + ELLIPSIS


def lines_of(text: str, width: int, most: int) -> list[str]:
    """Returns a text in lines that are at most so wide; of more lines than `most`, the last one ends with an ellipsis.

    No more of a long text is looked at than fits.
    """
    lines = [cut(line, width) for line in wrap(text[: width * (most + 2)], width)]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], cut(f"{lines[most - 1]} {ELLIPSIS}", width)]
