"""Diagrams of workflows: where each step and branch stands, and the lines between them. Pure.

Steps stand below one another. The branches of a step stand beside one another below it, and join again above the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from addressee.dashboard.workflows.diagrams.paths import Point, path_through
from addressee.dashboard.workflows.diagrams.shapes import CORNER, Shape, cut, lines_of, outline_of, shape_of
from addressee.dashboard.workflows.words.steps import DescribedStep, branch_words, described
from addressee.messaging.steps.flow.entry import ENTRY
from addressee.messaging.workflows.outline import Node, OutlinedBranch

WIDTH = 248
LINE = 17
HEAD = 46
FOOT = 10
GAP = 30
GUTTER = 28
MARGIN = 20
END_WIDTH = 96
END_HEIGHT = 30
LABEL_PAD = 6

# Wider branches stand to the right of the step that they belong to, so that it is in view on a small screen, too.
CENTRED_WIDTH = 2 * WIDTH + GUTTER

# In letters.
TEXT_WIDTH = 35
NAME_WIDTH = 28

MAX_SETTING_LINES = 2
MAX_SETTINGS = 6
MAX_CONDITION_LINES = 3


@dataclass(frozen=True, slots=True)
class Box:
    """A step: where it stands, and what stands in it. `number` counts steps from 1, the trigger is 0."""

    x: int
    y: int
    height: int
    shape: Shape
    step: DescribedStep
    conditions: Sequence[str]
    lines: Sequence[str]
    number: int = 0
    width: int = WIDTH

    @property
    def path(self) -> str:
        return outline_of(self.shape, self.width, self.height)

    @property
    def name(self) -> str:
        return cut(self.step.name if self.step.ref == ENTRY else self.step.ref, NAME_WIDTH)

    @property
    def text_x(self) -> int:
        return CORNER + 8


@dataclass(frozen=True, slots=True)
class Label:
    """The words at the beginning of a branch: its name and which runs take it. `text` is all of them."""

    x: int
    y: int
    height: int
    name: str
    lines: Sequence[str]
    text: str
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class End:
    """The point where runs end."""

    x: int
    y: int
    text: str
    width: int = END_WIDTH
    height: int = END_HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the flow, as a path. One with an arrow leads to a step."""

    path: str
    has_arrow: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    width: int
    height: int
    boxes: Sequence[Box] = ()
    labels: Sequence[Label] = ()
    ends: Sequence[End] = ()
    lines: Sequence[Line] = ()


