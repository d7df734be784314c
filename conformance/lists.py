"""The lists of docs/conformance.md, which are read from that page: whoever edits one edits the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path("docs/conformance.md")

LEFT_OUT = "Left out"
REPLACED = "Replaced"
REFUSED = "Refused"

FORMS = ("method", "raw_response", "streaming_response")


@dataclass(frozen=True, slots=True)
class Lists:
    """What the page says of a suite; of what it does not say there is nothing.

    `left_out` are files of the suite. `replaced` are texts in its files, with what takes their place. `refused` are
    operations (`test_users.py merge`) with their status.
    """

    left_out: frozenset[str]
    replaced: Mapping[str, str]
    refused: Mapping[str, int]


def read_lists(page: str, section: str) -> Lists:
    """Raises ValueError for a row without its reason."""
    [text] = parts(page, "##", section)
    return Lists(
        left_out=frozenset(cells[0] for cells in rows(text, LEFT_OUT, 2)),
        replaced={cells[0]: cells[1] for cells in rows(text, REPLACED, 3)},
        refused={cells[0]: int(cells[1]) for cells in rows(text, REFUSED, 3)},
    )


def parts(text: str, level: str, heading: str) -> list[str]:
    """What stands below headings of this level and these words."""
    found = re.split(rf"^{level} (.*)\n", text, flags=re.MULTILINE)
    return [part for words, part in zip(found[1::2], found[2::2], strict=True) if words == heading]


def rows(text: str, heading: str, columns: int) -> Iterator[list[str]]:
    """The rows of the table below a heading, without the table's head."""
    for part in parts(text, "###", heading):
        for line in part.splitlines():
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
