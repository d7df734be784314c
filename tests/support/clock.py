"""A clock that the test moves."""

from datetime import UTC, datetime, timedelta

from addressee.directory.clock import Clock


class MovedClock(Clock):
    def __init__(self, start: datetime = datetime(2025, 6, 1, 12, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by
