"""Subscriptions: they belong to identities, not to ids that others use later."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.errors import RefusedError
from addressee.directory.groups.bulk_subscriptions import Subscribing, Unsubscribing
from addressee.directory.groups.subscriptions import Subscription, erase_subscriptions
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.bulk import Failure
from addressee.directory.writing.writes import Write
from tests.conftest import Environment
from tests.support.clock import MovedClock

ALL: PageRequest[UUID] = PageRequest(50)
PROJECTS = "projects"


class Town:
    """A directory in which users and projects have short names."""

    def __init__(self, directory: Directory, pool: Pool, environment_id: int) -> None:
        self.directory = directory
        self.pool = pool
        self.environment_id = environment_id
        self.examples = itertools.count()
        self.tag = ""

    def place(self, id: str) -> Place:
        return Place(self.environment_id, (PROJECTS if id.isupper() else USERS) + self.tag, id)

    async def create(self, *ids: str) -> list[Recipient]:
        """An id in capitals is a project's."""
        written = [await self.directory.write(Write(self.place(id), (Identify(),))) for id in ids]
        return [each.recipient for each in written if each.recipient is not None]

    async def delete(self, id: str) -> list[Recipient]:
        """Who is gone now."""
        written = await self.directory.write(Write(self.place(id), (Delete(),)))
        return [written.before] if written.before is not None and written.before.lives else []

    async def add(self, object: str, *recipients: str, **properties: object) -> Sequence[Subscription]:
        people = await self.directory.read_all(map(self.place, (object, *recipients)))
        return await self.directory.subscriptions.add(
            people[self.place(object)], [people[self.place(id)] for id in recipients], properties or None
        )

    async def end(self, object: str, *recipients: str) -> list[str]:
        people = await self.directory.read_all(map(self.place, (object, *recipients)))
        ended = await self.directory.subscriptions.delete(
            people[self.place(object)], [people[self.place(id)] for id in recipients]
        )
        return [each.recipient.place.id for each in ended]

    async def subscribers(self, object: str, *among: str) -> list[str]:
        owner = await self.directory.read(self.place(object))
        assert owner is not None
        chosen = [self.place(id) for id in among] or None
        found = await self.directory.subscriptions.subscribers(owner, ALL, chosen)
        return [each.recipient.place.id for each in found.entries]

    async def objects(self, recipient: str, *among: str) -> list[str]:
        owner = await self.directory.read(self.place(recipient))
        assert owner is not None
        chosen = [self.place(id) for id in among] or None
        found = await self.directory.subscriptions.objects(owner, ALL, chosen)
        return [each.object.place.id for each in found.entries]

    async def count(self, object: str) -> int:
        owner = await self.directory.read(self.place(object))
        assert owner is not None
        return await self.directory.subscriptions.count_subscribers(owner)

    async def erase(self, *people: Recipient) -> None:
        await erase_subscriptions(self.pool, [person.identity for person in people])

    async def count_rows(self) -> int:
        """Of subscriptions, whoever they belong to, under this tag."""
        statement = "SELECT count(*) FROM addressee.subscriptions WHERE environment_id = $1 AND collection = $2"
        count: int = await self.pool.fetchval(statement, self.environment_id, PROJECTS + self.tag)
        return count

    async def rows(self) -> tuple[int, int]:
        """How many rows there are of subscriptions and of counts."""
        statement = "SELECT count(*) FROM addressee.{} WHERE environment_id = $1"
        tables = ("subscriptions", "subscription_counts")
        found = [await self.pool.fetchval(statement.format(table), self.environment_id) for table in tables]
        return found[0], found[1]


@pytest.fixture
def town(directory: Directory, pool: Pool, environment: Environment) -> Town:
    return Town(directory, pool, environment.id)


async def test_adding(town: Town, clock: MovedClock) -> None:
    project, ada, bob = await town.create("P", "ada", "bob")
    first, second = await town.add("P", "ada", "bob", role="owner")
    assert (first.object, first.recipient, first.properties) == (project, ada, {"role": "owner"})
    assert (second.recipient, second.inserted_at) == (bob, clock.now())
    assert await town.subscribers("P") == ["bob", "ada"]
    assert await town.objects("ada") == ["P"]
    assert await town.count("P") == 2


