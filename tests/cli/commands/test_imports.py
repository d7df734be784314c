"""`addressee import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Finished, addressee

pytestmark = pytest.mark.usefixtures("database_url")


async def import_users(folder: Path, file: Path, *arguments: str) -> Finished:
    named = ("--environment", "development", "--data-dir", folder / "data")
    return await addressee("import", "users", file, *arguments, *named)


async def test_users_of_a_file_are_identified_and_refused_rows_told(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("\ufeffid,email\nada,ada@example.com\nbob\neve,\n", encoding="utf-8")
    told = await import_users(tmp_path, file)
    assert (told.code, told.output) == (
        1,
        "line 3: it has 1 cells where there are 2 columns\n2 users identified, 1 rows refused.\n",
    )
    assert told.errors == "3 rows, 1 refused\n"
    again = tmp_path / "people.txt"
    again.write_text('{"id": "ada", "plan": "pro"}\n')
    assert (await import_users(tmp_path, again, "--format", "json")).output == "1 users identified, 0 rows refused.\n"


async def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for name, content, message in (
        ("people.xml", b"<x>", "addressee: people.xml: say --format csv or --format json.\n"),
        ("people.csv", b"name\n", "addressee: people.csv: The first line must name the columns, one of them id.\n"),
        (
            "people.csv",
            b"id,name\nada,\xff\n",
            "addressee: people.csv is not in UTF-8; save it so, and import it again.\n",
        ),
    ):
        (tmp_path / name).write_bytes(content)
        told = await import_users(tmp_path, tmp_path / name)
        assert (told.code, told.errors) == (1, message)
