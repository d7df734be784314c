"""The forms in which rules are written, read into a `Recurrence`.

{frequency: weekly, days: [mon, thu], hours: 9, minutes: 30}        Knock's
{frequency: monthly, day_of_month: 31, hours: 9}                    Knock's; the last day of shorter months
{frequency: weekly, interval: 2, weekdays: [mo], time: "09:00",     SuprSend's; `days` are as good as `weekdays`
 dtstart: "2024-08-01T10:00:00", tz_selection: recipient}
{frequency: monthly, monthdays: [{pos: 1, day: mo}]}                SuprSend's: the first Monday
FREQ=WEEKLY;BYDAY=MO;BYHOUR=9                                       RFC 5545, with DTSTART before it if need be
0 9 * * mon-fri                                                     five fields of cron
{cron: "0 9 * * *", tz: Europe/Amsterdam}, {rrule: "FREQ=…"}        a text with a zone of its own
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from addressee.directory.timezones import is_timezone
from addressee.timing.cron import cron
from addressee.timing.errors import TimingError
from addressee.timing.local_time import time_of_day
from addressee.timing.rrule import rrule
from addressee.timing.rules import MAX_INTERVAL, Frequency, NthWeekday, Recurrence, Rule
from addressee.timing.weekdays import weekday, weekdays

# A rule in a file or in data.
RuleForm: TypeAlias = str | dict[str, Any]

ZONES = ("tz", "timezone", "tz_fixed")
FIELDS = frozenset(
    (
        *("frequency", "interval", "days", "weekdays", "day_of_month", "monthdays"),
        *("hours", "minutes", "time", "dtstart", "tz_selection", *ZONES),
    )
)

# What stands for the zone of the run's recipient.
RECIPIENT = "recipient"

WORKING_WEEK = "weekly_mo2fr"
FREQUENCIES = (*Frequency, WORKING_WEEK)

MAX_MONTHDAYS = 31

FORMS = "a rule is an object with a frequency, an RRULE of RFC 5545, or five fields of cron"


def recurrence(value: Any) -> Recurrence:
    """Returns what falls due by a rule in any of its forms. Raises TimingError for what is none."""
    match value:
        case str():
            return Recurrence(rules=text_rules(value))
        case {"cron": str(text), **rest} | {"rrule": str(text), **rest}:
            check_fields(rest, {*ZONES, "tz_selection"})
            return Recurrence(rules=text_rules(text), zone=zone_in(value))
        case dict():
            return Recurrence(rules=object_rules(value), zone=zone_in(value))
    raise TimingError(FORMS)


def text_rules(text: str) -> tuple[Rule, ...]:
    if "FREQ=" in text.upper():
        return (rrule(text),)
    if len(text.split()) == 5:
        return cron(text)
    raise TimingError(FORMS)


def object_rules(value: Mapping[str, Any]) -> tuple[Rule, ...]:
    check_fields(value, FIELDS)
    name = value.get("frequency")
    if not isinstance(name, str) or name not in FREQUENCIES:
        raise TimingError(f"the frequency of a rule is one of {', '.join(FREQUENCIES)}")
    frequency = Frequency.WEEKLY if name == WORKING_WEEK else Frequency(name)
    days = value.get("weekdays", value.get("days", ()))
    if name == WORKING_WEEK:
        days = "weekdays"
    hours, minutes = clock(value, frequency)
    rule = Rule(
        frequency=frequency,
        interval=number(value.get("interval", 1), "interval", 1, MAX_INTERVAL),
        weekdays=tuple(map(NthWeekday, weekdays(days))) if days else (),
        month_days=of_month(value),
        hours=hours,
        minutes=minutes,
        starts=None if value.get("dtstart") is None else instant_or_local(value["dtstart"]),
        clips=True,
    )
    nths = nth_weekdays(value.get("monthdays") or ())
    if not nths:
        return (rule,)
    # A day of the month and a weekday of it are alternatives here, where one rule would need both.
    by_weekday = msgspec.structs.replace(rule, month_days=(), weekdays=nths)
    return (rule, by_weekday) if rule.month_days else (by_weekday,)


def check_fields(value: Mapping[Any, Any], known: Set[str]) -> None:
    if unknown := sorted(map(str, value.keys() - known)):
        raise TimingError(f"a rule has no {unknown[0]!r}; it has {', '.join(sorted(known))}")


def clock(value: Mapping[str, Any], frequency: Frequency) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the hours and the minutes of a rule; those that pass by the minute have neither, by the hour no hours."""
    hour, minute = value.get("hours", 0), value.get("minutes", 0)
    if (text := value.get("time")) is not None:
        at = time_of_day(text)
        hour, minute = at.hour, at.minute
    hours, minutes = (number(hour, "hours", 0, 23),), (number(minute, "minutes", 0, 59),)
    match frequency:
        case Frequency.MINUTELY:
            return (), ()
        case Frequency.HOURLY:
            return (), minutes
    return hours, minutes


def of_month(value: Mapping[str, Any]) -> tuple[int, ...]:
    days = [value["day_of_month"]] if value.get("day_of_month") is not None else []
    return (*(number(day, "a day of the month", -31, 31) for day in days), *month_days(value.get("monthdays") or ()))


def month_days(value: Any) -> tuple[int, ...]:
    return tuple(number(pos, "a day of the month", -31, 31) for pos, day in monthdays(value) if not day)


def nth_weekdays(value: Any) -> tuple[NthWeekday, ...]:
    return tuple(
        NthWeekday(weekday(day), number(pos, "pos of a weekday", -5, 5)) for pos, day in monthdays(value) if day
    )


def monthdays(value: Any) -> list[tuple[Any, Any]]:
    """Returns the positions and the days of a list in SuprSend's form."""
    if not isinstance(value, list | tuple) or len(value) > MAX_MONTHDAYS:
        raise TimingError(f"monthdays are a list of up to {MAX_MONTHDAYS} objects like {{pos: 1, day: mo}}")
    for each in value:
        if not isinstance(each, dict) or not {"pos"} <= each.keys() <= {"pos", "day"}:
            raise TimingError("an entry of monthdays has a pos, and a day unless it is a day of the month")
    return [(each["pos"], each.get("day")) for each in value]


def number(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most or (least < 0 and not value):
        raise TimingError(f"{name} must be a whole number from {least} to {most}")
    return value


def instant_or_local(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise TimingError(f"{value!r} is no time like 2024-08-01T10:00:00") from None


def zone_in(value: Mapping[str, Any]) -> str | None:
    """Returns the zone that a rule or a window names for itself, None for that of the recipient."""
    named = next((value[name] for name in ZONES if value.get(name)), None)
    if value.get("tz_selection") == RECIPIENT or named == RECIPIENT:
        return None
    if named is None and "tz_selection" in value:
        return "Etc/UTC"
    if named is not None and not (isinstance(named, str) and is_timezone(named)):
        raise TimingError(f"{named!r} is no name of the IANA time zone database, like Europe/Berlin")
    return named
