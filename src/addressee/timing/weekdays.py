"""Days of the week, and the ways in which they are written."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from addressee.timing.errors import TimingError


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


ORDER = tuple(Weekday)

LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

GROUPS = {
    "weekdays": ORDER[:5],
    "weekends": ORDER[5:],
    "every_day": ORDER,
}


def weekday(name: Any) -> Weekday:
    """Returns a day by any of its names: mon, monday, or mo. Raises TimingError for anything else."""
    if isinstance(name, str):
        text = name.lower()
        for day, long in zip(ORDER, LONG, strict=True):
            if text in {day.value, long, long[:2]}:
                return day
    raise TimingError(f"{name!r} is no day of the week; the days are {', '.join(ORDER)}")


def weekdays(value: Any) -> tuple[Weekday, ...]:
    """Returns the days of a list, or of a group, in the order of the week. Raises TimingError for anything else."""
    if isinstance(value, str) and value.lower() in GROUPS:
        return GROUPS[value.lower()]
    given = value if isinstance(value, list | tuple) else [value]
    if not given:
        raise TimingError(f"name at least one of {', '.join(ORDER)}, or {', '.join(GROUPS)}")
    named = {day for each in given for day in group_or_day(each)}
    return tuple(day for day in ORDER if day in named)


def group_or_day(value: Any) -> tuple[Weekday, ...]:
    if isinstance(value, str) and value.lower() in GROUPS:
        return GROUPS[value.lower()]
    try:
        return (weekday(value),)
    except TimingError as error:
        raise TimingError(f"{error}, and {', '.join(GROUPS)} for several") from None
