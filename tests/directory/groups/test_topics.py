"""Topics and their subscriptions, also while topics and users are created and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.collections import check_collection, check_objects, check_own
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.errors import RefusedError, UnavailableError
from addressee.directory.groups.subscriptions import erase_subscriptions
from addressee.directory.groups.topics import TOPICS, Subscribed, Topics, TopicSubscription, topic_place
from addressee.directory.reading.listing import Order
from addressee.directory.reading.reader import Reader
from addressee.directory.reading.uuid_ranges import ALWAYS, UuidRange
from addressee.directory.recipient import USERS, Identity, Place, Recipient
from addressee.directory.writing.receipts import RepeatedError
from addressee.directory.writing.writes import Write, Written
from tests.conftest import Environment
from tests.support.clock import MovedClock
from tests.support.receipts import receipt

ALL: PageRequest[UUID] = PageRequest(100)


class Forum:
    """A directory whose users and topics have short names."""

    def __init__(self, directory: Directory, environment_id: int) -> None:
        self.directory = directory
        self.topics = directory.topics
        self.environment_id = environment_id

    def user(self, id: str) -> Place:
        return Place(self.environment_id, USERS, id)

    def topic(self, name: str) -> Place:
        return topic_place(self.environment_id, name)

    async def create(self, *ids: str) -> list[Recipient]:
        results = await self.directory.write_all([Write(self.user(id), (Identify(),)) for id in ids])
        return [each.recipient for each in results if isinstance(each, Written) and each.recipient is not None]

    async def delete(self, place: Place) -> Recipient | None:
        """Who lived there."""
        return (await self.directory.write(Write(place, (Delete(),)))).before

    async def found(self, place: Place) -> Recipient:
        found = await self.directory.read(place)
        assert found is not None
        return found

    async def subscribe(self, topic: str, *ids: str) -> Subscribed:
        """Whoever is not known is created."""
        return await self.topics.subscribe(self.topic(topic), await self.create(*ids))

    async def unsubscribe(self, topic: str, *ids: str) -> list[str]:
        users = [await self.found(self.user(id)) for id in ids]
        ended = await self.topics.unsubscribe(await self.found(self.topic(topic)), users)
        return [each.user_id for each in ended]

    async def subscribers(self, topic: str, uids: UuidRange = ALWAYS, page: PageRequest[UUID] = ALL) -> list[str]:
        part = await self.topics.subscribers(await self.found(self.topic(topic)), uids, page)
        return [each.user_id for each in part.entries]

    async def topics_of(self, id: str, uids: UuidRange = ALWAYS, page: PageRequest[UUID] = ALL) -> list[str]:
        part = await self.topics.subscriptions_of(await self.found(self.user(id)), uids, page)
        return [each.topic for each in part.entries]

    async def count(self, topic: str) -> int:
        return await self.directory.subscriptions.count_subscribers(await self.found(self.topic(topic)))


@pytest.fixture
def forum(directory: Directory, environment: Environment) -> Forum:
    return Forum(directory, environment.id)


def made(id: UUID) -> datetime:
    """The millisecond of a UUIDv7."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)


