"""Counts of recipients: read without scanning them, and exact under concurrent writes."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from addressee.database.migrate import Migration
from addressee.database.paging import PageRequest
from addressee.database.pool import Pool, open_pool
from addressee.database.sealing import Sealer
from addressee.database.target import Target
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import AddAddress, Delete, Edit, Identify, Unset
from addressee.directory.recipient import MEMBERS, USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock
from tests.support.servers import fresh_database


@pytest.fixture
def directory(pool: Pool, clock: MovedClock) -> Directory:
    return Directory(pool, clock, sealer=lambda: Sealer(bytes(32)))


async def write(directory: Directory, place: Place, *edits: Edit) -> None:
    await directory.write(Write(place, edits))


async def test_those_who_live_are_counted_by_collection(directory: Directory, environment: Environment) -> None:
    async def counts() -> list[int]:
        return [await directory.count(environment.id, name) for name in (USERS, "projects", f"{MEMBERS}/1/2")]

    ada, guest = (Place(environment.id, USERS, id) for id in ("ada", "guest"))
    assert await counts() == [0, 0, 0]
    await directory.write_all([Write(place, (Identify(),)) for place in (ada, guest)])
    await write(directory, Place(environment.id, "projects", "1"), AddAddress("android_push", "t"))
    await write(directory, Place(environment.id, f"{MEMBERS}/1/2", "ada"), Identify())
    assert await counts() == [2, 1, 0]
    await write(directory, ada, Identify(properties={"a": 1}))
    await write(directory, Place(environment.id, USERS, "nobody"), Unset(("a",)))
    assert await counts() == [2, 1, 0]
    done = await directory.merges.merge(ada, guest)
    assert await counts() == [1, 1, 0]
    await directory.merges.undo(environment.id, done.merge.id)
    assert await counts() == [2, 1, 0]
    await write(directory, ada, Delete())
    await write(directory, ada, Delete())
    assert await counts() == [1, 1, 0]
    await write(directory, ada, Identify(), Delete())
    assert await counts() == [1, 1, 0]
    await write(directory, guest, Delete(), Identify())
    assert await counts() == [1, 1, 0]
    await write(directory, ada, Identify())
    assert await counts() == [2, 1, 0]


async def test_they_are_exact_whoever_comes_and_goes_at_the_same_time(pool: Pool, environment: Environment) -> None:
    directories = [Directory(pool) for _ in range(3)]
    chance = random.Random(1)
    places = [Place(environment.id, collection, str(number)) for collection in (USERS, "clubs") for number in range(30)]

    async def come_and_go(directory: Directory) -> None:
        for _ in range(15):
            edits = [(place, chance.choice((Identify(), Delete()))) for place in chance.sample(places, 40)]
            await directory.write_all([Write(place, (edit,)) for place, edit in edits])

    await asyncio.gather(*map(come_and_go, directories))
    living = await directories[0].read_all(places)
    for collection in (USERS, "clubs"):
        here = [place for place in living if place.collection == collection]
        assert await directories[0].count(environment.id, collection) == len(here)


@pytest.fixture
async def uncounted(target: Target, template: str) -> AsyncIterator[Pool]:
    """A database of its own: what brings it up to date is told of all recipients."""
    async with fresh_database(target, template) as fresh:
        pool = await open_pool(fresh)
        yield pool
        await pool.close()


async def test_those_who_came_before_there_were_counts_are_counted(uncounted: Pool) -> None:
    directory = Directory(uncounted)
    for number in range(20):
        await write(directory, Place(1, USERS, f"old-{number}"), Identify())
    await write(directory, Place(1, "gone", "1"), Identify())
    await uncounted.execute("DELETE FROM addressee.recipient_counts")
    for number in range(5):
        await write(directory, Place(1, USERS, f"new-{number}"), Identify())
        await write(directory, Place(1, USERS, f"old-{number}"), Delete())
    await write(directory, Place(1, "gone", "1"), Delete())
    await write(directory, Place(1, f"{MEMBERS}/1/2", "ada"), Identify())
    assert await directory.count(1, USERS) == 0
    await uncounted.execute(Migration.named("0004_addresses.post").sql())
    assert [await directory.count(1, name) for name in (USERS, "gone", f"{MEMBERS}/1/2")] == [20, 0, 0]


async def test_own_collections_with_recipients_are_listed_by_name(
    directory: Directory, environment: Environment
) -> None:
    for collection, id in [("b", "1"), ("a", "1"), ("a", "2"), ("c", "1"), (USERS, "ada"), ("gone", "1")]:
        await write(directory, Place(environment.id, collection, id), Identify())
    await write(directory, Place(environment.id, "gone", "1"), Delete())

    async def found(page: PageRequest[str]) -> list[tuple[str, int]]:
        part = await directory.collections(environment.id, page)
        return [(each.name, each.count) for each in part.entries]

    assert await found(PageRequest(9)) == [("a", 2), ("b", 1), ("c", 1)]
    assert await found(PageRequest(1, after="a")) == [("b", 1)]
    assert await found(PageRequest(1, before="c")) == [("b", 1)]
