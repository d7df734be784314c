"""Durations, recurring rules and windows in files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.timing.durations import duration, short
from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import recurrence
from addressee.timing.rules import Recurrence
from addressee.timing.window_forms import windows
from addressee.timing.windows import Windows

SECOND = timedelta(seconds=1)


def read_duration(
    source: Source, path: FieldPath, value: Any, *, most: timedelta, least: timedelta = SECOND, signed: bool = False
) -> timedelta | None:
    """Returns a duration of a file; records the problem and returns None when it is none, too short or too long.

    Of a `signed` one the length counts, whatever its sign.
    """
    try:
        found = duration(value, signed=signed)
    except TimingError as error:
        source.problem(path, str(error))
        return None
    if not least <= abs(found) <= most:
        source.problem(path, f"this must be at least {short(least)} and at most {short(most)}")
        return None
    return found


def read_rule(source: Source, path: FieldPath, value: Any) -> Recurrence | None:
    """Returns a recurring rule of a file; records the problem and returns None when it is none."""
    try:
        return recurrence(value)
    except TimingError as error:
        source.problem(path, str(error))
        return None


def read_windows(source: Source, path: FieldPath, value: Any) -> Windows | None:
    """Returns windows of a file; records the problem and returns None when they are none."""
    try:
        return windows(value)
    except TimingError as error:
        source.problem(path, str(error))
        return None
