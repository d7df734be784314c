"""The time, as the directory keeps it."""

from datetime import UTC, datetime


class Clock:
    """The time in UTC. Tests move it.

    Callers see milliseconds, so no more is kept: what is read equals what was answered.
    """

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