async def test_adding_again_changes_the_properties_only(town: Town, clock: MovedClock) -> None:
    await town.create("P", "ada")
    (first,) = await town.add("P", "ada", role="owner", since=2024)
    clock.move(timedelta(minutes=1))
    (again,) = await town.add("P", "ada", role="guest")
    assert again.properties == {"role": "guest"}
    assert (again.id, again.inserted_at) == (first.id, first.inserted_at)
    assert again.updated_at == clock.now()
    assert await town.count("P") == 1


async def test_adding_again_without_properties_keeps_them(town: Town) -> None:
    await town.create("P", "ada")
    await town.add("P", "ada", role="owner")
    (again,) = await town.add("P", "ada")
    assert again.properties == {"role": "owner"}


async def test_who_is_named_twice_is_added_once(town: Town) -> None:
    await town.create("P", "ada")
    assert len(await town.add("P", "ada", "ada")) == 1
    assert await town.count("P") == 1


async def test_an_object_does_not_subscribe_to_itself(town: Town) -> None:
    await town.create("P", "Q")
    with pytest.raises(RefusedError, match="P cannot subscribe to itself"):
        await town.add("P", "Q", "P")
    assert await town.subscribers("P") == []
    await town.add("P", "Q")
    await town.add("Q", "P")
    assert (await town.objects("P"), await town.objects("Q")) == (["Q"], ["P"])


@pytest.mark.parametrize("properties", [{"a": "\0"}, {"a": "x" * 256_001}, {"a": float("nan")}])
async def test_properties_that_cannot_be_kept(town: Town, properties: dict[str, object]) -> None:
    await town.create("P", "ada")
    with pytest.raises(RefusedError):
        await town.add("P", "ada", **properties)


async def test_deleting_returns_those_that_there_were(town: Town) -> None:
    await town.create("P", "ada", "bob", "cid")
    await town.add("P", "ada", "bob")
    assert await town.end("P", "cid", "bob") == ["bob"]
    assert await town.end("P", "bob") == []
    assert await town.subscribers("P") == ["ada"]
    assert await town.count("P") == 1


async def test_lists_are_paged_both_ways(town: Town) -> None:
    (project, *_) = await town.create("P", *(f"u{n}" for n in range(5)))
    for n in range(5):
        await town.add("P", f"u{n}")

    def ids(entries: Sequence[Subscription]) -> list[str]:
        return [each.recipient.place.id for each in entries]

    first = await town.directory.subscriptions.subscribers(project, PageRequest(2))
    assert (ids(first.entries), first.before) == (["u4", "u3"], None)
    second = await town.directory.subscriptions.subscribers(project, PageRequest(2, after=first.entries[-1].id))
    assert ids(second.entries) == ["u2", "u1"]
    last = await town.directory.subscriptions.subscribers(project, PageRequest(2, after=second.entries[-1].id))
    assert (ids(last.entries), last.after) == (["u0"], None)
    back = await town.directory.subscriptions.subscribers(project, PageRequest(2, before=last.entries[0].id))
    assert ids(back.entries) == ["u2", "u1"]


async def test_lists_of_some(town: Town) -> None:
    await town.create("P", "Q", "R", "ada", "bob", "cid")
    for project in ("P", "Q", "R"):
        await town.add(project, "ada", "bob", "cid")
    assert await town.subscribers("P", "ada", "cid", "stranger") == ["cid", "ada"]
    assert await town.objects("ada", "P", "R", "STRANGE") == ["R", "P"]


async def test_who_is_deleted_subscribes_to_nothing(town: Town) -> None:
    await town.create("P", "ada", "bob")
    await town.add("P", "ada", "bob")
    await town.delete("ada")
    assert await town.subscribers("P") == ["bob"]
    assert await town.subscribers("P", "ada") == []


async def test_a_deleted_object_has_no_subscribers_when_its_id_is_used_again(town: Town) -> None:
    await town.create("P", "ada")
    await town.add("P", "ada")
    await town.delete("P")
    assert await town.objects("ada") == []
    await town.create("P")
    assert (await town.subscribers("P"), await town.objects("ada"), await town.count("P")) == ([], [], 0)


async def test_who_has_the_id_now_subscribes_anew(town: Town) -> None:
    await town.create("P", "ada")
    (before,) = await town.add("P", "ada", role="owner")
    await town.delete("ada")
    (ada,) = await town.create("ada")
    assert await town.subscribers("P") == []
    (after,) = await town.add("P", "ada")
    assert after.id != before.id
    assert (after.recipient, after.properties) == (ada, {})
    assert await town.subscribers("P") == ["ada"]


