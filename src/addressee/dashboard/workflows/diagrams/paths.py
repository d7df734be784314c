"""Paths of lines through points that are beside or above one another, with round corners. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[int, int]

RADIUS = 8


def path_through(points: Sequence[Point]) -> str:
    """Returns a path through points that are beside or above one another, with round corners."""
    return " ".join(commands(points))


def commands(points: Sequence[Point]) -> Iterator[str]:
    points = [each for at, each in enumerate(points) if at == 0 or each != points[at - 1]]
    yield f"M{points[0][0]} {points[0][1]}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(RADIUS, distance(before, corner) // 2, distance(corner, after) // 2)
        (x1, y1), (x2, y2) = towards(corner, before, radius), towards(corner, after, radius)
        yield f"L{x1} {y1}Q{corner[0]} {corner[1]} {x2} {y2}"
    yield f"L{points[-1][0]} {points[-1][1]}"


def distance(one: Point, other: Point) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def towards(start: Point, target: Point, length: int) -> Point:
    """Returns the point at a distance from a start, on the way to a target beside or above it."""
    (x, y), (tx, ty) = start, target
    return x + length * ((tx > x) - (tx < x)), y + length * ((ty > y) - (ty < y))
