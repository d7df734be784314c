"""Reads a room's SQL: one statement a file in the room's `queries` folder, named by what it does.

What several statements share stands once, in the folder's `parts`: a line `-- part: name` is replaced by the part of
that name, as deep as the line is indented.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from textwrap import indent

PART = re.compile(r"^(?P<depth> *)-- part: (?P<name>\w+)$", re.MULTILINE)


@cache  # many modules of a room ask for the same folder when a process starts
def load(package: str) -> Mapping[str, str]:
    """The statements of `package`, by file name without `.sql`. Raises KeyError for a part that is not there."""
    folder = files(package) / "queries"
    parts = texts(folder / "parts")
    return {name: composed(text, parts) for name, text in texts(folder).items()}


def texts(folder: Traversable) -> Mapping[str, str]:
    """The SQL files of a folder, none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


def composed(statement: str, parts: Mapping[str, str]) -> str:
    return PART.sub(lambda line: indent(parts[line["name"]].rstrip("\n"), line["depth"]), statement)