class TestSubscribing:
    async def test_the_first_makes_the_topic(self, forum: Forum) -> None:
        (ada,) = await forum.create("ada")
        subscribed = await forum.topics.subscribe(forum.topic("news"), [ada])
        (subscription,) = subscribed.subscriptions
        assert subscription == TopicSubscription(subscription.id, "news", "ada", ada.uid)
        assert subscribed.new == {subscription.id}
        assert await forum.topics.subscription(await forum.found(forum.topic("news")), ada) == subscription
        assert (await forum.subscribers("news"), await forum.topics_of("ada"), await forum.count("news")) == (
            ["ada"],
            ["news"],
            1,
        )

    async def test_again_changes_nothing(self, forum: Forum) -> None:
        before = await forum.subscribe("news", "ada")
        topic = await forum.found(forum.topic("news"))
        again = await forum.subscribe("news", "ada")
        assert again == Subscribed(before.subscriptions, frozenset())
        assert (await forum.found(forum.topic("news")), await forum.count("news")) == (topic, 1)

    async def test_several_come_back_in_their_order(self, forum: Forum) -> None:
        before = await forum.subscribe("news", "bob")
        subscribed = await forum.subscribe("news", "cid", "bob", "ada")
        assert [each.user_id for each in subscribed.subscriptions] == ["cid", "bob", "ada"]
        assert len(subscribed.new) == 2
        assert before.new.isdisjoint(subscribed.new)

    async def test_nobody_makes_no_topic(self, forum: Forum) -> None:
        assert await forum.subscribe("news") == Subscribed((), frozenset())
        assert await forum.directory.read(forum.topic("news")) is None

    async def test_who_was_deleted_meanwhile_is_left_out(self, forum: Forum) -> None:
        users = await forum.create("ada", "bob")
        await forum.delete(forum.user("ada"))
        subscribed = await forum.topics.subscribe(forum.topic("news"), users)
        assert [each.user_id for each in subscribed.subscriptions] == ["bob"]

    async def test_under_a_receipt_it_is_done_once(self, forum: Forum) -> None:
        ada, bob = await forum.create("ada", "bob")
        for users in ([ada], []):
            key = receipt(forum.environment_id, f"key-{len(users)}")
            await forum.topics.subscribe(forum.topic("news"), users, receipt=key)
            with pytest.raises(RepeatedError):
                await forum.topics.subscribe(forum.topic("news"), [bob], receipt=key)
        assert await forum.subscribers("news") == ["ada"]

    @pytest.mark.parametrize("name", ["a", "order-updates", "post_123", "A.b:c-d_e", "...", "x" * 255])
    def test_names(self, name: str) -> None:
        assert topic_place(1, name) == Place(1, TOPICS, name)

    @pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "é", "x" * 256, "a\n", "\0", "$lists", "%2e"])
    def test_what_is_no_name(self, name: str) -> None:
        with pytest.raises(RefusedError) as refusal:
            topic_place(1, name, "topic")
        assert (refusal.value.reason, refusal.value.field) == ("topic_name", "topic")


class TestEnding:
    async def test_unsubscribing_returns_those_that_there_were(self, forum: Forum) -> None:
        await forum.subscribe("news", "ada", "bob")
        await forum.create("cid")
        assert await forum.unsubscribe("news", "cid", "bob") == ["bob"]
        assert await forum.unsubscribe("news", "bob") == []
        assert (await forum.subscribers("news"), await forum.topics_of("bob")) == (["ada"], [])
        assert await forum.count("news") == 1

    async def test_under_a_receipt_it_is_done_once(self, forum: Forum) -> None:
        await forum.subscribe("news", "ada")
        topic, ada = await forum.found(forum.topic("news")), await forum.found(forum.user("ada"))
        key = receipt(forum.environment_id, "key")
        assert len(await forum.topics.unsubscribe(topic, [ada], receipt=key)) == 1
        await forum.subscribe("news", "ada")
        with pytest.raises(RepeatedError):
            await forum.topics.unsubscribe(topic, [ada], receipt=key)
        assert await forum.subscribers("news") == ["ada"]

    async def test_deleting_a_topic_ends_its_subscriptions_at_once(self, forum: Forum, pool: Pool) -> None:
        await forum.subscribe("news", "ada", "bob")
        await forum.subscribe("other", "ada")
        gone = await forum.delete(forum.topic("news"))
        assert gone is not None
        assert await forum.topics_of("ada") == ["other"]
        await forum.subscribe("news", "cid")
        assert (await forum.subscribers("news"), await forum.count("news")) == (["cid"], 1)
        assert (await forum.found(forum.topic("news"))).uid != gone.uid

        await erase_subscriptions(pool, [gone.identity])
        assert await rows_of(pool, gone.uid) == (0, 0)
        assert (await forum.subscribers("news"), await forum.topics_of("ada")) == (["cid"], ["other"])

    async def test_who_has_the_id_of_a_deleted_user_subscribes_to_nothing(self, forum: Forum) -> None:
        await forum.subscribe("news", "ada", "bob")
        await forum.delete(forum.user("ada"))
        assert await forum.subscribers("news") == ["bob"]
        await forum.create("ada")
        assert (await forum.subscribers("news"), await forum.topics_of("ada")) == (["bob"], [])


async def rows_of(pool: Pool, topic_uid: UUID) -> tuple[int, int]:
    """How many subscriptions and counts are stored under an identity."""
    statement = "SELECT count(*) FROM addressee.{} WHERE object_uid = $1"
    tables = ("subscriptions", "subscription_counts")
    found = [await pool.fetchval(statement.format(table), topic_uid) for table in tables]
    return found[0], found[1]


