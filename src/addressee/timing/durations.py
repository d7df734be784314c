"""Durations, in every form in which files, clients and data write them.

    10m, 1d2h30m                           a text: numbers with the units w, d, h, m and s
    300                                    seconds
    {unit: minutes, value: 10}             an object of Knock; also {amount, unit} and {duration, duration_unit}
    {hours: 1, minutes: 30}                an object with a field for each unit
    PT10M                                  ISO 8601

A month has 30 days, and a year has 365: a duration is a length of time, whatever the calendar says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from addressee.timing.errors import TimingError

# A duration in a file or in data.
DurationForm: TypeAlias = str | int | dict[str, Any]

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MONTH = 30 * DAY
YEAR = 365 * DAY

MAX_DURATION = 10 * YEAR

UNITS: Mapping[str, timedelta] = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
}
LETTERS: Mapping[str, timedelta] = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}

# The names of the number and of the unit, in the objects of each client.
PAIRS = (("value", "unit"), ("amount", "unit"), ("duration", "duration_unit"))

SHORT = re.compile(r"(?:\d{1,9}[wdhms])+")
GROUP = re.compile(r"(\d+)([wdhms])")
ISO = re.compile(
    r"P(?=\w)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)S)?)?"
)
ISO_UNITS = (YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND)

FORMS = "a duration is a text like 10m or 1d2h30m, an object like {unit: minutes, value: 10}, or a number of seconds"


def duration(value: Any, *, signed: bool = False) -> timedelta:
    """Returns a duration; one that is `signed` may be negative. Raises TimingError for what is none."""
    try:
        found = parsed(value)
    except OverflowError:
        raise TimingError("a duration is at most 10 years") from None
    if found is None:
        raise TimingError(FORMS)
    if found < timedelta() and not signed:
        raise TimingError("a duration must not be negative")
    if abs(found) > MAX_DURATION:
        raise TimingError("a duration is at most 10 years")
    return found


def short(length: timedelta) -> str:
    """Returns a duration as a short text, like 1d2h30m, to the second."""
    seconds = int(abs(length).total_seconds())
    parts = []
    for letter in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, int(LETTERS[letter].total_seconds()))
        if count:
            parts.append(f"{count}{letter}")
    sign = "-" if length < timedelta() else ""
    return sign + ("".join(parts) or "0s")


def parsed(value: Any) -> timedelta | None:
    match value:
        case bool():
            return None
        case int():
            return value * SECOND
        case float():
            return value * SECOND if math.isfinite(value) else None
        case str():
            return of_text(value.strip())
        case dict():
            return of_object(value)
    return None


def of_text(text: str) -> timedelta | None:
    if text.startswith("-"):
        found = None if text.startswith("--") else of_text(text[1:])
        return None if found is None else -found
    if SHORT.fullmatch(text):
        return sum((int(number) * LETTERS[letter] for number, letter in GROUP.findall(text)), timedelta())
    if (iso := ISO.fullmatch(text)) is not None:
        numbers = (0.0 if group is None else float(group.replace(",", ".")) for group in iso.groups())
        return sum((number * unit for number, unit in zip(numbers, ISO_UNITS, strict=True)), timedelta())
    return None


def of_object(value: Mapping[str, Any]) -> timedelta | None:
    for number, unit in PAIRS:
        if value.keys() == {number, unit}:
            length = unit_named(value[unit])
            return None if length is None or not is_number(value[number]) else value[number] * length
    lengths = {name: unit_named(name) for name in value}
    if not value or None in lengths.values() or not all(map(is_number, value.values())):
        return None
    return sum((value[name] * length for name, length in lengths.items() if length is not None), timedelta())


def unit_named(name: Any) -> timedelta | None:
    return UNITS.get(name.lower().removesuffix("s")) if isinstance(name, str) else None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
