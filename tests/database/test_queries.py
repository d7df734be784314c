"""How a room's SQL is read."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from addressee.database.queries import composed, load

ROOMS = ["addressee.database", "addressee.directory", "addressee.messaging", "addressee.preferences"]


def test_a_part_takes_the_place_of_the_line_that_names_it_as_deep_as_that_is() -> None:
    statement = "SELECT *\nFROM a\nWHERE b\n  -- part: rest\nORDER BY c\n"
    assert (
        composed(statement, {"rest": "AND d\n  AND e\n"})
        == "SELECT *\nFROM a\nWHERE b\n  AND d\n    AND e\nORDER BY c\n"
    )


def test_a_statement_without_parts_is_as_it_is_written() -> None:
    assert composed("SELECT 1 -- part: none\n", {}) == "SELECT 1 -- part: none\n"


def test_a_part_that_is_not_there_is_missed() -> None:
    with pytest.raises(KeyError, match="rest"):
        composed("-- part: rest\n", {})


@pytest.mark.parametrize("room", ROOMS)
def test_every_part_of_a_room_is_used_and_nothing_is_left_to_replace(room: str) -> None:
    [folder] = import_module(room).__path__
    named = {
        name
        for file in Path(folder, "queries").glob("*.sql")
        for name in re.findall(r"^ *-- part: (\w+)$", file.read_text(), re.MULTILINE)
    }
    assert named == {file.stem for file in Path(folder, "queries", "parts").glob("*.sql")}
    assert not [name for name, statement in load(room).items() if "-- part:" in statement]
