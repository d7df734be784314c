"""Lists and messages: a broadcast on its way while all members are replaced, and events about who enters and leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.directory.edits.lists import LISTS, Define, List
from addressee.directory.edits.recipients import Delete
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.model import PAGE_SIZE
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import FILES, Office

STEPS = """
steps:
  - ref: feed
    channel: in-app
    template:
      body: Hello
"""
LISTENING = {
    **FILES,
    "workflows/told.yaml": STEPS,
    "workflows/hello.yaml": f'events: ["$USER_ENTERED_LIST - news"]\n{STEPS}',
    "workflows/goodbye.yaml": f'events: ["$USER_EXITED_LIST - news"]\n{STEPS}',
}

# The jobs by which a page of members is told.
TOLD = ("expand", "begin_large")


class News:
    """A list, and what tests do with it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.lists = office.directory.lists
        self.place = Place(office.environment_id, LISTS, "news")

    async def define(self, **definition: Any) -> None:
        await self.lists.define(self.place, Define(**definition))

    async def found(self) -> List:
        found = await self.lists.find(self.place)
        assert found is not None
        return found

    async def add(self, *ids: str) -> None:
        found = await self.found()
        await self.lists.add(found, found.uid, ids)

    async def remove(self, *ids: str) -> None:
        found = await self.found()
        await self.lists.remove(found, found.uid, ids)

    async def replace(self, *ids: str) -> UUID:
        """All members, and returns the identity of those before."""
        before, uid = await self.found(), uuid7()
        opened = await self.lists.open_draft(self.place, uid)
        await self.lists.add(opened.list, uid, ids)
        await self.lists.publish_draft(self.place, uid)
        return before.uid

    async def broadcast(self) -> None:
        """Not carried out yet."""
        what = Trigger("told", [Place(self.office.environment_id, LISTS, "news")])
        await self.office.messaging.triggers.accept(self.office.environment_id, what)

    async def runs(self, workflow: str) -> list[str]:
        """The users who have a run of the workflow."""
        runs = await self.office.recipient_runs()
        return sorted(run["recipient_id"] for run in runs if run["workflow"] == workflow and run["collection"] == USERS)

    async def work(self, *kinds: str) -> None:
        """Runs the jobs of these kinds that wait now, and leaves those that come of them."""
        for job in await self.office.jobs():
            if job.name in kinds:
                await self.office.run(job)
                await self.office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)

    async def waiting(self) -> list[str]:
        return [job.name for job in await self.office.jobs() if not job.deferred]

    async def stored(self, uid: UUID) -> tuple[int, int]:
        """How many members of an identity are stored, and of how many counts."""
        members = "SELECT count(*) FROM addressee.subscriptions WHERE object_uid = $1"
        counts = "SELECT count(*) FROM addressee.subscription_counts WHERE object_uid = $1"
        return await self.office.pool.fetchval(members, uid), await self.office.pool.fetchval(counts, uid)


@pytest.fixture
async def news(office: Office) -> News:
    await office.push(LISTENING)
    news = News(office)
    await news.define()
    return news


def people(prefix: str, number: int) -> list[str]:
    return [f"{prefix}-{index:04}" for index in range(number)]


