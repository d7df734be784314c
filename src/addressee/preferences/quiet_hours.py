"""Quiet hours: when a recipient is not to be disturbed (engine.md §4.9). Pure.

    {enabled?: true | false, timezone?: zone, windows: [{days?, from, until}], action?: hold | skip,
     except?: [category], hold_max?: duration}

They are one value of a preference set: whoever writes them writes them as a whole, and those of a higher layer replace
those of a lower one. A message of the categories in `except` is sent all the same. What is held is released when they
end, or given up after `hold_max`, which is a day by default.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec

from addressee.directory.documents import below, check_text
from addressee.directory.edits.preference_sets import QUIET_HOURS
from addressee.directory.errors import RefusedError
from addressee.timing.durations import DAY, MINUTE, WEEK, duration
from addressee.timing.errors import TimingError
from addressee.timing.window_forms import spans, zone_named
from addressee.timing.windows import Windows

NAMES = ("enabled", "timezone", "windows", "action", "except", "hold_max")

Action = Literal["hold", "skip"]

MAX_HOLD = WEEK
MAX_CATEGORIES = 100


class QuietHours(msgspec.Struct, frozen=True):
    """Quiet hours that are enabled."""

    windows: Windows
    action: Action = "hold"
    exempt: frozenset[str] = frozenset()
    hold_max: timedelta = DAY


def quiet_hours(value: Any, field: str = QUIET_HOURS) -> QuietHours | None:
    """Returns quiet hours, None when they are not enabled. Raises RefusedError unless they are well-formed."""
    if not isinstance(value, dict):
        raise RefusedError("type", field, f"{field} must be an object.")
    for name in value:
        if name not in NAMES:
            raise RefusedError("name", below(field, name), f"{field} has no {name!r}; it has {', '.join(NAMES)}.")
    enabled = value.get("enabled", True)
    if not isinstance(enabled, bool):
        raise RefusedError("type", below(field, "enabled"), f"{below(field, 'enabled')} must be true or false.")
    if "windows" not in value and not enabled:
        return None
    found = QuietHours(
        windows_in(value, field),
        action_in(value, field),
        exempt_in(value, field),
        hold_max_in(value, field),
    )
    return found if enabled else None


def windows_in(value: dict[str, Any], field: str) -> Windows:
    at = below(field, "windows")
    if "windows" not in value:
        raise RefusedError("required", at, f"{at} is missing: say from when until when it is quiet.")
    try:
        windows = spans(value["windows"])
    except TimingError as error:
        raise RefusedError("windows", at, f"{at}: {error}.") from None
    at = below(field, "timezone")
    try:
        return Windows(windows=windows, zone=zone_named(value.get("timezone")))
    except TimingError as error:
        raise RefusedError("timezone", at, f"{at}: {error}.") from None


def action_in(value: dict[str, Any], field: str) -> Action:
    action = value.get("action", "hold")
    if action not in ("hold", "skip"):
        at = below(field, "action")
        raise RefusedError("action", at, f"{at} must be hold or skip.")
    return "skip" if action == "skip" else "hold"


def exempt_in(value: dict[str, Any], field: str) -> frozenset[str]:
    at, given = below(field, "except"), value.get("except", [])
    if not isinstance(given, list) or len(given) > MAX_CATEGORIES:
        raise RefusedError("type", at, f"{at} must be a list of up to {MAX_CATEGORIES} categories.")
    for category in given:
        check_text(category, at)
    return frozenset(given)


def hold_max_in(value: dict[str, Any], field: str) -> timedelta:
    at = below(field, "hold_max")
    if value.get("hold_max") is None:
        return DAY
    try:
        longest = duration(value["hold_max"])
    except TimingError as error:
        raise RefusedError("duration", at, f"{at}: {error}.") from None
    if not MINUTE <= longest <= MAX_HOLD:
        raise RefusedError("duration", at, f"{at} must be from a minute to {MAX_HOLD.days} days.")
    return longest
