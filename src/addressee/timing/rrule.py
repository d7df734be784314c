"""Recurrence rules in the text of RFC 5545: FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=9."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from addressee.directory.timezones import is_timezone
from addressee.timing.errors import TimingError
from addressee.timing.rules import MAX_INTERVAL, PASSING, Frequency, NthWeekday, Rule
from addressee.timing.weekdays import weekday

START = re.compile(r"DTSTART(?:;(?:TZID=(?P<zone>[^:;]+)|VALUE=DATE(?:-TIME)?))*:(?P<at>\S+)", re.IGNORECASE)
DAY = re.compile(r"(?P<nth>[+-]?\d{1,2})?(?P<day>[A-Z]{2})")

MAX_NUMBERS = 366


def rrule(text: str) -> Rule:
    """Returns a rule, to the minute. Raises TimingError for what is none, or what is not known here."""
    starts = None
    if (start := START.search(text)) is not None:
        starts = zoned(local_or_instant(start["at"]), start["zone"])
        text = text[: start.start()] + text[start.end() :]
    parts = dict(part(each) for each in text.strip().upper().removeprefix("RRULE:").split(";") if each)
    if "COUNT" in parts:
        raise TimingError("rules here have no COUNT; end them by the time of the last one, like UNTIL=20261231T090000")
    if unknown := parts.keys() - PARTS.keys():
        raise TimingError(f"rules here have no {min(unknown)}; they have {', '.join(PARTS)}")
    if "FREQ" not in parts:
        raise TimingError("an RRULE has a FREQ, like FREQ=WEEKLY")
    if parts.get("WKST", "MO") != "MO":
        raise TimingError("weeks begin on Monday here: leave WKST out")
    read = {PARTS[name][0]: PARTS[name][1](value) for name, value in parts.items() if name != "WKST"}
    rule = Rule(starts=starts, **read)
    check(rule)
    return rule


def check(rule: Rule) -> None:
    """Raises TimingError for parts that do not go together."""
    has_nth = any(each.nth for each in rule.weekdays)
    if has_nth and rule.frequency not in {Frequency.MONTHLY, Frequency.YEARLY}:
        raise TimingError("BYDAY counts weekdays, like 1MO, in rules with FREQ=MONTHLY or FREQ=YEARLY only")
    if rule.frequency is Frequency.WEEKLY and rule.month_days:
        raise TimingError("a rule with FREQ=WEEKLY has no BYMONTHDAY")
    if rule.frequency in PASSING and rule.positions:
        raise TimingError("BYSETPOS goes with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    if rule.frequency is Frequency.MINUTELY and rule.minutes:
        raise TimingError("BYMINUTE goes with FREQ=HOURLY and above")


def part(text: str) -> tuple[str, str]:
    name, equals, value = text.strip().partition("=")
    if not equals or not value:
        raise TimingError(f"{text!r} is no part of an RRULE, like FREQ=WEEKLY")
    return name, value


def frequency(text: str) -> Frequency:
    try:
        return Frequency(text.lower())
    except ValueError:
        raise TimingError(f"FREQ is one of {', '.join(each.value.upper() for each in Frequency)}") from None


def numbers(least: int, most: int) -> Callable[[str], tuple[int, ...]]:
    def read(text: str) -> tuple[int, ...]:
        found = text.split(",")
        if len(found) > MAX_NUMBERS:
            raise TimingError("an RRULE has too many numbers")
        return tuple(number(each, least, most) for each in found)

    return read


def number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,4}", text) or not least <= int(text) <= most or (least < 0 and not int(text)):
        raise TimingError(f"{text!r} in an RRULE is no number from {least} to {most}")
    return int(text)


def days(text: str) -> tuple[NthWeekday, ...]:
    return tuple(map(nth_weekday, text.split(",")[:MAX_NUMBERS]))


def nth_weekday(text: str) -> NthWeekday:
    if (found := DAY.fullmatch(text)) is None:
        raise TimingError(f"{text!r} in BYDAY is no weekday, like MO or 1MO")
    return NthWeekday(weekday(found["day"]), 0 if found["nth"] is None else number(found["nth"], -53, 53))


def local_or_instant(text: str) -> datetime:
    """Returns a time in the basic or the extended format of ISO 8601."""
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise TimingError(f"{text!r} in an RRULE is no time, like 20240801T100000") from None


def zoned(at: datetime, zone: str | None) -> datetime:
    """Returns a time as an instant if its zone is given."""
    if zone is None or at.tzinfo is not None:
        return at
    if not is_timezone(zone):
        raise TimingError(f"{zone!r} is no name of the IANA time zone database, like Europe/Berlin")
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Each part with the field of `Rule` that it becomes, and how it is read.
PARTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "FREQ": ("frequency", frequency),
    "INTERVAL": ("interval", lambda text: number(text, 1, MAX_INTERVAL)),
    "BYMONTH": ("months", numbers(1, 12)),
    "BYMONTHDAY": ("month_days", numbers(-31, 31)),
    "BYDAY": ("weekdays", days),
    "BYHOUR": ("hours", numbers(0, 23)),
    "BYMINUTE": ("minutes", numbers(0, 59)),
    "BYSETPOS": ("positions", numbers(-366, 366)),
    "UNTIL": ("until", local_or_instant),
    "WKST": ("", str),
}
