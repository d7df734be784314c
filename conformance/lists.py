"""The two lists of docs/conformance.md, which are read from that page: whoever edits one edits the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs/conformance.md")

LEFT_OUT = "Left out"
REFUSED = "Refused"

FORMS = ("method", "raw_response", "streaming_response")


@dataclass(frozen=True, slots=True)
class Lists:
    """`left_out` are files of the suite; `refused` are operations (`test_users.py merge`) with their status."""

    left_out: frozenset[str]
    refused: Mapping[str, int]


def read_lists(page: str) -> Lists:
    """Raises ValueError for a row without its reason."""
    return Lists(
        left_out=frozenset(cells[0] for cells in rows(page, LEFT_OUT, 2)),
        refused={cells[0]: int(cells[1]) for cells in rows(page, REFUSED, 3)},
    )


def rows(page: str, heading: str, columns: int) -> Iterator[list[str]]:
    """The rows of the table below a heading, without the table's head."""
    section = re.split(r"^## ", page, flags=re.MULTILINE)
    [text] = [part for part in section if part.startswith(heading)]
    for line in text.splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if len(cells) != columns or not all(cells):
            raise ValueError(f"{PAGE}: this row needs {columns} cells: {line}")
        yield cells


def operation_of(file: str, function: str) -> str:
    """What a test is about, whichever form it takes: `test_users.py merge`."""
    for form in FORMS:
        function = function.removeprefix(f"test_{form}_")
    return f"{file} {function}"
