"""Imports of users."""

from collections.abc import Iterator

import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.imports import imports as importing
from addressee.directory.imports.imports import Imports, TooManyRefusedError
from addressee.directory.imports.rows import AnyRow, UnusableFileError, json_rows
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.bulk import BulkOperation
from tests.conftest import Environment


@pytest.fixture
def directory(pool: Pool) -> Directory:
    return Directory(pool)


@pytest.fixture
def imports(directory: Directory) -> Imports:
    return Imports(directory.pool, directory.writer, directory.clock)


def people(*ids: str) -> Iterator[AnyRow]:
    return json_rows([f'{{"id": "{id}", "email": "{id}@example.com", "plan": "pro"}}' for id in ids])


async def stored(directory: Directory, environment: Environment) -> BulkOperation:
    (listed,) = (await directory.list_bulk_operations(environment.id, PageRequest(10))).entries
    found = await directory.find_bulk_operation(environment.id, listed.id)
    assert found is not None
    return found


async def test_the_users_of_rows_are_identified(
    imports: Imports, directory: Directory, environment: Environment
) -> None:
    heard: list[int] = []
    operation = await imports.run(environment.id, people("ada", "bob"), lambda so_far: heard.append(so_far.total))
    assert (operation.total, operation.failures, operation.status) == (2, (), "completed")
    assert await stored(directory, environment) == operation
    assert heard == [2]
    ada = await directory.read(Place(environment.id, USERS, "ada"))
    assert ada is not None
    assert (ada.attributes, ada.properties) == ({"email": "ada@example.com"}, {"plan": "pro"})


async def test_what_a_row_does_not_say_stays_and_again_changes_nothing(
    imports: Imports, directory: Directory, environment: Environment
) -> None:
    await imports.run(environment.id, json_rows(['{"id": "ada", "team": "red"}']), lambda _: None)
    await imports.run(environment.id, people("ada"), lambda _: None)
    ada = await directory.read(Place(environment.id, USERS, "ada"))
    assert ada is not None
    assert ada.properties == {"team": "red", "plan": "pro"}
    await imports.run(environment.id, people("ada"), lambda _: None)
    assert await directory.read(Place(environment.id, USERS, "ada")) == ada


async def test_refused_rows_are_told_with_their_lines_and_stop_nothing(
    imports: Imports, directory: Directory, environment: Environment
) -> None:
    lines = ['{"id": "ada", "email": 5}', "nonsense", '{"id": "bob"}', '{"id": "eve", "timezone": "Mars"}']
    operation = await imports.run(environment.id, json_rows(lines), lambda _: None)
    assert operation.total == 4
    assert [(failure.id, failure.message.split(" ")[:3]) for failure in operation.failures] == [
        ("ada", ["line", "1:", "email"]),
        ("", ["line", "2:", "it"]),
        ("eve", ["line", "4:", "timezone"]),
    ]
    assert await stored(directory, environment) == operation
    assert await directory.read(Place(environment.id, USERS, "bob")) is not None


async def test_an_import_stops_when_too_many_rows_are_refused(
    imports: Imports, directory: Directory, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(importing, "MAX_REFUSED", 2)
    with pytest.raises(TooManyRefusedError) as error:
        await imports.run(environment.id, json_rows(['{"id": "ada"}', "x", "x", "x", '{"id": "bob"}']), lambda _: None)
    assert str(error.value) == "3 of 4 rows were refused."
    operation = await stored(directory, environment)
    assert (operation.total, len(operation.failures), operation.status) == (4, 3, "failed")
    assert await directory.read(Place(environment.id, USERS, "ada")) is not None
    assert await directory.read(Place(environment.id, USERS, "bob")) is None


async def test_an_import_whose_file_breaks_has_failed_and_keeps_what_is_stored(
    imports: Imports, directory: Directory, environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> Iterator[AnyRow]:
        yield from people("ada")
        raise UnusableFileError("Line 3 is no CSV.")

    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 1)
    with pytest.raises(UnusableFileError):
        await imports.run(environment.id, rows(), lambda _: None)
    operation = await stored(directory, environment)
    assert (operation.total, operation.status) == (1, "failed")