class TestLists:
    async def test_topics_newest_first(self, forum: Forum) -> None:
        for name in ("a", "c", "b"):
            await forum.subscribe(name, "ada")
        part = await forum.directory.list(forum.environment_id, TOPICS, ALL, Order.NEWEST_FIRST)
        assert [each.place.id for each in part.entries] == ["b", "c", "a"]

    async def test_they_are_paged_both_ways(self, forum: Forum) -> None:
        for number in range(5):
            await forum.subscribe("news", f"user-{number}")
            await forum.subscribe(f"topic-{number}", "ada")
        topic, ada = await forum.found(forum.topic("news")), await forum.found(forum.user("ada"))
        for walk in (self.walk_subscribers, self.walk_topics):
            everything = await walk(forum, topic, ada)
            assert everything == [4, 3, 2, 1, 0]

    async def walk_subscribers(self, forum: Forum, topic: Recipient, _: Recipient) -> list[int]:
        first = await forum.topics.subscribers(topic, ALWAYS, PageRequest(2))
        rest = await forum.topics.subscribers(topic, ALWAYS, PageRequest(4, after=first.entries[-1].id))
        assert (first.before, rest.after) == (None, None)
        back = await forum.topics.subscribers(topic, ALWAYS, PageRequest(2, before=rest.entries[0].id))
        assert back.entries == first.entries
        return numbers(each.user_id for each in (*first.entries, *rest.entries))

    async def walk_topics(self, forum: Forum, _: Recipient, user: Recipient) -> list[int]:
        first = await forum.topics.subscriptions_of(user, ALWAYS, PageRequest(2))
        rest = await forum.topics.subscriptions_of(user, ALWAYS, PageRequest(4, after=first.entries[-1].id))
        assert (first.before, rest.after) == (None, None)
        back = await forum.topics.subscriptions_of(user, ALWAYS, PageRequest(2, before=rest.entries[0].id))
        assert back.entries == first.entries
        return numbers(each.topic for each in (*first.entries, *rest.entries))

    async def test_of_a_period(self, forum: Forum, pool: Pool) -> None:
        subscriptions = await self.a_minute_apart(forum, pool)
        times = [made(each.id) for each in subscriptions]
        middle = UuidRange.of(times[1], times[3])
        assert await forum.subscribers("news", middle) == ["user-2", "user-1"]
        assert await forum.subscribers("news", middle, PageRequest(1)) == ["user-2"]
        assert await forum.subscribers("news", middle, PageRequest(2, after=subscriptions[2].id)) == ["user-1"]
        assert await forum.subscribers("news", middle, PageRequest(2, before=subscriptions[1].id)) == ["user-2"]
        assert await forum.subscribers("news", UuidRange.of(times[4] + timedelta(milliseconds=1), times[4])) == []
        assert await forum.topics_of("user-2", middle) == ["news"]
        assert await forum.topics_of("user-3", middle) == []

    async def a_minute_apart(self, forum: Forum, pool: Pool) -> Sequence[TopicSubscription]:
        """Five subscriptions to `news`, oldest first."""
        await forum.subscribe("news", *(f"user-{number}" for number in range(5)))
        topic = await forum.found(forum.topic("news"))
        for number in range(5):
            await pool.execute(
                "UPDATE addressee.subscriptions SET id = $3 WHERE object_uid = $1 AND recipient_id = $2",
                topic.uid,
                f"user-{number}",
                UUID(int=(1_700_000_000_000 + number * 60_000) << 80 | 7 << 76 | 2 << 62),
            )
        part = await forum.topics.subscribers(topic, ALWAYS, ALL)
        return part.entries[::-1]

    @pytest.mark.parametrize("check", [check_collection, check_objects, check_own])
    def test_nothing_else_reaches_their_collection(self, check: Callable[[object], str]) -> None:
        with pytest.raises(RefusedError):
            check(TOPICS)

    async def test_others_lists_and_counts_do_not_show_topics(self, forum: Forum) -> None:
        await forum.subscribe("news", "ada")
        project = Place(forum.environment_id, "projects", "P")
        written = (await forum.directory.write(Write(project, (Identify(),)))).recipient
        assert written is not None
        ada, topic = await forum.found(forum.user("ada")), await forum.found(forum.topic("news"))
        await forum.directory.subscriptions.add(written, [ada])
        for among in (None, [project, topic.place]):
            part = await forum.directory.subscriptions.objects(ada, ALL, among)
            assert [each.object.place for each in part.entries] == [project]
        assert await forum.directory.subscriptions.count_objects(ada) == 1
        assert (await forum.directory.lists.memberships(ada, ALL)).entries == []
        assert await forum.topics_of("ada") == ["news"]


