"""Reads a room's SQL: one statement a file in the room's `queries` folder, named by what it does."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache  # many modules of a room ask for the same folder when a process starts
def load(package: str) -> Mapping[str, str]:
    """The statements of `package`, by file name without `.sql`."""
    folder = files(package) / "queries"
    return {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
