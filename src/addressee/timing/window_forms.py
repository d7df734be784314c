"""The forms in which windows are written, read into `Windows`.

    {timezone: recipient, open: [{days: weekdays, from: "08:00", until: "20:00"}]}      ours
    [{day: monday, type: send, from: "09:00:00", until: "18:00:00"},                    Knock's: each day of the week
     {day: sunday, type: do_not_send}, …]
    {windows: [{frequency: weekly, weekdays: [mo, we], stime: "09:00", etime: "17:00"}],    SuprSend's time windows
     tz_selection: fixed, tz_fixed: Europe/Berlin}

A time zone is a name, `recipient` (which is also meant by none) or `tenant`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, TypeAlias, TypedDict

from addressee.directory.timezones import is_timezone
from addressee.timing.errors import TimingError
from addressee.timing.local_time import time_of_day
from addressee.timing.rule_forms import WORKING_WEEK, month_days, nth_weekdays
from addressee.timing.weekdays import ORDER, Weekday, weekday, weekdays
from addressee.timing.windows import Window, Windows

# Windows in a file or in data.
WindowsForm: TypeAlias = list[dict[str, Any]] | dict[str, Any]

RECIPIENT = "recipient"
TENANT = "tenant"

MAX_WINDOWS = 50

FREQUENCIES = ("daily", WORKING_WEEK, "weekly", "monthly")

FORMS = 'windows are an object like {open: [{days: weekdays, from: "08:00", until: "20:00"}]}, or a list of seven days'


def windows(value: Any) -> Windows:
    """Returns windows in any of their forms. Raises TimingError for what is none, or never open."""
    match value:
        case list() | tuple():
            return Windows(windows=of_days(value))
        case {"open": opened, **rest}:
            check_fields(rest, {"timezone"}, "windows have")
            return Windows(windows=spans(opened), zone=zone_named(rest.get("timezone")))
        case {"windows": given, **rest}:
            check_fields(rest, {"timezone", "tz_selection", "tz_fixed"}, "windows have")
            return Windows(windows=tuple(map(of_frequency, checked_list(given))), zone=zone_of_selection(rest))
    raise TimingError(FORMS)


def spans(value: Any) -> tuple[Window, ...]:
    """Returns windows as a list of days with times."""
    return tuple(map(span, checked_list(value)))


def span(value: Any) -> Window:
    given = checked_object(value, {"days", "from", "until"})
    days = weekdays(given["days"]) if "days" in given else ()
    return Window(days=() if days == ORDER else days, **times(given.get("from"), given.get("until")))


def of_days(value: Any) -> tuple[Window, ...]:
    """Returns windows as a list with an entry for each day of the week."""
    entries = [checked_object(each, {"day", "type", "from", "until"}) for each in checked_list(value)]
    named: list[Weekday] = [weekday(each.get("day")) for each in entries]
    if sorted(named) != sorted(ORDER):
        raise TimingError("a list of windows has an entry for each of the seven days of the week, once")
    found = []
    for day, entry in zip(named, entries, strict=True):
        kind = entry.get("type", "send")
        if kind not in ("send", "do_not_send"):
            raise TimingError("the type of a window is send or do_not_send")
        if kind == "send":
            found.append(Window(days=(day,), **times(entry.get("from"), entry.get("until"))))
    if not found:
        raise TimingError("these windows are never open: no day is of type send")
    return tuple(found)


def of_frequency(value: Any) -> Window:
    given = checked_object(value, {"frequency", "stime", "etime", "weekdays", "monthdays"})
    frequency = given.get("frequency", "daily")
    at = times(given.get("stime"), given.get("etime"))
    match frequency:
        case "daily":
            return Window(**at)
        case "weekly":
            return Window(days=weekdays(given.get("weekdays") or []), **at)
        case "monthly":
            monthdays = given.get("monthdays")
            if not monthdays:
                raise TimingError("a monthly window has monthdays")
            return Window(month_days=month_days(monthdays), nth_days=nth_weekdays(monthdays), **at)
    if frequency != WORKING_WEEK:
        raise TimingError(f"the frequency of a window is one of {', '.join(FREQUENCIES)}")
    return Window(days=weekdays("weekdays"), **at)


class Times(TypedDict):
    """The times of day at which a window begins and ends."""

    start: time
    end: time


def times(start: Any, end: Any) -> Times:
    """Returns the times of a window; what is not given is the beginning or the end of the day."""
    return Times(
        start=time() if start is None else time_of_day(start),
        end=time() if end in (None, "24:00", "24:00:00") else time_of_day(end),
    )


def checked_list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_WINDOWS:
        raise TimingError(f"windows are a list of 1 to {MAX_WINDOWS} objects")
    return list(value)


def checked_object(value: Any, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TimingError(f"a window is an object with {', '.join(sorted(known))}")
    check_fields(value, known, "a window has")
    return value


def check_fields(value: Mapping[Any, Any], known: set[str], has: str) -> None:
    if unknown := sorted(map(str, value.keys() - known)):
        raise TimingError(f"{has} no {unknown[0]!r}; {has} {', '.join(sorted(known))}")


def zone_of_selection(value: Mapping[Any, Any]) -> str | None:
    if "timezone" in value:
        return zone_named(value["timezone"])
    if value.get("tz_selection") == RECIPIENT:
        return None
    return zone_named(value.get("tz_fixed") or "Etc/UTC")


def zone_named(value: Any) -> str | None:
    """Returns the name of a zone, None for the recipient's."""
    if value in (None, RECIPIENT):
        return None
    if value != TENANT and not (isinstance(value, str) and is_timezone(value)):
        message = "must be recipient, tenant, or a name of the IANA time zone database, like Europe/Berlin"
        raise TimingError(f"a time zone {message}")
    return str(value)
