"""The SQL of a package: one statement a file in its `queries` folder, named by what the statement does.

A statement names its parameters (`:environment_id`), as often as it needs them and in any order. `:rows.id` is the
column `id` of the rows that a call passes as `rows`, structs or records: an array, for `unnest`; null where it passes
None, and for a column without any value, which `unnest` fills up beside others. A column may lie deeper:
`:rows.place.id`.

What several statements share stands once, in `queries/parts`: a line `-- part: name` is replaced by the part of that
name, as deep as the line is indented; a part may hold others. What several packages of one room share stands in the
room's own `queries`, and parts that several rooms share stand here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter, itemgetter
from textwrap import indent
from typing import Any

from asyncpg import Record

PART = re.compile(r"^(?P<depth> *)-- part: (?P<name>\w+)$", re.MULTILINE)

# Comments, texts and casts are passed over: a colon means something else there.
PARAMETER = re.compile(r"--[^\n]*|'[^']*'|::|:(?P<name>[a-z_]+(?:\.[a-z_]+)*)")


class Statement:
    """A statement with named parameters. `text` is the SQL with numbered ones that the server gets."""

    __slots__ = ("_arguments", "_names", "text")

    def __init__(self, text: str) -> None:
        numbers: dict[str, int] = {}

        def numbered(found: re.Match[str]) -> str:
            name = found["name"]
            return found[0] if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

        self.text = PARAMETER.sub(numbered, text)
        self._arguments = tuple(map(argument, numbers))
        self._names = frozenset(name.partition(".")[0] for name in numbers)

    def __call__(self, **values: Any) -> tuple[Any, ...]:
        """Returns the text and its arguments: `await connection.fetch(*SQL["list_keys"](environment_id=1))`.

        Raises TypeError for a value that is missing or that the statement has no parameter for.
        """
        if values.keys() != self._names:
            raise TypeError(f"parameters that differ: {', '.join(sorted(values.keys() ^ self._names))}")
        return self.text, *(argument(values) for argument in self._arguments)


def argument(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """Returns the function that finds a parameter's value among those of a call."""
    rows, _, column = name.partition(".")
    if not column:
        return lambda values: values[name]
    of_struct, of_record = attrgetter(column), itemgetter(column)

    def cells(values: Mapping[str, Any]) -> list[Any] | None:
        found = values[rows]
        if found is None:
            return None
        all_cells = list(map(of_record if isinstance(next(iter(found), None), Record) else of_struct, found))
        # The driver looks at every cell of an array for long.
        return None if all_cells and has_no_value(all_cells) else all_cells

    return cells


def has_no_value(cells: Iterable[object]) -> bool:
    return all(cell is None for cell in cells)


@cache  # the modules of a package load the same folder
def load(package: str) -> Mapping[str, Statement]:
    """Returns the statements of a package and of those it is in, by file name without `.sql`.

    Raises KeyError for a part that is not there.
    """
    folders = [files(name) / "queries" for name in within(package)]
    parts = merged(texts(folder / "parts") for folder in (files(__package__) / "queries", *folders))
    return {name: Statement(composed(text, parts)) for name, text in merged(map(texts, folders)).items()}


def within(package: str) -> Iterable[str]:
    """Returns the packages that contain this one, without the top one, and itself."""
    names = package.split(".")
    return (".".join(names[:depth]) for depth in range(min(2, len(names)), len(names) + 1))


def merged(folders: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {name: text for folder in folders for name, text in folder.items()}


def texts(folder: Traversable) -> Mapping[str, str]:
    """Returns the SQL files of a folder; none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


def composed(statement: str, parts: Mapping[str, str]) -> str:
    return PART.sub(lambda line: indent(composed(parts[line["name"]], parts).rstrip("\n"), line["depth"]), statement)
