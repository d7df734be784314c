"""Stored counts of feeds are those that one counts, whatever happens to the messages, and in whatever order."""

import asyncio
import random
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.database.pool import Connection
from addressee.directory.merges.merges import Merge
from addressee.messaging.feeds import counting
from addressee.messaging.feeds.counting import store_counts
from addressee.messaging.feeds.feed import Feed, FeedFilter
from addressee.messaging.messages.listing import LATEST
from addressee.messaging.messages.marks.bulk import Action, Selection
from addressee.messaging.messages.marks.mark import Mark
from tests.messaging.messages.test_message_heads import triggered
from tests.messaging.office import FILES, IN_APP, Office

PLAIN = "steps: [{ref: feed, channel: in-app, template: {body: Hi}}]"
NEWS = f"categories: [news]\n{PLAIN}"
BOTH = """
steps:
  - {ref: feed, channel: in-app, template: {body: Hi}}
  - {ref: other, channel: other, template: {body: Hi}}
  - {ref: broken, channel: in-app, template: {body: "{{ data.missing | divided_by: 0 }}"}}
"""
PUSHED = {
    **FILES,
    "channels/other.yaml": IN_APP,
    "workflows/plain.yaml": PLAIN,
    "workflows/news.yaml": NEWS,
    "workflows/both.yaml": BOTH,
}

# Where the stored counts of somebody differ from the messages up to the time until which they are counted.
WRONG = """
WITH stored AS (
  SELECT recipient_id, uid, channel_id, archived, workflow, categories, tenant, total, unread, unseen
  FROM addressee.feed_counts
  WHERE environment_id = $1
    AND (total, unread, unseen) <> (0, 0, 0)
),
counted AS (
  SELECT recipient_id, uid, channel_id, archived_at IS NOT NULL, workflow, categories, tenant,
         count(*),
         count(*) FILTER (WHERE read_at IS NULL),
         count(*) FILTER (WHERE seen_at IS NULL)
  FROM addressee.messages AS messages
  JOIN addressee.message_heads AS heads USING (environment_id, recipient_id, uid)
  JOIN addressee.channels AS channels USING (environment_id)
  WHERE environment_id = $1
    AND channels.id = channel_id
    AND channels.type = 'in_app_feed'
    AND status = 'delivered'
    AND messages.inserted_at <= heads.counted_to
  GROUP BY 1, 2, 3, 4, 5, 6, 7
)
(SELECT 'stored', * FROM stored EXCEPT ALL SELECT 'stored', * FROM counted)
UNION ALL
(SELECT 'counted', * FROM counted EXCEPT ALL SELECT 'counted', * FROM stored)
"""
COUNTED_TO = "SELECT counted_to FROM addressee.message_heads WHERE environment_id = $1 AND recipient_id = $2"

FILTERS = (
    FeedFilter(),
    FeedFilter(archived="include"),
    FeedFilter(archived="only"),
    FeedFilter(tenant="acme"),
    FeedFilter(tenant="acme", has_tenant=True),
    FeedFilter(has_tenant=False),
    FeedFilter(source="news"),
    FeedFilter(categories=["news"], archived="include"),
)
PEOPLE = ("ada", "guest")
WORKFLOWS = ("plain", "news", "both", "welcome")


@pytest.fixture
async def filled(office: Office) -> Office:
    await office.push(PUSHED)
    return office


def counts(feed: Feed) -> tuple[int, int, int]:
    return feed.total, feed.unread, feed.unseen


async def count_on(office: Office, id: str) -> None:
    """Stores the counts of somebody's feeds up to the newest message."""
    found = await office.directory.reader.read(office.user(id))
    assert found is not None
    async with office.pool.acquire() as connection:
        await store_counts(connection, found.identity)


async def check(office: Office, *people: str) -> None:
    """Stored counts are right, and so is what people see, beside counts with a filter that nothing is stored for."""
    assert await office.pool.fetch(WRONG, office.environment_id) == []
    for id in people:
        for filter in FILTERS:
            by_hand = replace(filter, until=LATEST - timedelta(days=1))
            assert counts(await office.feed(id, filter)) == counts(await office.feed(id, by_hand)), (id, filter)


async def tell(office: Office, *people: str, workflow: str = "plain", times: int = 1, **rest: Any) -> None:
    for _ in range(times):
        await office.trigger(*people, workflow=workflow, **rest)
    await office.work()


