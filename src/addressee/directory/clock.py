"""The clock that stored times are taken from."""

from datetime import UTC, datetime


class Clock:
    """Returns the current time in UTC; tests replace it by a clock that they move.

    Times are truncated to milliseconds, which is what clients see: a time that is read equals the one first returned.
    """

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
