"""Lists by pages: everyone who stays is met exactly once, whatever is written meanwhile."""

from uuid import UUID

import pytest

from addressee.database.paging import Page
from addressee.directory import Directory
from addressee.directory.edits import Delete, Identify
from addressee.directory.listing import Order
from addressee.directory.recipient import USERS, Place
from addressee.directory.writes import Write
from tests.conftest import Environment


async def create(directory: Directory, environment: Environment, *ids: str) -> None:
    for id in ids:
        await directory.write(Write(Place(environment.id, USERS, id), (Identify(),)))


async def walk(directory: Directory, environment: Environment, order: Order, size: int) -> list[list[str]]:
    pages = []
    page: Page[UUID] = Page(size)
    while True:
        part = await directory.list(environment.id, USERS, page, order)
        pages.append([recipient.place.id for recipient in part.entries])
        if part.after is None:
            return pages
        page = Page(size, after=part.entries[-1].uid)


async def test_oldest_first_and_newest_first(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, "c", "a", "b")
    assert await walk(directory, environment, Order.OLDEST_FIRST, 2) == [["c", "a"], ["b"]]
    assert await walk(directory, environment, Order.NEWEST_FIRST, 2) == [["b", "a"], ["c"]]


async def test_a_full_last_page_says_that_it_is_the_last(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, "a", "b")
    assert await walk(directory, environment, Order.OLDEST_FIRST, 2) == [["a", "b"]]


@pytest.mark.parametrize("order", Order)
async def test_back_and_forth_meets_the_same_pages(
    directory: Directory, environment: Environment, order: Order
) -> None:
    await create(directory, environment, *"abcde")
    first = await directory.list(environment.id, USERS, Page(2), order)
    second = await directory.list(environment.id, USERS, Page(2, after=first.entries[-1].uid), order)
    back = await directory.list(environment.id, USERS, Page(2, before=second.entries[0].uid), order)
    assert [one.place.id for one in back.entries] == [one.place.id for one in first.entries]
    assert first.before is None
    assert back.before is None
    assert back.after is not None


async def test_writes_between_pages_neither_skip_nor_repeat(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, *"abcdef")
    first = await directory.list(environment.id, USERS, Page(3))
    await create(directory, environment, "new")
    for id in "ad":
        await directory.write(Write(Place(environment.id, USERS, id), (Identify(properties={"moved": True}),)))
    await directory.write(Write(Place(environment.id, USERS, "b"), (Delete(),)))
    await directory.write(Write(Place(environment.id, USERS, "f"), (Delete(),)))
    rest = await directory.list(environment.id, USERS, Page(10, after=first.entries[-1].uid))
    assert [one.place.id for one in first.entries] == ["a", "b", "c"]
    assert [one.place.id for one in rest.entries] == ["d", "e", "new"]


async def test_an_environment_and_a_collection_list_their_own(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, "ada")
    await directory.write(Write(Place(environment.id, "projects", "ada"), (Identify(),)))
    mine = await directory.list(environment.id, "projects", Page(10))
    assert [one.place for one in mine.entries] == [Place(environment.id, "projects", "ada")]
    assert (await directory.list(environment.id + 1, USERS, Page(10))).entries == []


async def test_by_id_past_the_first_ones(directory: Directory, environment: Environment) -> None:
    async def ids(size: int, start: int) -> list[str]:
        found = await directory.list_by_id(environment.id, USERS, size, start)
        return [recipient.place.id for recipient in found]

    await create(directory, environment, "c", "a", "d", "b")
    await directory.write(Write(Place(environment.id, USERS, "b"), (Delete(),)))
    assert (await ids(2, 0), await ids(2, 1), await ids(2, 3), await ids(0, 0)) == (["a", "c"], ["c", "d"], [], [])
