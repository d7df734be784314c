"""Pages of recipients: none is skipped or repeated, whatever is written meanwhile."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.database.paging import PageRequest
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.errors import RefusedError
from addressee.directory.reading import listing
from addressee.directory.reading.listing import EVERYBODY, Order, Selection, prefix_range
from addressee.directory.reading.uuid_ranges import LAST_UID, UuidRange
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from tests.conftest import Environment


async def create(directory: Directory, environment: Environment, *ids: str) -> None:
    for id in ids:
        await directory.write(Write(Place(environment.id, USERS, id), (Identify(),)))


async def walk(
    directory: Directory, environment: Environment, order: Order, size: int, selection: Selection = EVERYBODY
) -> list[list[str]]:
    pages = []
    page: PageRequest[UUID] = PageRequest(size)
    while True:
        part = await directory.list(environment.id, USERS, page, order, selection)
        pages.append([recipient.place.id for recipient in part.entries])
        if part.after is None:
            return pages
        page = PageRequest(size, after=part.entries[-1].uid)


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
    first = await directory.list(environment.id, USERS, PageRequest(2), order)
    second = await directory.list(environment.id, USERS, PageRequest(2, after=first.entries[-1].uid), order)
    back = await directory.list(environment.id, USERS, PageRequest(2, before=second.entries[0].uid), order)
    assert [one.place.id for one in back.entries] == [one.place.id for one in first.entries]
    assert first.before is None
    assert back.before is None
    assert back.after is not None


async def test_writes_between_pages_neither_skip_nor_repeat(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, *"abcdef")
    first = await directory.list(environment.id, USERS, PageRequest(3))
    await create(directory, environment, "new")
    for id in "ad":
        await directory.write(Write(Place(environment.id, USERS, id), (Identify(properties={"moved": True}),)))
    await directory.write(Write(Place(environment.id, USERS, "b"), (Delete(),)))
    await directory.write(Write(Place(environment.id, USERS, "f"), (Delete(),)))
    rest = await directory.list(environment.id, USERS, PageRequest(10, after=first.entries[-1].uid))
    assert [one.place.id for one in first.entries] == ["a", "b", "c"]
    assert [one.place.id for one in rest.entries] == ["d", "e", "new"]


async def test_an_environment_and_a_collection_list_their_own(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, "ada")
    await directory.write(Write(Place(environment.id, "projects", "ada"), (Identify(),)))
    mine = await directory.list(environment.id, "projects", PageRequest(10))
    assert [one.place for one in mine.entries] == [Place(environment.id, "projects", "ada")]
    assert (await directory.list(environment.id + 1, USERS, PageRequest(10))).entries == []


async def test_by_id_past_the_first_ones(directory: Directory, environment: Environment) -> None:
    async def ids(size: int, start: int) -> list[str]:
        found = await directory.list_by_id(environment.id, USERS, size, start)
        return [recipient.place.id for recipient in found]

    await create(directory, environment, "c", "a", "d", "b")
    await directory.write(Write(Place(environment.id, USERS, "b"), (Delete(),)))
    assert (await ids(2, 0), await ids(2, 1), await ids(2, 3), await ids(0, 0)) == (["a", "c"], ["c", "d"], [], [])


@pytest.fixture(params=["rare", "common"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to find ids by how they start."""
    monkeypatch.setattr(listing, "RARE", 10_000 if request.param == "rare" else 1)
    return str(request.param)


@pytest.mark.usefixtures("way")
async def test_those_whose_ids_start_so_in_the_order_of_their_creation(
    directory: Directory, environment: Environment
) -> None:
    await create(directory, environment, "b_2", "a_1", "b_1", "b", "B_3", "b_é", "c_1", "b_3")
    await directory.write(Write(Place(environment.id, USERS, "b_1"), (Delete(),)))
    chosen = Selection(id_prefix="b_")
    assert await walk(directory, environment, Order.OLDEST_FIRST, 2, chosen) == [["b_2", "b_é"], ["b_3"]]
    assert await walk(directory, environment, Order.NEWEST_FIRST, 2, chosen) == [["b_3", "b_é"], ["b_2"]]
    assert await walk(directory, environment, Order.NEWEST_FIRST, 2, Selection(id_prefix="none")) == [[]]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("order", Order)
