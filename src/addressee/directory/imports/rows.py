"""Rows of files that describe users: CSV with a line of names, or a JSON object a line. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from addressee.directory.documents import check_id
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError

ID = "id"

# What a row may name besides; all else are properties.
ATTRIBUTES = frozenset(
    {"name", "first_name", "last_name", "email", "phone_number", "avatar", "timezone", "locale", "created_at"}
)

# A cell, or a line of JSON, has no more characters.
MAX_LENGTH = 500_000


class UnusableFileError(Exception):
    """A file of which no row can be read. The message says what it must have."""


class Row(NamedTuple):
    """A user as a line of the file describes it. `line` counts from 1."""

    line: int
    id: str
    edit: Identify


class BadRow(NamedTuple):
    """A line that describes no user, and why. Its `id` is empty where it has none that can be one."""

    line: int
    id: str
    reason: str


AnyRow: TypeAlias = Row | BadRow


def csv_rows(lines: Iterable[str]) -> Iterator[AnyRow]:
    """Yields the rows of CSV. An empty cell says nothing: what is stored stays. Raises UnusableFileError."""
    csv.field_size_limit(MAX_LENGTH)
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UnusableFileError(f"The first line is no CSV: {error}.") from None
    if ID not in names:
        raise UnusableFileError("The first line must name the columns, one of them id.")
    if repeated := {name for name in names if names.count(name) > 1}:
        raise UnusableFileError(f"The column {min(repeated)!r} is there twice.")
    if "" in names:
        raise UnusableFileError(f"Column {names.index('') + 1} has no name.")
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnusableFileError(f"Line {reader.line_num} is no CSV: {error}.") from None
        if cells is None:
            return
        if len(cells) == len(names):
            yield row_of(reader.line_num, {name: cell for name, cell in zip(names, cells, strict=True) if cell})
        elif cells:
            yield BadRow(reader.line_num, "", f"it has {len(cells)} cells where there are {len(names)} columns")


def json_rows(lines: Iterable[str]) -> Iterator[AnyRow]:
    """Yields the rows of JSON lines. `null` takes a value away."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(line) > MAX_LENGTH:
            yield BadRow(number, "", f"it has more than {MAX_LENGTH:,} characters")
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            value = None
        yield row_of(number, value) if isinstance(value, dict) else BadRow(number, "", "it is no JSON object")


def row_of(line: int, given: Mapping[str, Any]) -> AnyRow:
    """Returns the row that a mapping of names and values describes."""
    try:
        id = check_id(given.get(ID), ID)
    except RefusedError as refusal:
        return BadRow(line, "", refusal.message)
    attributes = {name: value for name, value in given.items() if name in ATTRIBUTES}
    properties = {name: value for name, value in given.items() if name not in ATTRIBUTES and name != ID}
    return Row(line, id, Identify(attributes, properties))
