"""Time zones by name: which of several applies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from addressee.directory.timezones import is_timezone

FALLBACK = "Etc/UTC"


class ChosenZone(NamedTuple):
    """The zone that applies, and the names before it that are in no time zone database."""

    zone: ZoneInfo
    unknown: tuple[str, ...] = ()


def choose_zone(*names: Any) -> ChosenZone:
    """Returns the first of these zones that there is, else UTC. None stands for a zone that was not given."""
    unknown: list[str] = []
    for name in given(names):
        if is_timezone(name):
            return ChosenZone(ZoneInfo(name), tuple(unknown))
        unknown.append(name)
    return ChosenZone(ZoneInfo(FALLBACK), tuple(unknown))


def given(names: tuple[Any, ...]) -> Iterator[str]:
    """Yields names that are texts: what others store as a zone may be anything."""
    yield from (name for name in names if isinstance(name, str) and name)


def zone_of(*names: str | None) -> ZoneInfo:
    """Returns the first of these zones that is in the time zone database, else UTC."""
    return choose_zone(*names).zone


def zone_named(name: str | None) -> ZoneInfo | None:
    """Returns the zone, None when it is not in the time zone database."""
    return ZoneInfo(name) if name is not None and is_timezone(name) else None
