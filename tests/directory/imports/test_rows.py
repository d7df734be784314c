"""Rows of files."""

import pytest

from addressee.directory.edits.recipients import Identify
from addressee.directory.imports.rows import BadRow, Row, UnusableFileError, csv_rows, json_rows


def test_a_row_of_csv_has_the_columns_of_the_first_line() -> None:
    lines = ["id, email,plan\n", 'ada,ada@example.com,"pro, yearly"\n', "\n", "bob,,\n"]
    assert list(csv_rows(lines)) == [
        Row(2, "ada", Identify({"email": "ada@example.com"}, {"plan": "pro, yearly"})),
        Row(4, "bob", Identify({}, {})),
    ]


def test_a_cell_may_have_several_lines() -> None:
    rows = list(csv_rows(["id,note\n", 'ada,"one\n', 'two"\n', "bob,x\n"]))
    assert [(row.line, row.id) for row in rows] == [(3, "ada"), (4, "bob")]


def test_a_row_with_other_cells_than_columns_is_a_bad_one() -> None:
    assert list(csv_rows(["id,email\n", "ada\n", "bob,x,y\n", "eve,\n"])) == [
        BadRow(2, "", "it has 1 cells where there are 2 columns"),
        BadRow(3, "", "it has 3 cells where there are 2 columns"),
        Row(4, "eve", Identify({}, {})),
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "The first line must name the columns, one of them id."),
        (["email\n"], "The first line must name the columns, one of them id."),
        (["id,email,email\n"], "The column 'email' is there twice."),
        (["id,,email\n"], "Column 2 has no name."),
        (["id\n", '"a"b\n'], "Line 2 is no CSV: ',' expected after '\"'."),
    ],
)
def test_a_file_of_which_no_row_can_be_read(lines: list[str], message: str) -> None:
    with pytest.raises(UnusableFileError) as error:
        list(csv_rows(lines))
    assert str(error.value) == message


def test_a_line_of_json_is_a_user() -> None:
    lines = ['{"id": "ada", "name": "Ada", "email": null, "plan": {"tier": 3}}\n', "\n", '{"id": "bob"}']
    assert list(json_rows(lines)) == [
        Row(1, "ada", Identify({"name": "Ada", "email": None}, {"plan": {"tier": 3}})),
        Row(3, "bob", Identify({}, {})),
    ]


@pytest.mark.parametrize("line", ["[1]", "ada", "{", '"ada"', "[" * 100_000, '{"id": "\\ud800"'])
def test_a_line_that_is_no_json_object_is_a_bad_row(line: str) -> None:
    assert list(json_rows([line])) == [BadRow(1, "", "it is no JSON object")]


@pytest.mark.parametrize("id", ["null", "[]", '""', '"\\u0000"', f'"{"x" * 300}"'])
def test_a_row_needs_an_id_that_can_be_one(id: str) -> None:
    (row,) = json_rows([f'{{"id": {id}}}'])
    assert isinstance(row, BadRow)
    assert row.reason.startswith("id ")


def test_a_line_has_a_limit() -> None:
    assert list(json_rows([f'{{"id": "ada", "x": "{"x" * 500_000}"}}'])) == [
        BadRow(1, "", "it has more than 500,000 characters")
    ]