async def test_who_is_deleted_meanwhile_is_left_out(town: Town) -> None:
    project, ada, bob = await town.create("P", "ada", "bob")
    await town.delete("ada")
    added = await town.directory.subscriptions.add(project, [ada, bob])
    assert [each.recipient for each in added] == [bob]
    await town.delete("P")
    assert await town.directory.subscriptions.add(project, [bob]) == []
    assert await town.rows() == (1, 1)


async def test_a_late_writer_does_not_end_what_the_next_one_has(town: Town) -> None:
    project, before = await town.create("P", "ada")
    await town.delete("ada")
    await town.create("ada")
    await town.add("P", "ada")
    assert await town.directory.subscriptions.add(project, [before]) == []
    assert await town.directory.subscriptions.delete(project, [before]) == []
    assert await town.subscribers("P") == ["ada"]


async def test_an_erased_object_leaves_nothing(town: Town) -> None:
    project, *_ = await town.create("P", "Q", "ada", "bob")
    await town.add("P", "ada", "bob")
    await town.add("Q", "ada")
    await town.delete("P")
    await town.erase(project)
    assert await town.rows() == (1, 1)
    assert await town.count("Q") == 1


async def test_an_erased_subscriber_is_counted_no_more(town: Town) -> None:
    _, _, ada, _ = await town.create("P", "Q", "ada", "bob")
    await town.add("P", "ada", "bob")
    await town.add("Q", "ada")
    await town.delete("ada")
    assert await town.count("P") == 2
    await town.erase(ada)
    await town.erase(ada)
    assert (await town.count("P"), await town.count("Q")) == (1, 0)
    assert (await town.rows())[0] == 1


async def test_another_environments_recipients_are_others(town: Town, pool: Pool, directory: Directory) -> None:
    await town.create("P", "ada")
    await town.add("P", "ada")
    elsewhere = Town(directory, pool, -town.environment_id)
    await elsewhere.create("P", "ada")
    assert await elsewhere.subscribers("P") == []
    await town.erase(*(await elsewhere.create("P")))
    assert await town.subscribers("P") == ["ada"]


async def test_bulk_rows_succeed_and_fail_alone(town: Town) -> None:
    await town.create("P", "Q", "ada", "bob")
    rows: list[Subscribing | Unsubscribing | Failure] = [
        Subscribing(town.place("P"), [town.place("ada"), town.place("bob")], {"role": "owner"}),
        Subscribing(town.place("Q"), [town.place("ada"), town.place("stranger")]),
        Subscribing(town.place("STRANGE"), [town.place("ada")]),
        Failure(PROJECTS, "R", "refused before"),
        Subscribing(town.place("Q"), [town.place("Q")]),
    ]
    operation = await town.directory.run_bulk_subscriptions(town.environment_id, "subscribe", rows)
    assert (operation.total, [(failure.id, failure.message) for failure in operation.failures]) == (
        5,
        [
            ("Q", "'stranger' is not known in $users."),
            ("STRANGE", "'STRANGE' is not known in projects."),
            ("R", "refused before"),
            ("Q", "Q cannot subscribe to itself."),
        ],
    )
    assert (await town.subscribers("P"), await town.subscribers("Q")) == (["bob", "ada"], [])
    assert await town.directory.find_bulk_operation(town.environment_id, operation.id) == operation


async def test_bulk_rows_pass_over_what_there_is_not(town: Town) -> None:
    await town.create("P", "ada", "bob")
    await town.add("P", "ada", "bob")
    rows: list[Subscribing | Unsubscribing | Failure] = [
        Unsubscribing(town.place("P"), [town.place("ada"), town.place("stranger")]),
        Unsubscribing(town.place("STRANGE"), [town.place("ada")]),
    ]
    operation = await town.directory.run_bulk_subscriptions(town.environment_id, "unsubscribe", rows)
    assert operation.failures == ()
    assert await town.subscribers("P") == ["bob"]


class Model:
    """What holds, plainly: who lives, and which of the living subscribe to which, newest last."""

    def __init__(self) -> None:
        self.living: set[str] = set()
        self.pairs: list[tuple[str, str]] = []

    def add(self, object: str, recipient: str) -> None:
        if (object, recipient) not in self.pairs:
            self.pairs.append((object, recipient))

    def end(self, object: str, recipient: str) -> None:
        self.pairs = [pair for pair in self.pairs if pair != (object, recipient)]

    def delete(self, id: str) -> None:
        self.living.discard(id)
        self.pairs = [pair for pair in self.pairs if id not in pair]

    def subscribers(self, object: str) -> list[str]:
        return [recipient for one, recipient in reversed(self.pairs) if one == object]

    def objects(self, recipient: str) -> list[str]:
        return [object for object, one in reversed(self.pairs) if one == recipient]


