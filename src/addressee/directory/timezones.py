"""Time zone names of the IANA database, aliases included, independent of the machine's own files."""

from __future__ import annotations

from functools import cache
from importlib import resources

# The database's entry for a zone that was never set.
PLACEHOLDER = "Factory"


def is_timezone(name: str) -> bool:
    return name in names()


@cache
def names() -> frozenset[str]:
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split()) - {PLACEHOLDER}