def numbers(names: Iterable[str]) -> list[int]:
    return [int(name[-1]) for name in names]


class TestAtOnce:
    """Each task has a directory of its own, as another process has."""

    def processes(self, pool: Pool, environment: Environment, number: int) -> list[Forum]:
        return [Forum(Directory(pool, MovedClock()), environment.id) for _ in range(number)]

    async def test_many_first_ones_make_one_topic(self, pool: Pool, environment: Environment) -> None:
        forums = self.processes(pool, environment, 8)
        await forums[0].create(*(f"user-{number}" for number in range(8)))
        subscribed = await asyncio.gather(
            *(forum.subscribe("news", f"user-{number}") for number, forum in enumerate(forums))
        )
        assert all(len(each.new) == 1 for each in subscribed)
        assert sorted(await forums[0].subscribers("news")) == [f"user-{number}" for number in range(8)]
        assert await forums[0].count("news") == 8

    async def test_the_same_one_is_new_once(self, pool: Pool, environment: Environment) -> None:
        forums = self.processes(pool, environment, 8)
        users = await forums[0].create("ada", "bob")
        subscribed = await asyncio.gather(*(each.topics.subscribe(each.topic("news"), users) for each in forums))
        assert len({tuple(each.subscriptions) for each in subscribed}) == 1
        assert sum(len(each.new) for each in subscribed) == 2
        assert await forums[0].count("news") == 2

    async def test_topics_are_deleted_while_users_subscribe(self, pool: Pool, environment: Environment) -> None:
        """Everybody is subscribed when answered; who was is still, or the topic was deleted since."""
        forums = self.processes(pool, environment, 4)
        forum = forums[0]
        users = await forum.create(*(f"user-{number}" for number in range(40)))

        answered: list[TopicSubscription] = []
        gone: list[Identity] = []

        async def subscribe(each: Forum, some: Sequence[Recipient]) -> None:
            for user in some:
                answered.extend((await each.topics.subscribe(each.topic("news"), [user])).subscriptions)

        async def delete(each: Forum) -> None:
            for _ in range(10):
                topic = await each.delete(each.topic("news"))
                if topic is not None and topic.lives:
                    gone.append(topic.identity)

        await asyncio.gather(
            *(subscribe(each, users[number::4]) for number, each in enumerate(forums)),
            *(delete(each) for each in forums[:2]),
        )
        assert sorted(each.user_id for each in answered) == sorted(user.place.id for user in users)
        await forum.topics.subscribe(forum.topic("news"), users[:1])
        listed = await forum.subscribers("news")
        assert len(listed) == len(set(listed)) == await forum.count("news")

        assert len(set(gone)) == len(gone) > 0
        await erase_subscriptions(pool, gone)
        living = await forum.found(forum.topic("news"))
        stored = await pool.fetch(
            "SELECT object_uid, count(*) FROM addressee.subscriptions WHERE environment_id = $1 GROUP BY 1",
            environment.id,
        )
        assert [tuple(row) for row in stored] == [(living.uid, len(listed))]

    async def test_users_are_deleted_while_they_subscribe(self, pool: Pool, environment: Environment) -> None:
        forums = self.processes(pool, environment, 2)
        users = await forums[0].create(*(f"user-{number}" for number in range(20)))
        await asyncio.gather(
            forums[0].topics.subscribe(forums[0].topic("news"), users),
            forums[1].directory.write_all([Write(user.place, (Delete(),)) for user in users[::2]]),
        )
        await forums[1].create(*(user.place.id for user in users[::2]))
        assert sorted(await forums[0].subscribers("news")) == sorted(user.place.id for user in users[1::2])

    async def test_who_never_meets_the_topic_alive_gives_up(self, forum: Forum, pool: Pool, clock: MovedClock) -> None:
        (ada,) = await forum.create("ada")
        await forum.subscribe("news", "bob")
        gone = await forum.delete(forum.topic("news"))
        assert gone is not None

        class Behind(Reader):
            async def read(self, place: Place) -> Recipient | None:
                return gone

        topics = Topics(pool, Behind(pool), forum.directory.writer, clock)
        with pytest.raises(UnavailableError, match="keep deleting this topic"):
            await topics.subscribe(gone.place, [ada])
