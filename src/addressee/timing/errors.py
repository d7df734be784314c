"""The error of values that do not say a time."""

from __future__ import annotations


class TimingError(ValueError):
    """A value that is no duration, no instant, no rule or no window. The message says what would be one."""
