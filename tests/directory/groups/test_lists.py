"""Lists of users: their members, and how all of these are replaced at once (suprsend.md §2.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.lists import LISTS, MAX_DRAFTS, MAX_PREDECESSORS, Define, DraftMissingError, List
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.errors import MissingError, RefusedError
from addressee.directory.groups.lists import Counted
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.receipts import Receipt, RepeatedError, StoredAnswer
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock


class News:
    """A list, and what tests do with it."""

    def __init__(self, directory: Directory, environment_id: int) -> None:
        self.directory = directory
        self.lists = directory.lists
        self.place = Place(environment_id, LISTS, "news")

    async def define(self, **definition: str | bool) -> Counted:
        return await self.lists.define(self.place, Define(**definition))  # type: ignore[arg-type]

    async def found(self) -> List:
        found = await self.lists.find(self.place)
        assert found is not None
        return found

    async def open(self) -> UUID:
        uid = uuid7()
        await self.lists.open_draft(self.place, uid)
        return uid

    async def add(self, *ids: str, to: UUID | None = None) -> int:
        found = await self.found()
        return await self.lists.add(found, to or found.uid, ids)

    async def remove(self, *ids: str, of: UUID | None = None) -> int:
        found = await self.found()
        return await self.lists.remove(found, of or found.uid, ids)

    async def members(self) -> set[str]:
        part = await self.lists.members(await self.found(), PageRequest(1000))
        return {member.recipient_id for member in part.entries}

    async def counts(self) -> tuple[int, list[int]]:
        """Of the list, and of each of its drafts."""
        found = await self.found()
        counts = await self.lists.count([found])
        return counts[found.uid], [counts[draft.uid] for draft in found.drafts]

    async def lists_of(self, id: str) -> list[str]:
        user = await self.directory.read(Place(self.place.environment_id, USERS, id))
        assert user is not None
        part = await self.lists.memberships(user, PageRequest(100))
        return [membership.list.place.id for membership in part.entries]

    async def write(self, id: str, edit: Identify | Delete) -> None:
        await self.directory.write(Write(Place(self.place.environment_id, USERS, id), (edit,)))


@pytest.fixture
async def news(directory: Directory, environment: Environment) -> News:
    news = News(directory, environment.id)
    await news.define(title="News")
    return news


def people(number: int) -> list[str]:
    return [f"user-{index:05}" for index in range(number)]


class TestDefining:
    async def test_a_new_list(self, directory: Directory, environment: Environment, clock: MovedClock) -> None:
        news = News(directory, environment.id)
        counted = await news.define(title="News", description="What is new", tracks_entry=True)
        assert counted.list == await news.found()
        assert counted.list == List(
            news.place, counted.list.uid, "News", "What is new", True, False, clock.now(), clock.now(), [], []
        )
        assert counted.members == {}

    async def test_what_is_not_said_stays(self, news: News, clock: MovedClock) -> None:
        before = await news.found()
        clock.move(timedelta(seconds=1))
        changed = (await news.define(description="What is new", tracks_exit=True)).list
        assert (changed.name, changed.description, changed.tracks_exit) == ("News", "What is new", True)
        assert (changed.uid, changed.created_at) == (before.uid, before.created_at)
        assert changed.updated_at == before.updated_at + timedelta(seconds=1)

    async def test_the_answer_counts_members(self, news: News) -> None:
        await news.add("ada", "bob")
        counted = await news.define(title="News")
        assert counted.members == {counted.list.uid: 2}

    async def test_many_create_the_same_list_at_once(self, directory: Directory, environment: Environment) -> None:
        news = News(directory, environment.id)
        defined = await asyncio.gather(*(news.define(title="News") for _ in range(10)))
        assert {counted.list.uid for counted in defined} == {(await news.found()).uid}

    async def test_a_name_that_cannot_be_stored(self, news: News) -> None:
        with pytest.raises(RefusedError):
            await news.define(title="\0")

    async def test_lists_are_paged_in_the_order_of_their_ids(self, news: News, environment: Environment) -> None:
        for id in ("alpha", "zeta"):
            await news.lists.define(Place(environment.id, LISTS, id), Define())
        ids = [[each.place.id for each in await news.lists.page(environment.id, offset, 2)] for offset in (0, 2, 4)]
        assert ids == [["alpha", "news"], ["zeta"], []]


class TestMembers:
    async def test_only_changes_count(self, news: News) -> None:
        assert await news.add("ada", "bob", "ada") == 2
        assert await news.add("ada", "cleo") == 1
        assert await news.remove("ada", "nobody") == 1
        assert await news.remove("ada") == 0
        assert (await news.members(), await news.counts()) == ({"bob", "cleo"}, (2, []))

    async def test_who_is_not_known_is_created(self, news: News, directory: Directory) -> None:
        await news.write("ada", Identify(properties={"plan": "pro"}))
        await news.add("ada", "bob")
        users = await directory.read_all(Place(news.place.environment_id, USERS, id) for id in ("ada", "bob"))
        assert {place.id: user.properties for place, user in users.items()} == {"ada": {"plan": "pro"}, "bob": {}}

    async def test_removing_creates_nobody(self, news: News, directory: Directory) -> None:
        assert await news.remove("ada") == 0
        assert await directory.read(Place(news.place.environment_id, USERS, "ada")) is None

    async def test_nobody_is_added_when_one_cannot_be_an_id(self, news: News) -> None:
        for wrong in ("", "x" * 257, "\0", "\ud800"):
            with pytest.raises(RefusedError):
                await news.add(*people(1001), wrong)
        assert (await news.members(), await news.counts()) == (set(), (0, []))

    async def test_more_than_a_page(self, news: News) -> None:
        ids = people(2500)
        assert await news.add(*ids) == 2500
        assert await news.add(*ids, "one more") == 1
        assert await news.counts() == (2501, [])
        assert await news.remove(*ids) == 2500
        assert (await news.members(), await news.counts()) == ({"one more"}, (1, []))

    async def test_paged_newest_first(self, news: News) -> None:
        for id in people(5):
            await news.add(id)
        found = await news.found()
        first = await news.lists.members(found, PageRequest(2))
        second = await news.lists.members(found, PageRequest(2, after=first.entries[-1].id))
        again = await news.lists.members(found, PageRequest(2, before=second.entries[0].id))
        assert [member.recipient_id for member in first.entries] == ["user-00004", "user-00003"]
        assert [member.recipient_id for member in second.entries] == ["user-00002", "user-00001"]
        assert again.entries == first.entries

    async def test_the_lists_of_a_user(self, news: News, environment: Environment) -> None:
        other = await news.lists.define(Place(environment.id, LISTS, "other"), Define())
        await news.add("ada", "bob")
        await news.lists.add(other.list, other.list.uid, ["ada"])
        assert (await news.lists_of("ada"), await news.lists_of("bob")) == (["other", "news"], ["news"])
        ada = await news.directory.read(Place(environment.id, USERS, "ada"))
        assert ada is not None
        assert await news.lists.count_memberships(ada) == 2
        first = await news.lists.memberships(ada, PageRequest(1))
        second = await news.lists.memberships(ada, PageRequest(1, after=first.entries[0].id))
        assert [part.entries[0].list.place.id for part in (first, second)] == ["other", "news"]
        assert (first.after is None, second.after) == (False, None)

    async def test_who_is_deleted_is_in_no_list(self, news: News) -> None:
        await news.add("ada", "bob")
        await news.write("ada", Delete())
        assert await news.members() == {"bob"}
        await news.write("ada", Identify())
        assert (await news.members(), await news.lists_of("ada")) == ({"bob"}, [])
        assert await news.add("ada") == 1

    async def test_a_repetition_under_a_key_adds_nobody(self, news: News) -> None:
        found = await news.found()
        receipt = Receipt(
            news.place.environment_id, "k", b"f", "r", lambda count: StoredAnswer(201, str(count).encode())
        )
        assert await news.lists.add(found, found.uid, people(1500), receipt=receipt) == 1500
        with pytest.raises(RepeatedError) as repeated:
            await news.lists.add(found, found.uid, people(1500), receipt=receipt)
        assert repeated.value.earlier.answer == (201, b"1500")
        assert await news.counts() == (1500, [])

    async def test_what_was_broken_off_is_completed_by_its_repetition(self, news: News) -> None:
        ids = people(3000)
        adding = asyncio.create_task(news.add(*ids))
        while not 0 < (await news.counts())[0] < len(ids):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
        before = (await news.counts())[0]
        assert 0 < before < len(ids)
        assert await news.add(*ids) == len(ids) - before
        assert await news.counts() == (len(ids), [])


class TestDrafts:
    async def test_a_draft_is_seen_by_nobody(self, news: News) -> None:
        await news.add("ada")
        draft = await news.open()
        assert await news.add("bob", "cleo", to=draft) == 2
        assert await news.remove("cleo", "ada", of=draft) == 1
        assert (await news.members(), await news.counts()) == ({"ada"}, (1, [1]))
        assert await news.lists_of("bob") == []

    async def test_its_members_replace_the_lists(self, news: News, clock: MovedClock) -> None:
        before = await news.found()
        await news.add("ada", "bob")
        draft = await news.open()
        await news.add("bob", "cleo", to=draft)
        clock.move(timedelta(minutes=1))
        published = await news.lists.publish_draft(news.place, draft)
        assert published.list == await news.found()
        assert published.members == {draft: 2}
        assert (published.list.uid, published.list.drafts) == (draft, [])
        assert (published.list.name, published.list.created_at) == ("News", before.created_at)
        assert published.list.predecessors == [before.uid]
        assert (await news.members(), await news.counts()) == ({"bob", "cleo"}, (2, []))
        assert (await news.lists_of("ada"), await news.lists_of("bob")) == ([], ["news"])

    async def test_other_drafts_stay(self, news: News) -> None:
        first, second = await news.open(), await news.open()
        await news.add("ada", to=second)
        await news.lists.publish_draft(news.place, first)
        assert [draft.uid for draft in (await news.found()).drafts] == [second]
        assert await news.counts() == (0, [1])

    async def test_it_is_published_or_discarded_once(self, news: News) -> None:
        draft = await news.open()
        await news.lists.publish_draft(news.place, draft)
        other = await news.open()
        await news.lists.discard_draft(news.place, other)
        for gone in (draft, other, uuid7()):
            for change in (news.lists.publish_draft, news.lists.discard_draft):
                with pytest.raises(DraftMissingError):
                    await change(news.place, gone)

    async def test_there_are_20_at_most(self, news: News) -> None:
        drafts = [await news.open() for _ in range(MAX_DRAFTS)]
        with pytest.raises(RefusedError, match="20 drafts"):
            await news.open()
        await news.lists.discard_draft(news.place, drafts[0])
        await news.open()
        assert len((await news.found()).drafts) == MAX_DRAFTS

    async def test_the_last_ten_predecessors_are_remembered(self, news: News) -> None:
        uids = [(await news.found()).uid]
        for _ in range(MAX_PREDECESSORS + 1):
            uids.append(await news.open())
            await news.lists.publish_draft(news.place, uids[-1])
        assert (await news.found()).predecessors == uids[-2:0:-1]

    async def test_nothing_of_a_list_that_is_not_there(self, directory: Directory, environment: Environment) -> None:
        news = News(directory, environment.id)
        uid = uuid7()
        for missing in (
            news.lists.open_draft(news.place, uid),
            news.lists.publish_draft(news.place, uid),
            news.lists.discard_draft(news.place, uid),
            news.lists.delete(news.place),
        ):
            with pytest.raises(MissingError):
                await missing


class TestDeleting:
    async def test_nothing_is_left(self, news: News) -> None:
        await news.add("ada")
        draft = await news.open()
        await news.add("bob", to=draft)
        before = await news.found()
        await news.lists.delete(news.place)
        assert (await news.lists.find(news.place), await news.lists_of("ada")) == (None, [])
        with pytest.raises(MissingError):
            await news.lists.delete(news.place)
        assert await news.lists.add(before, before.uid, ["cleo"]) == 0
        assert await news.lists.add(before, draft, ["cleo"]) == 0

    async def test_a_list_under_the_same_id_is_another(self, news: News, clock: MovedClock) -> None:
        before = await news.found()
        await news.add("ada")
        await news.lists.publish_draft(news.place, await news.open())
        await news.lists.delete(news.place)
        clock.move(timedelta(days=1))
        after = (await news.define(title="Other news")).list
        assert (after.predecessors, after.drafts, after.created_at) == ([], [], clock.now())
        assert after.uid != before.uid
        assert await news.members() == set()


class TestAtTheSameTime:
    async def test_a_draft_is_published_by_one_of_many(self, news: News) -> None:
        draft = await news.open()
        outcomes = await asyncio.gather(
            *(news.lists.publish_draft(news.place, draft) for _ in range(10)), return_exceptions=True
        )
        published = [outcome for outcome in outcomes if isinstance(outcome, Counted)]
        assert len(published) == 1
        assert sum(isinstance(outcome, DraftMissingError) for outcome in outcomes) == 9

    async def test_who_is_added_to_a_draft_while_it_is_published_is_in_the_list(self, news: News) -> None:
        """Whoever was told that somebody was added finds them there; who came too late is told so."""
        for turn in range(5):
            draft = await news.open()
            answered: set[str] = set()

            async def add(ids: Iterable[str], draft: UUID = draft, answered: set[str] = answered) -> None:
                for id in ids:
                    found = await news.found()
                    try:
                        found.draft(draft)
                    except DraftMissingError:
                        return
                    assert await news.lists.add(found, draft, [id]) == 1
                    answered.add(id)

            async def publish(draft: UUID = draft, answered: set[str] = answered) -> None:
                while len(answered) < 20:
                    await asyncio.sleep(0)
                await news.lists.publish_draft(news.place, draft)

            adding = [add([f"{turn}-{caller}-{number}" for number in range(50)]) for caller in range(8)]
            await asyncio.gather(*adding, publish())
            assert await news.members() == answered
            assert await news.counts() == (len(answered), [])

    async def test_who_was_on_the_way_to_a_draft_is_in_the_list(self, news: News) -> None:
        draft = await news.open()
        opened = await news.found()
        await news.lists.publish_draft(news.place, draft)
        assert await news.lists.add(opened, draft, ["ada"]) == 1
        assert (await news.members(), await news.counts()) == ({"ada"}, (1, []))

    async def test_who_was_on_the_way_to_replaced_members_is_replaced_too(self, news: News) -> None:
        opened = await news.found()
        await news.lists.publish_draft(news.place, await news.open())
        assert await news.lists.add(opened, opened.uid, ["ada"]) == 0
        assert (await news.members(), await news.counts()) == (set(), (0, []))

    async def test_who_was_on_the_way_to_a_discarded_draft_is_nowhere(self, news: News) -> None:
        draft = await news.open()
        opened = await news.found()
        await news.lists.discard_draft(news.place, draft)
        assert await news.lists.add(opened, draft, ["ada"]) == 0

    async def test_many_add_and_remove_the_same(self, news: News) -> None:
        """In whatever order they name them: writers of the same rows do not wait for each other in a circle."""
        ids = people(300)
        added = await asyncio.gather(*(news.add(*(ids if turn % 2 else ids[::-1])) for turn in range(8)))
        assert sum(added) == 300
        mixed = await asyncio.gather(*(news.remove(*ids) for _ in range(4)), *(news.add(*ids[::-1]) for _ in range(4)))
        assert await news.counts() == (300 + sum(mixed[4:]) - sum(mixed[:4]), [])
        assert len(await news.members()) == (await news.counts())[0]

    async def test_adding_does_not_wait_for_who_holds_the_list(self, news: News, pool: Pool) -> None:
        found = await news.found()
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT FROM addressee.recipients WHERE (environment_id, collection, id) = ($1, $2, $3) FOR UPDATE",
                *news.place,
            )
            assert await asyncio.wait_for(news.lists.add(found, found.uid, ["ada"]), 5) == 1
