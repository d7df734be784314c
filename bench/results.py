"""Results of measurements, each beside what it must reach."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True)
class AtLeast:
    """A bound that is met by it and by what is above it."""

    bound: float
    stretch: float | None = None

    def met_by(self, value: float) -> bool:
        return value >= self.bound

    def __str__(self) -> str:
        return f"≥ {self.bound:g}"


@dataclass(frozen=True)
class AtMost:
    """A bound that is met by it and by what is below it."""

    bound: float

    def met_by(self, value: float) -> bool:
        return value <= self.bound

    def __str__(self) -> str:
        return f"≤ {self.bound:g}"


@dataclass(frozen=True)
class Result:
    """One row of the table: a ratio, or a number of `unit`; `detail` tells the rates behind it."""

    what: str
    value: float
    must: AtLeast | AtMost
    detail: str = ""
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.must.met_by(self.value)

    def __str__(self) -> str:
        value = f"{self.value:,.2f}" if self.value < 10 else f"{self.value:,.0f}"
        verdict = "" if self.met else "  MISSED"
        return f"{self.what:<58} {value + self.unit:>10}  {self.must!s:<7}{verdict:<9} {self.detail}".rstrip()


@dataclass(frozen=True)
class Turns:
    """The rates of two things that took turns, so that both had the same machine."""

    ours: Sequence[float]
    beside: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the ratios of each round."""
        return statistics.median(ours / beside for ours, beside in zip(self.ours, self.beside, strict=True))

    @property
    def detail(self) -> str:
        return f"{statistics.median(self.ours):,.0f}/s of {statistics.median(self.beside):,.0f}/s"

    def result(self, what: str, must: AtLeast) -> Result:
        return Result(what, self.ratio, must, self.detail)


def in_turns(ours: Callable[[], float], beside: Callable[[], float], rounds: int = ROUNDS) -> Turns:
    """Measures the rates of both, one after the other, so many times."""
    rates = [(ours(), beside()) for _ in range(rounds)]
    return Turns([first for first, _ in rates], [second for _, second in rates])
