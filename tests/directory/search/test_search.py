"""Searches find by the beginning of ids, names and addresses what is stored now, and each recipient once."""

from __future__ import annotations

from typing import Any

import pytest

from addressee.database.paging import read_cursor
from addressee.database.pool import Pool
from addressee.database.sealing import Sealer
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Delete, Edit, Identify, RemoveAddress
from addressee.directory.recipient import USERS, Place
from addressee.directory.search.index import PAGE_SIZE, Indexer, IndexRecipients
from addressee.directory.search.search import Position
from addressee.directory.writing.writes import Write
from tests.conftest import Environment

BOTS = "bots"


@pytest.fixture
def directory(pool: Pool) -> Directory:
    return Directory(pool, sealer=lambda: Sealer(bytes(32)))


async def write(directory: Directory, environment: Environment, id: str, *edits: Edit, collection: str = USERS) -> None:
    await directory.write(Write(Place(environment.id, collection, id), edits))


def named(name: str, **attributes: Any) -> Identify:
    return Identify({"name": name, **attributes})


async def find(directory: Directory, environment: Environment, text: str, **options: Any) -> list[tuple[str, str]]:
    found = await directory.search.find(environment.id, text, 20, **options)
    assert found.after is None
    return [(each.recipient.place.id, each.match) for each in found.entries]


async def walk(directory: Directory, environment: Environment, text: str, size: int) -> list[list[str]]:
    pages: list[list[str]] = []
    after: Position | None = None
    while True:
        part = await directory.search.find(environment.id, text, size, after)
        pages.append([each.recipient.place.id for each in part.entries])
        if part.after is None:
            return pages
        after = read_cursor(part.after, Position)


async def test_ids_names_addresses_and_numbers_are_found(directory: Directory, environment: Environment) -> None:
    await write(directory, environment, "u-1", named("Ada Lovelace", email="Ada@Example.org"))
    await write(directory, environment, "u-2", Identify({"phone_number": "+49 170 1234567"}))
    await write(directory, environment, "bot-7", named("Zoë"), collection=BOTS)
    assert await find(directory, environment, "u-") == [("u-1", "id"), ("u-2", "id")]
    assert await find(directory, environment, "ADA@ex") == [("u-1", "email")]
    assert await find(directory, environment, " lovelace  a") == [("u-1", "name")]
    assert await find(directory, environment, "+49 (170) 12") == [("u-2", "phone_number")]
    assert await find(directory, environment, "zoe") == [("bot-7", "name")]
    assert await find(directory, environment, "zoe", collection=USERS) == []
    assert await find(directory, environment, "bot", collection=BOTS) == [("bot-7", "id")]
    assert await find(directory, environment, "ovelace") == []


async def test_a_whole_address_or_token_is_found_and_its_beginning_is_not(
    directory: Directory, environment: Environment
) -> None:
    url = "https://hooks.example.org/secret"
    await write(directory, environment, "ada", AddAddress("webhook", {"url": url}), AddAddress("android_push", "t0ken"))
    assert await find(directory, environment, url) == [("ada", "address")]
    assert await find(directory, environment, "t0ken") == [("ada", "address")]
    assert await find(directory, environment, url[:-1]) == []
    assert await find(directory, environment, "t0ke") == []


async def test_what_is_stored_now_is_found(directory: Directory, environment: Environment) -> None:
    await write(directory, environment, "u-1", named("Ada"), AddAddress("email", "ada@old.example"))
    await write(directory, environment, "u-1", named("Grace"), RemoveAddress("email", "ada@old.example"))
    assert await find(directory, environment, "ada") == []
    assert await find(directory, environment, "grace") == [("u-1", "name")]
    await write(directory, environment, "u-1", Delete())
    assert await find(directory, environment, "grace") == []
    assert await find(directory, environment, "u-1") == []
    await write(directory, environment, "u-1", named("Ada"))
    assert await find(directory, environment, "ada") == [("u-1", "name")]


async def test_merging_moves_terms_and_undoing_brings_them_back(directory: Directory, environment: Environment) -> None:
    primary, secondary = (Place(environment.id, USERS, id) for id in ("u-1", "u-2"))
    await write(directory, environment, "u-1", Identify())
    await write(directory, environment, "u-2", named("Ada"))
    done = await directory.merges.merge(primary, secondary)
    assert await find(directory, environment, "ada") == [("u-1", "name")]
    await directory.merges.undo(environment.id, done.merge.id)
    assert await find(directory, environment, "ada") == [("u-2", "name")]


async def test_nobody_of_another_environment_is_found(
    directory: Directory, environment: Environment, other_environment: Environment
) -> None:
    await write(directory, other_environment, "u-1", named("Ada"), AddAddress("android_push", "t0ken"))
    for text in ("u-1", "ada", "t0ken"):
        assert await find(directory, environment, text) == []


async def test_each_is_found_once_whatever_the_pages(directory: Directory, environment: Environment) -> None:
    await write(directory, environment, "ada-0", named("Ada Ada Ada", email="ada@example.org"))
    for number in range(1, 8):
        await write(directory, environment, f"u-{number}", named("Ada Adam", email=f"ada{number}@example.org"))
    expected = ["ada-0", *(f"u-{number}" for number in range(1, 8))]
    for size in (1, 2, 3, 8, 20):
        pages = await walk(directory, environment, "ada", size)
        assert sorted(id for page in pages for id in page) == expected
        assert max(map(len, pages)) <= size


async def test_those_stored_before_are_indexed_by_a_job(
    directory: Directory, environment: Environment, pool: Pool
) -> None:
    writes = [Write(Place(environment.id, USERS, f"u-{n:04}"), (named(f"Ada {n}"),)) for n in range(PAGE_SIZE + 1)]
    await directory.write_all(writes)
    await pool.execute("DELETE FROM addressee.search_terms WHERE environment_id = $1", environment.id)
    assert await find(directory, environment, "ada 7") == []
    indexer = Indexer(pool)
    await indexer.index(IndexRecipients(environment.id))
    assert await find(directory, environment, f"ada {PAGE_SIZE}") == []
    await indexer.index(IndexRecipients(environment.id, USERS, f"u-{PAGE_SIZE - 1:04}"))
    assert await find(directory, environment, f"ada {PAGE_SIZE}") == [(f"u-{PAGE_SIZE:04}", "name")]


async def test_a_term_that_was_left_behind_finds_nobody(
    directory: Directory, environment: Environment, pool: Pool
) -> None:
    """A process of the version before changes recipients and not their terms."""
    await write(directory, environment, "u-1", named("Ada"))
    await pool.execute("INSERT INTO addressee.search_terms VALUES ($1, 'grace', $2, 'u-1')", environment.id, USERS)
    assert await find(directory, environment, "grace") == []


async def test_pages_of_several_ranges_and_collections_meet_everybody_once(
    directory: Directory, environment: Environment
) -> None:
    for id, collection in [("q-a", USERS), ("q-b", USERS), ("q-a", BOTS)]:
        await write(directory, environment, id, named("Ada"), collection=collection)
    for number in range(3):
        await write(directory, environment, f"u-{number}", Identify({"phone_number": f"+49 170 123456{number}"}))
        await write(directory, environment, f"v-{number}", named(f"+49 Club {number}"))
    met = [id for page in await walk(directory, environment, "+49", 1) for id in page]
    assert met == ["v-0", "v-1", "v-2", "u-0", "u-1", "u-2"]
    assert [id for page in await walk(directory, environment, "q-", 1) for id in page] == ["q-a", "q-b", "q-a"]