async def test_back_and_forth_among_those_whose_ids_start_so(
    directory: Directory, environment: Environment, order: Order
) -> None:
    await create(directory, environment, "a1", "b1", "a2", "b2", "a3", "b3", "a4", "a5")
    chosen = Selection(id_prefix="a")

    async def page(page: PageRequest[UUID]) -> Sequence[str]:
        found = await directory.list(environment.id, USERS, page, order, chosen)
        return [one.place.id for one in found.entries]

    all = await directory.list(environment.id, USERS, PageRequest(10), order, chosen)
    ids, uids = [one.place.id for one in all.entries], [one.uid for one in all.entries]
    assert sorted(ids) == ["a1", "a2", "a3", "a4", "a5"]
    assert await page(PageRequest(2, after=uids[1])) == ids[2:4]
    assert await page(PageRequest(2, before=uids[3])) == ids[1:3]
    assert await page(PageRequest(9, before=uids[2])) == ids[:2]
    assert await page(PageRequest(2, after=LAST_UID)) == ([] if order is Order.OLDEST_FIRST else ids[:2])


@pytest.mark.parametrize("prefix", ["", "a"])
async def test_those_who_were_made_in_a_period(directory: Directory, environment: Environment, prefix: str) -> None:
    await create(directory, environment, "a", "ab", "abc")
    found = await directory.list(environment.id, USERS, PageRequest(10))
    uids = [one.uid for one in found.entries]
    later, beyond = uids[1], UUID(int=uids[2].int + 1)
    for order in Order:
        for chosen, ids in [
            (UuidRange(later, beyond), ["ab", "abc"]),
            (UuidRange(uids[0], uids[2]), ["a", "ab"]),
            (UuidRange(beyond, LAST_UID), []),
            (UuidRange(beyond, later), []),
        ]:
            [met] = await walk(directory, environment, order, 10, Selection(chosen, prefix))
            assert sorted(met) == ids
    [met, last] = await walk(directory, environment, Order.NEWEST_FIRST, 1, Selection(UuidRange(later, beyond), prefix))
    assert (met, last) == (["abc"], ["ab"])


async def test_a_prefix_that_no_id_can_have_is_refused(directory: Directory, environment: Environment) -> None:
    for prefix in ("a\0", "\ud800"):
        with pytest.raises(RefusedError):
            await directory.list(
                environment.id, USERS, PageRequest(10), Order.NEWEST_FIRST, Selection(id_prefix=prefix)
            )


edges = st.sampled_from("a\ud7ff\ue000\uffff\U0010ffff")
texts = st.text(edges | st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


@given(texts, texts)
def test_ids_start_so_when_they_are_between(prefix: str, id: str) -> None:
    for each in (id, prefix + id):
        first, end = prefix_range(prefix)
        assert (first <= each < end) == each.startswith(prefix)
        # As the database compares them.
        assert (first.encode() <= each.encode() < end.encode()) == each.startswith(prefix)


async def test_a_prefix_is_listed_by_id_back_and_forth(directory: Directory, environment: Environment) -> None:
    await create(directory, environment, "u-3", "u-1", "v", "u-2", "u", "u-4")
    await directory.write(Write(Place(environment.id, USERS, "u-4"), (Delete(),)))

    async def ids(page: PageRequest[str], prefix: str = "u-") -> tuple[list[str], bool, bool]:
        part = await directory.list_by_prefix(environment.id, USERS, prefix, page)
        return [each.place.id for each in part.entries], part.before is not None, part.after is not None

    assert await ids(PageRequest(2)) == (["u-1", "u-2"], False, True)
    assert await ids(PageRequest(2, after="u-2")) == (["u-3"], True, False)
    assert await ids(PageRequest(2, before="u-3")) == (["u-1", "u-2"], False, True)
    assert await ids(PageRequest(1, before="u-3")) == (["u-2"], True, True)
    assert await ids(PageRequest(9), "") == (["u", "u-1", "u-2", "u-3", "v"], False, False)
    with pytest.raises(RefusedError):
        await ids(PageRequest(2), "\0")
