"""Bar charts as the numbers of their SVG: where bars, lines and labels stand. Pure.

Across, positions are percentages of the width; up and down, they are pixels. So a chart takes whatever width it gets,
and its texts keep their size. `templates/charts.html` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# The height of the bars' area. Above it is room for half a label, below it that for the labels of times.
PLOT = 112
TOP = 8
FOOT = 24
HEIGHT = TOP + PLOT + FOOT

# Bars are this share of their step, and the least that something is shown with is this high.
FILLED = 0.8
LEAST = 2

NICE = (1, 2, 4, 6, 8)

UNITS = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


class Step(NamedTuple):
    """A step of time: its name, and what stands below the axis where it begins, if anything."""

    name: str
    tick: str = ""


class Bar(NamedTuple):
    """A bar, with the area of its step, in which it shows its name and number when it is pointed at."""

    name: str
    number: int
    step_x: str
    step_width: str
    x: str
    width: str
    y: int
    height: int


class Line(NamedTuple):
    """A line across, with the number that it stands for."""

    y: int
    label: str


class Tick(NamedTuple):
    x: str
    label: str


class Chart(NamedTuple):
    bars: Sequence[Bar]
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    total: int
    most: int
    height: int = HEIGHT
    base: int = TOP + PLOT


def bar_chart(steps: Sequence[Step], counts: Sequence[int]) -> Chart:
    """Returns the chart of a count for each step."""
    most = max(counts, default=0)
    top = nice_top(most)
    width = 100 / max(len(steps), 1)
    bars = [
        bar(step.name, count, position * width, width, top)
        for position, (step, count) in enumerate(zip(steps, counts, strict=True))
    ]
    marked = sorted({0, top // 2, top})
    lines = [Line(TOP + PLOT - height_of(number, top), compact(number)) for number in marked]
    ticks = [Tick(percent(position * width), step.tick) for position, step in enumerate(steps) if step.tick]
    return Chart(bars, lines, ticks, sum(counts), most)


def bar(name: str, number: int, x: float, width: float, top: int) -> Bar:
    height = max(height_of(number, top), LEAST) if number else 0
    margin = width * (1 - FILLED) / 2
    return Bar(
        name,
        number,
        percent(x),
        percent(width),
        percent(x + margin),
        percent(width * FILLED),
        TOP + PLOT - height,
        height,
    )


def height_of(number: int, top: int) -> int:
    return round(PLOT * number / top)


def nice_top(most: int) -> int:
    """Returns the number at the top of an axis: the least with one digit that is not less, and that has a half."""
    if most <= 1:
        return 1
    magnitude = 1
    while most > NICE[-1] * magnitude:
        magnitude *= 10
        if most <= magnitude:
            return magnitude
    return next(nice * magnitude for nice in NICE if most <= nice * magnitude)


def compact(number: int) -> str:
    """Returns a number as an axis shows it: `950`, `1.5k`, `20m`."""
    for size, unit in UNITS:
        if number >= size:
            return f"{number / size:g}{unit}"
    return str(number)


def percent(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".") + "%"
