"""SQL as it is read: parts, named parameters, and what a package finds."""

from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

import addressee
from addressee.database.pool import Pool
from addressee.database.queries import Statement, composed, load

SOURCE = Path(addressee.__path__[0])

# Folders with statements, by the name of their package.
PACKAGES = {
    ".".join(["addressee", *folder.parent.relative_to(SOURCE).parts]): folder for folder in SOURCE.rglob("queries")
}


class Row:
    def __init__(self, id: str, size: int | None) -> None:
        self.id = id
        self.size = size


def test_a_part_takes_the_place_of_the_line_that_names_it_as_deep_as_that_is() -> None:
    statement = "SELECT *\nFROM a\nWHERE b\n  -- part: rest\nORDER BY c\n"
    assert (
        composed(statement, {"rest": "AND d\n  AND e\n"})
        == "SELECT *\nFROM a\nWHERE b\n  AND d\n    AND e\nORDER BY c\n"
    )


def test_a_part_holds_parts() -> None:
    parts = {"outer": "AND (\n  -- part: inner\n)\n", "inner": "b\nOR c\n"}
    assert composed("WHERE a\n-- part: outer\n", parts) == "WHERE a\nAND (\n  b\n  OR c\n)\n"


def test_a_statement_without_parts_is_as_it_is_written() -> None:
    assert composed("SELECT 1 -- part: none\n", {}) == "SELECT 1 -- part: none\n"


def test_a_part_that_is_not_there_is_missed() -> None:
    with pytest.raises(KeyError, match="rest"):
        composed("-- part: rest\n", {})


def test_parameters_are_numbered_in_the_order_of_their_first_use() -> None:
    statement = Statement("SELECT :b::text, :a WHERE :b > ''")
    assert statement(a=1, b="two") == ("SELECT $1::text, $2 WHERE $1 > ''", "two", 1)


def test_a_column_of_rows_is_an_array() -> None:
    statement = Statement("SELECT * FROM unnest(:rows.id::text[], :rows.size.real::int[]) WHERE :limit > 0")
    assert statement(rows=[Row("a", 1), Row("b", 2)], limit=9) == (
        "SELECT * FROM unnest($1::text[], $2::int[]) WHERE $3 > 0",
        ["a", "b"],
        [1, 2],
        9,
    )


def test_a_column_without_any_value_is_null() -> None:
    statement = Statement("SELECT * FROM unnest(:rows.id, :rows.size)")
    without = [Row("a", None), Row("b", None)]
    assert statement(rows=without) == ("SELECT * FROM unnest($1, $2)", ["a", "b"], None)
    assert statement(rows=[*without, Row("c", 1)]) == ("SELECT * FROM unnest($1, $2)", ["a", "b", "c"], [None, None, 1])
    assert statement(rows=[]) == ("SELECT * FROM unnest($1, $2)", [], [])


def test_colons_in_texts_comments_and_casts_name_nothing() -> None:
    text = "-- as :this\nSELECT ':that', now()::text"
    assert Statement(text)() == (text,)


@pytest.mark.parametrize("values", [{}, {"a": 1, "b": 2}, {"b": 2}])
def test_values_must_be_those_of_the_parameters(values: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="parameters that differ: (a|b|a, b)$"):
        Statement("SELECT :a")(**values)


def test_a_package_finds_its_own_statements_and_those_of_the_packages_around_it() -> None:
    room, sub_room = load("addressee.directory"), load("addressee.directory.reading")
    assert room["read_recipients"].text == sub_room["read_recipients"].text
    assert "list_recipients" in sub_room
    assert "list_recipients" not in room


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_statement_is_used_by_its_package_and_every_part_by_a_statement(package: str) -> None:
    folder = PACKAGES[package]
    code = "".join(file.read_text() for file in folder.parent.rglob("*.py"))
    # Parts of the database's own are everybody's.
    users = folder.parents[1] if package == "addressee.database" else folder.parent
    statements = "".join(file.read_text() for file in users.rglob("queries/**/*.sql"))
    names = {file.stem for file in folder.glob("*.sql")}
    assert {name for name in names - BUILT if f'"{name}"' not in code} == set()
    assert {file.stem for file in folder.glob("parts/*.sql") if f"-- part: {file.stem}\n" not in statements} == set()


async def test_every_statement_names_the_schema_of_its_tables(pool: Pool) -> None:
    """A role that is called like the schema would find them without; others would not."""
    statements = {statement.text for package in PACKAGES for statement in load(package).values()}
    lost = []
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL search_path = pg_catalog")
        for text in sorted(statements):
            # The one that makes the schema is several statements, which no prepared one is.
            with suppress(asyncpg.PostgresSyntaxError):
                try:
                    async with connection.transaction():
                        await connection.prepare(text)
                except (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError) as error:
                    lost.append(str(error))
    assert lost == []


# Statements whose names are put together.
BUILT = {
    "cancel_batch_items_of_run",
    "cancel_recipient_runs_of_run",
    "hold_batches_to_cancel_of_run",
    "hold_runs_to_cancel_of_run",
    "list_subscribed_objects_among",
    "list_subscribers_among",
    "lock_runs_to_cancel_of_run",
}
