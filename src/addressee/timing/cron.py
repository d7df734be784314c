"""The five fields of cron: minute, hour, day of the month, month, weekday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addressee.timing.errors import TimingError
from addressee.timing.rules import Frequency, NthWeekday, Rule
from addressee.timing.weekdays import ORDER

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

MACROS: Mapping[str, str] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}

# Sunday is 0, and 7.
WEEKDAYS = ("sun", *ORDER)


def cron(text: str) -> tuple[Rule, ...]:
    """Returns the rules of five fields. Raises TimingError for what is none.

    Where the hour is open, hours are those that pass. Where both the day of the month and the weekday are given, either
    will do.
    """
    fields = text.lower().split()
    if len(fields) != 5:
        raise TimingError("cron has five fields: minute, hour, day of the month, month, weekday")
    minutes = values(fields[0], "minute", 0, 59) or tuple(range(60))
    hours = values(fields[1], "hour", 0, 23)
    month_days = values(fields[2], "day of the month", 1, 31)
    months = values(fields[3], "month", 1, 12, MONTHS, 1)
    days = tuple(NthWeekday(ORDER[(number - 1) % 7]) for number in values(fields[4], "weekday", 0, 7, WEEKDAYS))
    frequency = Frequency.DAILY if hours else Frequency.HOURLY

    def rule(month_days: tuple[int, ...], weekdays: tuple[NthWeekday, ...]) -> Rule:
        return Rule(
            frequency=frequency,
            months=months,
            month_days=month_days,
            weekdays=weekdays,
            hours=hours,
            minutes=minutes,
        )

    if month_days and days:
        return rule(month_days, ()), rule((), days)
    return (rule(month_days, days),)


def values(field: str, name: str, least: int, most: int, names: Sequence[str] = (), first: int = 0) -> tuple[int, ...]:
    """Returns the numbers that a field stands for, in order; none for a field that is open."""
    if field in {"*", "?"}:
        return ()
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        width = number(step, name, 1, most) if slash else 1
        if span == "*":
            start, end = least, most
        else:
            low, dash, high = span.partition("-")
            start = named(low, name, least, most, names, first)
            end = named(high, name, least, most, names, first) if dash else most if slash else start
        if end < start:
            raise TimingError(f"{part!r} is no range of cron's field {name!r}: it must not run backwards")
        found |= set(range(start, end + 1, width))
    return tuple(sorted(found))


def named(text: str, name: str, least: int, most: int, names: Sequence[str], first: int) -> int:
    if text in names:
        return names.index(text) + first
    return number(text, name, least, most)


def number(text: str, name: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text[:9]) <= most:
        raise TimingError(f"{text!r} is no number from {least} to {most}, as cron's field {name!r} has")
    return int(text)