async def test_what_was_counted_is_looked_at_no_more(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addressee.messaging.feeds.feed.MOST_UNCOUNTED", 3)
    await filled.identify("ada")
    await tell(filled, "ada", times=2)
    assert counts(await filled.feed("ada")) == (2, 2, 2)
    assert await filled.pool.fetchval(COUNTED_TO, filled.environment_id, "ada") is None
    await tell(filled, "ada", workflow="news")
    assert counts(await filled.feed("ada")) == (3, 3, 3)
    newest, *_ = await filled.messages("ada")
    assert await filled.pool.fetchval(COUNTED_TO, filled.environment_id, "ada") == newest.inserted_at
    await filled.pool.execute("DELETE FROM addressee.messages WHERE environment_id = $1", filled.environment_id)
    assert counts(await filled.feed("ada")) == (3, 3, 3)
    assert counts(await filled.feed("ada", FeedFilter(source="news"))) == (1, 1, 1)
    assert counts(await filled.feed("ada", FeedFilter(topic="none"))) == (0, 0, 0)


async def test_nothing_is_stored_before_the_migration_is_finished(filled: Office) -> None:
    await filled.identify("ada")
    await tell(filled, "ada")
    forget = "DELETE FROM addressee.migrations WHERE name = '0010_feed_counts.post' RETURNING applied_at"
    applied_at = await filled.pool.fetchval(forget)
    await count_on(filled, "ada")
    assert await filled.pool.fetchval(COUNTED_TO, filled.environment_id, "ada") is None
    await filled.pool.execute("INSERT INTO addressee.migrations VALUES ('0010_feed_counts.post', $1)", applied_at)
    await count_on(filled, "ada")
    assert await filled.pool.fetchval(COUNTED_TO, filled.environment_id, "ada") == filled.clock.now()


async def test_messages_of_one_time_are_counted_together(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PAGE_SIZE", 2)
    await filled.identify("ada")
    await tell(filled, "ada", times=5)
    await filled.pool.execute(
        "UPDATE addressee.messages SET inserted_at = $2 WHERE environment_id = $1",
        filled.environment_id,
        filled.clock.now() + timedelta(microseconds=1),
    )
    await count_on(filled, "ada")
    await check(filled, "ada")
    await tell(filled, "ada")
    await check(filled, "ada")
    assert counts(await filled.feed("ada")) == (6, 6, 6)


async def test_nothing_of_the_counts_is_left_of_who_was_deleted(filled: Office) -> None:
    await filled.identify("ada")
    await tell(filled, "ada", workflow="both")
    await count_on(filled, "ada")
    stored = "SELECT total FROM addressee.feed_counts WHERE environment_id = $1"
    assert [row["total"] for row in await filled.pool.fetch(stored, filled.environment_id)] == [1, 1]
    await filled.delete("ada")
    await filled.work()
    assert await filled.pool.fetch(stored, filled.environment_id) == []


@dataclass
class Life:
    """The messages of two people, who may be merged, and what happens to them."""

    office: Office
    ada: str
    guest: str
    merge: Merge | None = None

    @property
    def people(self) -> list[str]:
        return [self.ada] if self.merge else [self.ada, self.guest]

    async def tell(self, workflow: str, tenant: str | None) -> None:
        await tell(self.office, *self.people, workflow=workflow, tenant=tenant)

    async def ids(self, every: int) -> list[str]:
        found = [message.id for id in self.people for message in await self.office.messages(id)]
        return sorted(found)[::every]

    async def mark(self, mark: Mark, every: int) -> None:
        await self.office.messaging.marks.mark(self.office.environment_id, await self.ids(every), mark)

    async def mark_each(self, mark: Mark, every: int) -> None:
        marks = {id: (mark, Mark.READ)[number % 2] for number, id in enumerate(await self.ids(every))}
        await self.office.messaging.marks.mark_each(self.office.environment_id, marks)

    async def mark_items(self, mark: Mark, every: int) -> None:
        owner = await self.office.directory.reader.read(self.office.user(self.ada))
        assert owner is not None
        items = [item.message.id for item in (await self.office.feed(self.ada)).items.entries]
        await self.office.messaging.feeds.mark_items(
            owner, await self.office.channel_id(), items[::every], {mark, Mark.INTERACTED, Mark.READ}
        )

    async def mark_all(self, action: Action, tenant: str | None) -> None:
        selection = Selection(channel_id=await self.office.channel_id(), tenants=tenant and [tenant])
        places = [self.office.user(id) for id in self.people]
        await self.office.messaging.marks.mark_all(self.office.environment_id, action, selection, places)

    async def count(self) -> None:
        for id in self.people:
            await count_on(self.office, id)

    async def merge_or_undo(self) -> None:
        if self.merge is None:
            self.merge = await self.office.merge(self.ada, self.guest)
        else:
            await self.office.undo(self.merge)
            self.merge = None


TENANTS = st.sampled_from([None, "acme"])
EVERY = st.integers(1, 3)
HAPPENINGS: Mapping[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "tell": st.tuples(st.sampled_from(WORKFLOWS), TENANTS),
    "mark": st.tuples(st.sampled_from(Mark), EVERY),
    "mark_each": st.tuples(st.sampled_from(Mark), EVERY),
    "mark_items": st.tuples(st.sampled_from(Mark), EVERY),
    "mark_all": st.tuples(st.sampled_from(Action), TENANTS),
    "count": st.just(()),
    "merge_or_undo": st.just(()),
}
HAPPENING = st.sampled_from([*HAPPENINGS]).flatmap(lambda name: HAPPENINGS[name].map(lambda given: (name, given)))

NUMBERS: Iterator[int] = count()


@given(happenings=st.lists(HAPPENING, min_size=2, max_size=8))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_the_stored_counts_are_right(
    filled: Office, happenings: list[tuple[str, tuple[Any, ...]]]
) -> None:
    number = next(NUMBERS)
    life = Life(filled, f"ada-{number}", f"guest-{number}")
    for id in life.people:
        await filled.identify(id)
    for workflow, tenant in (("both", None), ("news", "acme"), ("plain", "other")):
        await life.tell(workflow, tenant)
    await life.count()
    for name, values in happenings:
        await getattr(life, name)(*values)
    await check(filled, *life.people)


async def test_whoever_writes_at_once_the_stored_counts_are_right(filled: Office) -> None:
    for id in PEOPLE:
        await filled.identify(id)
    life = Life(filled, *PEOPLE)
    await life.tell("both", None)
    draw = random.Random(1)
    for _ in range(6):
        jobs = await triggered(filled, *PEOPLE, times=6)
        ids = await life.ids(1)

        def some(ids: list[str] = ids) -> list[str]:
            return draw.sample(ids, len(ids) // 2)

        marks = [
            filled.messaging.marks.mark(filled.environment_id, some(), mark)
            for mark in (Mark.SEEN, Mark.READ, Mark.UNREAD, Mark.ARCHIVED, Mark.INTERACTED)
        ]
        each = [
            filled.messaging.marks.mark_each(
                filled.environment_id, {id: draw.choice((Mark.UNSEEN, Mark.READ, Mark.UNARCHIVED)) for id in some()}
            )
            for _ in range(3)
        ]
        everything: list[Awaitable[Any]] = [
            *marks,
            *each,
            *map(filled.run, jobs),
            *(count_on(filled, id) for id in PEOPLE * 3),
            life.mark_all(Action.SEEN, None),
        ]
        draw.shuffle(everything)
        await asyncio.gather(*everything)
        await check(filled, *PEOPLE)


@pytest.mark.parametrize("counted", [PEOPLE, ("ada",), ("guest",)])
async def test_counts_move_with_the_messages_of_a_merge(filled: Office, counted: tuple[str, ...]) -> None:
    for id in PEOPLE:
        await filled.identify(id)
        await tell(filled, id, times=3)
    for id in counted:
        await count_on(filled, id)
    merge = await filled.merge(*PEOPLE)
    await check(filled, "ada")
    assert counts(await filled.feed("ada")) == (6, 6, 6)
    await count_on(filled, "ada")
    await filled.undo(merge)
    await check(filled, *PEOPLE)
    assert [counts(await filled.feed(id)) for id in PEOPLE] == [(3, 3, 3), (3, 3, 3)]


async def test_a_mark_that_waits_for_counting_moves_what_was_counted(filled: Office) -> None:
    await filled.identify("ada")
    await tell(filled, "ada", times=2)
    (newest, _) = await filled.messages("ada")
    async with filled.pool.acquire() as connection, connection.transaction():
        found = await filled.directory.reader.read(filled.user("ada"))
        assert found is not None
        await store_counts(connection, found.identity)
        marking = asyncio.create_task(filled.messaging.marks.mark(filled.environment_id, [newest.id], Mark.READ))
        await until_somebody_waits(connection)
    await marking
    await check(filled, "ada")
    assert counts(await filled.feed("ada")) == (2, 1, 2)


async def until_somebody_waits(connection: Connection) -> None:
    waits = "SELECT true FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' LIMIT 1"
    async with asyncio.timeout(30):
        while not await connection.fetchval(waits):
            await asyncio.sleep(0.01)