class TestBroadcast:
    async def test_members_are_told(self, news: News) -> None:
        await news.add("ada", "bob")
        await news.broadcast()
        await news.office.work()
        assert await news.runs("told") == ["ada", "bob"]

    @pytest.mark.usefixtures("one_page_a_job")
    @pytest.mark.parametrize("before", [["start"], ["start", *TOLD], ["start", *TOLD, *TOLD]])
    async def test_it_goes_on_with_those_who_replaced_the_members(self, news: News, before: Sequence[str]) -> None:
        """Nobody who is in the list is left out, and nobody is told twice."""
        old, new = people("old", 3 * PAGE_SIZE), people("new", PAGE_SIZE + 1)
        await news.add(*old)
        await news.broadcast()
        for kind in before:
            await news.work(kind)
        told = await news.runs("told")
        assert len(told) == PAGE_SIZE * before.count("expand")
        stayed = old[:: 2 * PAGE_SIZE]
        await news.replace(*new, *stayed)
        await news.office.work()
        runs = await news.runs("told")
        assert set(runs) == {*told, *new, *stayed}
        assert len(runs) == len(set(runs))
        messages = await news.office.pool.fetch(
            "SELECT recipient_id FROM addressee.messages WHERE environment_id = $1 AND collection = '$users'",
            news.office.environment_id,
        )
        assert Counter(row["recipient_id"] for row in messages) == Counter(runs)

    async def test_it_follows_several_replacements(self, news: News) -> None:
        await news.add("ada")
        await news.broadcast()
        await news.work("start")
        await news.replace("bob")
        await news.replace()
        await news.replace("cleo", "ada")
        await news.office.work()
        assert await news.runs("told") == ["ada", "cleo"]

    async def test_jobs_that_run_twice_change_nothing(self, news: News) -> None:
        await news.add(*people("old", PAGE_SIZE))
        await news.broadcast()
        await news.work("start")
        new = people("new", 2 * PAGE_SIZE + 1)
        await news.replace(*new)
        while jobs := [job for job in await news.office.jobs() if not job.deferred]:
            for job in jobs:
                await news.office.run(job)
                await news.office.run(job)
                await news.office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
        assert await news.runs("told") == sorted(new)

    async def test_a_list_that_was_deleted_and_created_again_tells_nobody(self, news: News) -> None:
        await news.add("ada")
        await news.replace("bob")
        await news.broadcast()
        await news.work("start")
        await news.lists.delete(news.place)
        await news.define()
        await news.add("cleo")
        await news.replace("dan")
        await news.office.work()
        assert await news.runs("told") == []

    async def test_erasing_all_others_who_were_named_stops_nothing(self, news: News) -> None:
        await news.add("ada")
        await news.office.identify("bob")
        what = Trigger("told", [news.place, news.office.user("bob")])
        await news.office.messaging.triggers.accept(news.office.environment_id, what)
        await news.office.delete("bob")
        await news.work("start")
        await news.work("begin", "erase")
        await news.office.work()
        assert await news.runs("told") == ["ada"]

    async def test_erasing_the_former_members_stops_nothing(self, news: News) -> None:
        await news.add("ada")
        await news.broadcast()
        await news.work("start")
        await news.replace("bob")
        while "settle_list" in await news.waiting():
            await news.work("settle_list", "erase")
        await news.office.work(deferred=True)
        assert await news.runs("told") == ["bob"]


class TestErasing:
    async def test_the_former_members_are_erased(self, news: News) -> None:
        await news.add(*people("old", 2500))
        before = await news.replace("ada")
        assert (await news.stored(before))[0] == 2500
        await news.office.work()
        assert await news.stored(before) == (0, 0)
        assert (await news.stored((await news.found()).uid))[0] == 1

    async def test_who_was_stored_late_is_erased_too(self, news: News) -> None:
        """An addition that was on its way may be stored once the first sweep is over."""
        await news.add("ada")
        before = await news.replace("ada")
        await news.office.work()
        await news.office.pool.execute(
            """
            INSERT INTO addressee.subscriptions
            SELECT environment_id, collection, object_id, $2, recipient_collection, recipient_id, recipient_uid, $2,
                   properties, inserted_at, updated_at
            FROM addressee.subscriptions
            WHERE environment_id = $1
            """,
            news.office.environment_id,
            before,
        )
        await news.office.work(deferred=True)
        assert (await news.stored(before))[0] == 0
        assert [job.name for job in await news.office.jobs()] == []

    async def test_the_members_of_a_discarded_draft_are_erased(self, news: News) -> None:
        uid = uuid7()
        opened = await news.lists.open_draft(news.place, uid)
        await news.lists.add(opened.list, uid, ["ada"])
        await news.lists.discard_draft(news.place, uid)
        await news.office.work()
        assert await news.stored(uid) == (0, 0)

    async def test_nothing_is_left_of_a_deleted_list(self, news: News) -> None:
        await news.add("ada", "bob")
        before = await news.replace("ada")
        draft = uuid7()
        opened = await news.lists.open_draft(news.place, draft)
        await news.lists.add(opened.list, draft, ["cleo"])
        await news.broadcast()
        await news.lists.delete(news.place)
        await news.office.work(deferred=True)
        for uid in (before, opened.list.uid, draft):
            assert await news.stored(uid) == (0, 0)
        assert await news.runs("told") == []


