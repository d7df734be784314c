"""Times of steps in words: durations, windows of the week, recurring rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

from addressee.timing.durations import UNITS
from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import RuleForm, recurrence
from addressee.timing.rules import Frequency, NthWeekday, Recurrence, Rule
from addressee.timing.weekdays import ORDER, Weekday
from addressee.timing.windows import Window, Windows

PERIODS = {
    Frequency.MINUTELY: "minute",
    Frequency.HOURLY: "hour",
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}

DURATION_UNITS = ("day", "hour", "minute", "second")


def duration_words(length: timedelta) -> str:
    """Returns how long a duration is, without its sign: `2 hours 30 minutes`."""
    seconds = int(abs(length).total_seconds())
    parts = []
    for name in DURATION_UNITS:
        count, seconds = divmod(seconds, int(UNITS[name].total_seconds()))
        if count:
            parts.append(counted(count, name))
    return " ".join(parts) or "0 seconds"


def counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def windows_words(windows: Windows) -> str:
    return f"{'; '.join(map(window_words, windows.windows))} ({zone_words(windows.zone)})"


def window_words(window: Window) -> str:
    nths = [nth_words(each) for each in window.nth_days]
    days = [*day_ranges(window.days), *map(month_day_words, window.month_days), *nths]
    named = ", ".join(days) or "every day"
    if window.start == window.end == time():
        return named
    end = "24:00" if window.end == time() else f"{window.end:%H:%M}"
    return f"{named} {window.start:%H:%M}–{end}"


def day_ranges(days: Sequence[Weekday]) -> list[str]:
    """Returns days of the week, those in a row as a range."""
    places = sorted({ORDER.index(day) for day in days})
    ranges: list[list[int]] = []
    for place in places:
        if ranges and ranges[-1][-1] == place - 1:
            ranges[-1].append(place)
        else:
            ranges.append([place])
    return [name_of(each[0]) if len(each) == 1 else f"{name_of(each[0])}–{name_of(each[-1])}" for each in ranges]


def name_of(place: int) -> str:
    return ORDER[place].capitalize()


def month_day_words(day: int) -> str:
    return f"day {day}" if day > 0 else ("the last day" if day == -1 else f"day {-day} from the end")


def nth_words(each: NthWeekday) -> str:
    day = each.day.capitalize()
    if each.nth == 0:
        return day
    return f"last {day}" if each.nth == -1 else f"{day} number {each.nth}"


def zone_words(zone: str | None) -> str:
    if zone is None:
        return "recipient's time zone"
    return "tenant's time zone" if zone == "tenant" else zone


def rule_form_words(form: RuleForm) -> str:
    try:
        return recurrence_words(recurrence(form))
    except TimingError:
        return str(form)


def recurrence_words(recurring: Recurrence) -> str:
    return f"{' and '.join(map(rule_words, recurring.rules))} ({zone_words(recurring.zone)})"


def rule_words(rule: Rule) -> str:
    period = PERIODS[rule.frequency]
    words = [f"every {period}" if rule.interval == 1 else f"every {rule.interval} {period}s"]
    days = [*map(nth_words, rule.weekdays), *map(month_day_words, rule.month_days)]
    if days:
        words.append(f"on {', '.join(days)}")
    if rule.months:
        words.append(f"in months {', '.join(map(str, rule.months))}")
    if rule.hours:
        times = [f"{hour:02}:{minute:02}" for hour in rule.hours for minute in rule.minutes or (0,)]
        words.append(f"at {', '.join(times)}")
    elif rule.minutes:
        words.append(f"at minute {', '.join(map(str, rule.minutes))}")
    return " ".join(words)