# The points of a line, and whether it has an arrow.
Stroke: TypeAlias = tuple[tuple[Point, ...], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a diagram, with its own origin. It is entered at the top and left at the bottom, both at `axis`.

    A part that is not `open` is never left: all runs end in it.
    """

    width: int
    height: int
    axis: int
    boxes: Sequence[Box] = ()
    labels: Sequence[Label] = ()
    ends: Sequence[End] = ()
    lines: Sequence[Stroke] = ()
    open: bool = True

    def moved(self, x: int, y: int) -> Part:
        return replace(
            self,
            axis=self.axis + x,
            boxes=[replace(each, x=each.x + x, y=each.y + y) for each in self.boxes],
            labels=[replace(each, x=each.x + x, y=each.y + y) for each in self.labels],
            ends=[replace(each, x=each.x + x, y=each.y + y) for each in self.ends],
            lines=[(tuple((px + x, py + y) for px, py in points), arrow) for points, arrow in self.lines],
        )


TRIGGER = DescribedStep(ENTRY, "trigger", "Trigger", ())


def diagram_of(nodes: Sequence[Node], starts: Sequence[str] = ()) -> Diagram:
    """Returns the diagram of a workflow's steps. `starts` say what starts it, besides a trigger."""
    has_checks = bool(nodes) and nodes[0].ref == ENTRY
    checks = described(nodes[0]).settings if has_checks else ()
    trigger = replace(TRIGGER, settings=(*starts, *checks))
    below = flow(nodes[1:] if has_checks else nodes)
    parts = [single(trigger), *below]
    if all(part.open for part in parts):
        parts.append(end("End"))
    whole = stacked(parts).moved(MARGIN, MARGIN)
    return Diagram(
        whole.width + 2 * MARGIN,
        whole.height + 2 * MARGIN,
        [replace(box, number=number) for number, box in enumerate(whole.boxes)],
        whole.labels,
        whole.ends,
        [Line(path_through(points), arrow) for points, arrow in whole.lines],
    )


def flow(nodes: Sequence[Node]) -> list[Part]:
    return [part_of(node) for node in nodes]


def part_of(node: Node) -> Part:
    box = single(described(node))
    if not node.branches:
        return box
    return split(box, [column(branch, node) for branch in node.branches])


def single(step: DescribedStep) -> Part:
    """Returns the part that is one box."""
    conditions = (
        [] if step.conditions is None else lines_of(f"Only if {step.conditions}", TEXT_WIDTH, MAX_CONDITION_LINES)
    )
    settings = step.settings[:MAX_SETTINGS]
    lines = [line for each in settings for line in lines_of(each, TEXT_WIDTH, MAX_SETTING_LINES)]
    if len(step.settings) > MAX_SETTINGS:
        lines.append(f"and {len(step.settings) - MAX_SETTINGS} more")
    count = len(conditions) + len(lines)
    height = HEAD + (count * LINE + FOOT if count else 0)
    box = Box(0, 0, height, shape_of(step.icon), step, conditions, lines)
    return Part(WIDTH, height, WIDTH // 2, boxes=(box,))


def end(text: str) -> Part:
    return Part(END_WIDTH, END_HEIGHT, END_WIDTH // 2, ends=(End(0, 0, text),), open=False)


def column(branch: OutlinedBranch, node: Node) -> Part:
    """Returns a branch: its label, its steps, and where its runs end if they do."""
    words = branch_words(branch, node)
    lines = lines_of(words, TEXT_WIDTH, MAX_CONDITION_LINES)
    height = (1 + len(lines)) * LINE + 2 * LABEL_PAD
    label = Label(0, 0, height, cut(branch.name, NAME_WIDTH), lines, f"{branch.name}: {words}")
    parts = [Part(WIDTH, height, WIDTH // 2, labels=(label,)), *flow(branch.nodes)]
    if branch.ends and all(part.open for part in parts):
        parts.append(end("Run ends"))
    return stacked(parts)


def stacked(parts: Sequence[Part]) -> Part:
    """Returns parts below one another, with lines between them."""
    axis = max(part.axis for part in parts)
    y = 0
    placed: list[Part] = []
    lines: list[Stroke] = []
    for part in parts:
        if placed:
            if placed[-1].open:
                lines.append((((axis, y), (axis, y + GAP)), True))
            y += GAP
        placed.append(part.moved(axis - part.axis, y))
        y += part.height
    right = max(axis - part.axis + part.width for part in parts)
    return merged(placed, right, y, axis, lines, is_open=parts[-1].open)


def split(box: Part, branches: Sequence[Part]) -> Part:
    """Returns a step with its branches beside one another below it, joined again where runs leave them."""
    starts, x = [], 0
    for branch in branches:
        starts.append(x)
        x += branch.width + GUTTER
    width = x - GUTTER
    axes = [start + branch.axis for start, branch in zip(starts, branches, strict=True)]
    axis = (axes[0] + axes[-1]) // 2 if width <= CENTRED_WIDTH else axes[0]
    left = max(0, box.axis - axis)
    top = box.height + GAP + GAP // 2
    bottom = top + max(branch.height for branch in branches)
    joint = bottom + GAP // 2
    axis += left
    placed = [box.moved(axis - box.axis, 0)]
    lines: list[Stroke] = []
    for start, branch in zip(starts, branches, strict=True):
        at = left + start + branch.axis
        placed.append(branch.moved(left + start, top))
        fork = box.height + GAP // 2
        lines.append((((axis, box.height), (axis, fork), (at, fork), (at, top)), False))
        if branch.open:
            lines.append((((at, top + branch.height), (at, joint), (axis, joint), (axis, joint + GAP // 2)), False))
    right = max(left + width, axis + box.width - box.axis)
    is_open = any(branch.open for branch in branches)
    return merged(placed, right, joint + GAP // 2 if is_open else bottom, axis, lines, is_open=is_open)


def merged(
    parts: Sequence[Part],
    width: int,
    height: int,
    axis: int,
    lines: Sequence[Stroke],
    *,
    is_open: bool,
) -> Part:
    return Part(
        width,
        height,
        axis,
        [each for part in parts for each in part.boxes],
        [each for part in parts for each in part.labels],
        [each for part in parts for each in part.ends],
        [*(each for part in parts for each in part.lines), *lines],
        is_open,
    )