class TestTracking:
    async def test_who_enters_and_leaves(self, news: News) -> None:
        await news.define(tracks_entry=True, tracks_exit=True)
        await news.add("ada", "bob")
        await news.add("ada", "cleo")
        await news.remove("bob", "nobody")
        await news.remove("bob")
        await news.office.work()
        assert await news.runs("hello") == ["ada", "bob", "cleo"]
        assert await news.runs("goodbye") == ["bob"]

    async def test_a_workflow_that_does_not_take_the_event_is_noticed(self, news: News) -> None:
        strict = f'events: ["$USER_ENTERED_LIST - news"]\ntrigger_data_schema: {{required: [order]}}\n{STEPS}'
        await news.office.push({**LISTENING, "workflows/hello.yaml": strict})
        await news.define(tracks_entry=True)
        await news.add("ada")
        await news.office.work()
        assert await news.runs("hello") == []
        (notice,) = (await news.office.directory.notices.list(news.office.environment_id, PageRequest(50))).entries
        assert (notice.place, notice.messages) == (
            news.place,
            (
                "The event '$USER_ENTERED_LIST - news' did not start the workflow 'hello': "
                "The workflow's schema does not allow data.",
            ),
        )

    async def test_only_what_is_tracked(self, news: News) -> None:
        await news.define(tracks_exit=True)
        await news.add("ada", "bob")
        await news.remove("ada")
        await news.define(tracks_exit=False)
        await news.remove("bob")
        await news.office.work()
        assert (await news.runs("hello"), await news.runs("goodbye")) == ([], ["ada"])

    async def test_nobody_leaves_because_the_next_replacement_was_settled_first(self, news: News) -> None:
        """The members of one set are erased only once they were compared with those before them."""
        await news.define(tracks_entry=True, tracks_exit=True)
        stayed = people("stayed", 3)
        await news.add(*stayed, "left")
        await news.replace(*stayed, "joined")
        between = await news.replace(*stayed)
        slow, _ = [job for job in await news.office.jobs() if job.name == "settle_list"]
        await news.office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", slow.id)
        await news.office.work()
        assert (await news.stored(between))[0] == 4
        await news.office.run(slow)
        await news.office.work()
        assert (await news.runs("hello"), await news.runs("goodbye")) == (
            ["joined", "left", *stayed],
            ["joined", "left"],
        )
        await news.office.work(deferred=True)
        assert (await news.stored(between))[0] == 0

    async def test_a_draft_is_no_list(self, news: News) -> None:
        await news.define(tracks_entry=True, tracks_exit=True)
        uid = uuid7()
        opened = await news.lists.open_draft(news.place, uid)
        await news.lists.add(opened.list, uid, ["ada"])
        await news.lists.remove(opened.list, uid, ["ada"])
        await news.office.work()
        assert (await news.runs("hello"), await news.runs("goodbye")) == ([], [])

    async def test_whom_a_replacement_brings_and_takes(self, news: News) -> None:
        stay, leave, come = people("stay", 800), people("leave", 1300), people("come", 1500)
        await news.add(*stay, *leave)
        await news.define(tracks_entry=True, tracks_exit=True)
        before = await news.replace(*stay, *come)
        await news.office.work()
        assert await news.runs("hello") == sorted(come)
        assert await news.runs("goodbye") == sorted(leave)
        assert await news.stored(before) == (0, 0)

    async def test_nobody_is_told_twice_when_jobs_run_twice(self, news: News) -> None:
        await news.define(tracks_entry=True, tracks_exit=True)
        await news.add("ada", "bob")
        await news.replace("bob", "cleo")
        while jobs := [job for job in await news.office.jobs() if not job.deferred]:
            for job in jobs:
                await news.office.run(job)
                await news.office.run(job)
                await news.office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
        assert await news.runs("hello") == ["ada", "bob", "cleo"]
        assert await news.runs("goodbye") == ["ada"]

    async def test_a_list_that_is_deleted_meanwhile_tells_nothing_more(self, news: News) -> None:
        await news.add("ada")
        await news.define(tracks_entry=True, tracks_exit=True)
        before = await news.replace("bob")
        await news.lists.delete(news.place)
        await news.office.work()
        assert (await news.runs("hello"), await news.runs("goodbye")) == ([], [])
        assert await news.stored(before) == (0, 0)

    async def test_who_is_deleted_meanwhile_is_not_told(self, news: News) -> None:
        await news.define(tracks_entry=True)
        await news.add("ada", "bob")
        await news.office.directory.write(Write(Place(news.office.environment_id, USERS, "ada"), (Delete(),)))
        await news.office.work()
        messages = await news.office.pool.fetch(
            "SELECT recipient_id FROM addressee.messages WHERE environment_id = $1", news.office.environment_id
        )
        assert [row["recipient_id"] for row in messages] == ["bob"]

    async def test_the_run_says_which_list(self, news: News) -> None:
        await news.define(tracks_entry=True)
        await news.add("ada")
        await news.office.work()
        run = await news.office.pool.fetchrow(
            "SELECT data, source FROM addressee.workflow_runs WHERE environment_id = $1", news.office.environment_id
        )
        assert run is not None
        assert msgspec.json.decode(run["data"]) == {"list_id": "news"}
        assert msgspec.json.decode(run["source"]) == {"type": "event", "event": "$USER_ENTERED_LIST - news"}
