"""Names of browsers, as people know them, from what browsers say of themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# The first that is found counts, as most say that they are like others.
BROWSERS: Sequence[tuple[str, str]] = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)

SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)

LONGEST_SHOWN = 60


def browser_name(user_agent: str) -> str:
    """Returns a name like `Firefox on Linux`; of a browser that is not known, the beginning of its own words."""
    browser = first_in(BROWSERS, user_agent)
    if browser is None:
        return user_agent[:LONGEST_SHOWN] or "An unknown browser"
    system = first_in(SYSTEMS, user_agent)
    return browser if system is None else f"{browser} on {system}"


def first_in(names: Sequence[tuple[str, str]], text: str) -> str | None:
    return next((name for mark, name in names if mark in text), None)