PROJECT_IDS = ["P", "Q"]
ALL_IDS = [*PROJECT_IDS, "ada", "bob"]

pairs = st.tuples(st.sampled_from(PROJECT_IDS), st.sampled_from(ALL_IDS)).filter(lambda pair: pair[0] != pair[1])
steps = st.one_of(
    st.tuples(st.sampled_from(["add", "end"]), pairs),
    st.tuples(st.sampled_from(["create", "delete"]), st.sampled_from(ALL_IDS)),
    st.tuples(st.just("erase"), st.none()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=st.lists(steps, max_size=25))
async def test_as_a_plain_model_says(town: Town, taken: list[tuple[str, Any]]) -> None:
    """Whoever comes and goes: no orphan is seen, nobody inherits, and counts are right once all is erased."""
    town.tag = f"-{next(town.examples)}"
    model = Model()
    gone: list[Recipient] = []
    for kind, which in [*(("create", id) for id in ALL_IDS), *taken, ("erase", None)]:
        match kind:
            case "create" if which not in model.living:
                await town.create(which)
                model.living.add(which)
            case "delete" if which in model.living:
                gone += await town.delete(which)
                model.delete(which)
            case "add" if model.living.issuperset(which):
                await town.add(*which)
                model.add(*which)
            case "end" if model.living.issuperset(which):
                assert await town.end(*which) == ([which[1]] if which in model.pairs else [])
                model.end(*which)
            case "erase" if gone:
                await town.erase(*gone)
    for id in model.living:
        assert await town.subscribers(id) == model.subscribers(id)
        assert await town.objects(id) == model.objects(id)
        assert await town.count(id) == len(model.subscribers(id))
    assert await town.count_rows() == len(model.pairs)


async def test_whoever_adds_ends_deletes_and_erases_at_once_leaves_it_right(town: Town) -> None:
    """No deadlock, no orphan that is seen, and counts that are exact once all is quiet."""
    chance = random.Random(7)
    users = [f"user-{number}" for number in range(12)]
    await town.create(*PROJECT_IDS, *users)
    gone: list[Recipient] = []

    async def caller() -> None:
        for _ in range(40):
            project = chance.choice(PROJECT_IDS)
            some = chance.sample(users, 6)
            people = await town.directory.read_all(map(town.place, (project, *some)))
            subscribers = [people[town.place(id)] for id in some if town.place(id) in people]
            match chance.randrange(8):
                case 0:
                    gone.extend(await town.delete(some[0]))
                case 1 if gone:
                    await town.erase(*gone[-3:])
                case 2 | 3:
                    await town.directory.subscriptions.delete(people[town.place(project)], subscribers)
                case 4:
                    await town.create(some[0])
                case _:
                    await town.directory.subscriptions.add(people[town.place(project)], subscribers, {"n": 1})

    await asyncio.gather(*(caller() for _ in range(8)))
    await town.erase(*gone)
    assert await town.count_rows() == sum([await town.count(project) for project in PROJECT_IDS])
    for project in PROJECT_IDS:
        found = await town.subscribers(project)
        assert await town.count(project) == len(found) == len(set(found))


async def test_several_objects_subscribers_are_counted_at_once(town: Town) -> None:
    project, empty = await town.create("P", "E")
    await town.create("ada", "bob")
    await town.add("P", "ada", "bob")
    counts = await town.directory.subscriptions.count_subscribers_of([project, empty])
    assert counts == {project.uid: 2}
    assert counts[empty.uid] == 0
    assert await town.directory.subscriptions.count_subscribers_of([]) == {}


async def test_what_a_recipient_subscribes_to_is_counted_as_it_is_listed(town: Town) -> None:
    ada, _, kept_apart, *_ = await town.create("ada", "P", "K", "Q")
    for object in ("P", "Q"):
        await town.add(object, "ada")
    await town.directory.write(Write(kept_apart.place._replace(collection="$lists"), (Identify(),)))
    kept = await town.directory.read(kept_apart.place._replace(collection="$lists"))
    assert kept is not None
    await town.directory.subscriptions.add(kept, [ada])
    assert await town.directory.subscriptions.count_objects(ada) == len(await town.objects("ada")) == 2
    await town.delete("P")
    assert await town.directory.subscriptions.count_objects(ada) == len(await town.objects("ada")) == 1
