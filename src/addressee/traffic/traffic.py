"""Sums of the stored counts of an environment, over a span of time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time to look back: a number of steps, the last of which is under way."""

    step: timedelta
    steps: int

    def begins(self, now: datetime) -> Sequence[datetime]:
        """Returns when each step begins. Steps begin at whole multiples of their length, those of a day at midnight."""
        last = now - (now - EPOCH) % self.step
        return [last - self.step * back for back in reversed(range(self.steps))]


HOUR = Span(timedelta(minutes=1), 60)
DAY = Span(timedelta(minutes=30), 48)
MONTH = Span(timedelta(days=1), 30)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by name, in each step of a span."""

    span: Span
    begins: Sequence[datetime]
    by_name: Mapping[str, Sequence[int]]

    def of(self, name: str) -> Sequence[int]:
        return self.by_name.get(name) or [0] * len(self.begins)

    def totals(self, prefix: str) -> Mapping[str, int]:
        """Returns the sums of all names that begin so, by the rest of the name."""
        return {
            name.removeprefix(prefix): sum(counts) for name, counts in self.by_name.items() if name.startswith(prefix)
        }


class SubjectCount(NamedTuple):
    """The recent count of a subject by a name, and when it was counted last."""

    name: str
    recent: int
    last: datetime


class Traffic:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def counts(self, environment_id: int, span: Span, now: datetime) -> Counts:
        """Returns what was counted in an environment up to now."""
        begins = span.begins(now)
        rows = await self._pool.fetch(
            *SQL["counts_by_step"](environment_id=environment_id, since=begins[0], until=now, step=span.step)
        )
        positions = {begin: position for position, begin in enumerate(begins)}
        by_name: dict[str, list[int]] = {}
        for name, begin, count in rows:
            by_name.setdefault(name, [0] * len(begins))[positions[begin]] = count
        return Counts(span, begins, by_name)

    async def of_subjects(
        self, environment_id: int, subjects: Collection[UUID], recently: datetime, since: datetime
    ) -> Mapping[UUID, Sequence[SubjectCount]]:
        """Returns what was counted of subjects since a time, and how much of that since a later one, `recently`."""
        rows = await self._pool.fetch(
            *SQL["counts_of_subjects"](
                environment_id=environment_id, subjects=list(subjects), recently=recently, since=since
            )
        )
        found: dict[UUID, list[SubjectCount]] = {subject: [] for subject in subjects}
        for subject, *counted in rows:
            found[subject].append(SubjectCount(*counted))
        return found
