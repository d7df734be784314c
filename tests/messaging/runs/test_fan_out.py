"""What is told to an object is told to its subscribers: who, how far, and each once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from addressee.directory.edits.lists import LISTS, Define
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.groups.topics import TOPICS
from addressee.directory.recipient import TENANTS, USERS, Place
from addressee.directory.writing.writes import Write
from addressee.messaging.runs import fan_out
from addressee.messaging.runs.model import PAGE_SIZE, WaitingRecipient
from addressee.messaging.triggers.trigger import NewRun, Trigger, read_versions, start_runs
from tests.messaging.office import FILES, Office
from tests.messaging.runs.test_passes import body_of

IN_APP_ONLY = """
steps:
  - ref: feed
    channel: in-app
    template:
      body: >-
        {{ recipient.name }}|{{ recipient.subscription.properties.role }}|{{ recipient.subscription.object.name }}|{{
        data.a }}|{{ tenant.settings.branding.logo_url }}
"""
TOLD = {**FILES, "workflows/told.yaml": IN_APP_ONLY}
PROJECTS = "projects"


class Crowd:
    """Users, projects, and who subscribes to which."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def place(self, id: str) -> Place:
        """An id in capitals is a project's."""
        return Place(self.office.environment_id, PROJECTS if id.isupper() else USERS, id)

    async def create(self, *ids: str) -> None:
        writes = [Write(self.place(id), (Identify({"name": id.title()}),)) for id in ids]
        await self.office.directory.write_all(writes)

    async def delete(self, id: str) -> None:
        await self.office.directory.write(Write(self.place(id), (Delete(),)))

    async def subscribe(self, object: str, *recipients: str, **properties: Any) -> None:
        await self.create(object, *recipients)
        people = await self.office.directory.read_all(map(self.place, (object, *recipients)))
        chosen = [people[self.place(id)] for id in recipients]
        await self.office.directory.subscriptions.add(people[self.place(object)], chosen, properties or None)

    async def trigger(self, *ids: str, **rest: Any) -> None:
        """Not carried out yet."""
        wanted = Trigger("told", [self.place(id) for id in ids], **rest)
        await self.office.messaging.triggers.accept(self.office.environment_id, wanted)

    async def told(self, status: str = "completed") -> list[str]:
        """Whose runs ended so."""
        runs = await self.office.recipient_runs()
        return sorted(run["recipient_id"] for run in runs if run["status"] == status)

    async def fanouts(self) -> int:
        statement = "SELECT count(*) FROM addressee.run_fanouts WHERE environment_id = $1"
        count: int = await self.office.pool.fetchval(statement, self.office.environment_id)
        return count

    async def work(self, kind: str) -> None:
        """Runs the jobs of one kind that wait now."""
        for job in await self.office.jobs():
            if job.name == kind:
                await self.office.run(job)
                await self.office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)


@pytest.fixture
async def crowd(office: Office) -> Crowd:
    await office.push(TOLD)
    return Crowd(office)


async def test_an_object_is_told_and_so_are_its_subscribers(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada", "bob", role="owner")
    await crowd.create("cid")
    await crowd.trigger("P", data={"a": 1})
    await office.work()
    assert await crowd.told() == ["P", "ada", "bob"]
    assert await body_of(office, "ada") == "<p>Ada|owner|P|1|</p>"
    assert await crowd.fanouts() == 0


async def test_a_recipient_that_is_named_has_no_subscription(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada", "bob", role="owner")
    await crowd.trigger("P", "bob", overrides={office.user("bob"): {"a": 2}}, data={"a": 1})
    await office.work()
    assert await crowd.told() == ["P", "ada", "bob"]
    assert await body_of(office, "bob") == "<p>Bob|||2|</p>"


async def test_two_levels_of_subscribers_are_told(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada", "Q")
    await crowd.subscribe("Q", "bob", "R")
    await crowd.subscribe("R", "cid")
    await crowd.trigger("P")
    await office.work()
    assert await crowd.told() == ["P", "Q", "R", "ada", "bob"]


async def test_an_object_near_enough_by_any_way_tells_its_subscribers(office: Office, crowd: Crowd) -> None:
    """R is two levels below P, and one below S."""
    await crowd.subscribe("P", "Q")
    await crowd.subscribe("Q", "R")
    await crowd.subscribe("S", "R")
    await crowd.subscribe("R", "cid")
    await crowd.trigger("P", "S")
    await office.work()
    assert "cid" in await crowd.told()


async def test_circles_end_and_nobody_is_told_twice(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "Q", "ada")
    await crowd.subscribe("Q", "P", "ada", "bob")
    await crowd.trigger("P", "Q", "ada")
    await office.work()
    assert await crowd.told() == ["P", "Q", "ada", "bob"]
    assert [len(await office.messages(id)) for id in ("ada", "bob")] == [1, 1]


async def test_the_actor_is_told_only_when_named(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada", "bob")
    await crowd.trigger("P", actor=office.user("ada"))
    await office.work()
    assert await crowd.told() == ["P", "bob"]
    await crowd.subscribe("Q", "cid")
    await crowd.trigger("Q", "cid", actor=office.user("cid"))
    await office.work()
    assert await crowd.told() == ["P", "Q", "bob", "cid"]


async def test_an_actor_that_is_an_object_tells_nobody_either(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "Q", "ada")
    await crowd.subscribe("Q", "bob")
    await crowd.trigger("P", actor=crowd.place("Q"))
    await office.work()
    assert await crowd.told() == ["P", "ada"]


async def test_a_tenant_has_subscribers_too(office: Office, crowd: Crowd) -> None:
    (ada,) = [await office.identify("ada")]
    place = Place(office.environment_id, TENANTS, "acme")
    branding = {"branding": {"logo_url": "https://acme.example/logo.png"}}
    acme = (await office.directory.write(Write(place, (Identify(branding),)))).recipient
    assert acme is not None
    await office.directory.subscriptions.add(acme, [ada])
    wanted = Trigger("told", [Place(office.environment_id, TENANTS, "acme")], tenant="acme")
    await office.messaging.triggers.accept(office.environment_id, wanted)
    await office.work()
    assert await crowd.told() == ["acme", "ada"]
    assert await body_of(office, "ada") == "<p>Ada||||https://acme.example/logo.png</p>"


async def test_what_a_schedule_starts_is_told_to_nobody_else(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada")
    project = await office.directory.read(crowd.place("P"))
    assert project is not None
    async with office.pool.acquire() as connection, connection.transaction():
        versions = await read_versions(connection, [(office.environment_id, "told")])
        version_id = versions[office.environment_id, "told"]["version_id"]
        waiting = [WaitingRecipient(PROJECTS, "P", project.uid, {})]
        run = NewRun(office.environment_id, "told", version_id, waiting, {}, {"type": "schedule"})
        await start_runs(connection, [run], office.clock.now())
    await office.work()
    assert await crowd.told() == ["P"]


async def test_many_subscribers_are_told_in_pages(office: Office, crowd: Crowd) -> None:
    ids = [f"user-{number:03}" for number in range(2 * PAGE_SIZE)]
    await crowd.subscribe("P", *ids)
    await crowd.trigger("P")
    await office.work()
    assert await crowd.told() == ["P", *ids]
    assert Counter(run["page"] for run in await office.recipient_runs()) == {0: 1, 1: PAGE_SIZE, 2: PAGE_SIZE}
    assert await crowd.fanouts() == 0
    assert await office.jobs() == []


async def test_pages_of_subscribers_with_large_properties_are_small(
    office: Office, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "PAGE_BYTES", 2000)
    await crowd.subscribe("P", *(ids := ["ada", "bob", "cid", "dan"]), role="".join(map(chr, range(200, 900))))
    await crowd.trigger("P")
    await office.work()
    assert await crowd.told() == ["P", *ids]
    assert {run["page"] for run in await office.recipient_runs()} == {0, 1, 2, 3, 4}


async def test_jobs_that_run_twice_change_nothing(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", *(f"user-{number:03}" for number in range(PAGE_SIZE + 1)), "Q")
    await crowd.subscribe("Q", "ada", "P")
    await crowd.trigger("P")
    while jobs := await office.jobs():
        for job in jobs:
            await office.run(job)
            await office.run(job)
            await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    runs = await office.recipient_runs()
    assert len(runs) == PAGE_SIZE + 4
    assert (await office.counts())["messages"] == PAGE_SIZE + 4
    assert Counter(run["page"] for run in runs) == {0: 1, 1: PAGE_SIZE, 2: 2, 3: 1}


async def test_who_is_deleted_in_between_is_not_told(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada", "bob", "cid")
    await crowd.trigger("P")
    await crowd.work("start")
    await crowd.delete("bob")
    await crowd.delete("cid")
    await crowd.create("cid")
    await office.work()
    assert await crowd.told() == ["P", "ada"]


@pytest.mark.usefixtures("one_page_a_job")
async def test_an_object_that_is_deleted_in_between_tells_nobody_else(office: Office, crowd: Crowd) -> None:
    ids = [f"user-{number:03}" for number in range(PAGE_SIZE + 50)]
    await crowd.subscribe("P", *ids)
    await crowd.trigger("P")
    await crowd.work("start")
    await crowd.work("expand")
    await crowd.delete("P")
    await office.work()
    assert await crowd.told() == ids[:PAGE_SIZE]
    assert await crowd.fanouts() == 0


async def test_a_run_of_which_nothing_is_left_is_forgotten(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada")
    await crowd.trigger("P")
    await crowd.work("start")
    await crowd.delete("P")
    await crowd.work("begin")
    await crowd.work("erase")
    assert (await office.counts())["workflow_runs"] == 0
    await office.work()
    assert (await crowd.told(), await crowd.fanouts()) == ([], 0)


async def test_who_subscribes_later_is_not_told_again(office: Office, crowd: Crowd) -> None:
    await crowd.subscribe("P", "ada")
    await crowd.trigger("P")
    await office.work()
    await crowd.subscribe("P", "bob")
    await office.work()
    assert await crowd.told() == ["P", "ada"]


class TestCancelling:
    async def cancel(self, office: Office, *ids: str) -> None:
        chosen = [Crowd(office).place(id) for id in ids] or None
        await office.messaging.runs.cancel(office.environment_id, "told", "key", chosen)

    async def test_before_anybody_was_told(self, office: Office, crowd: Crowd) -> None:
        await crowd.subscribe("P", "ada", "Q")
        await crowd.subscribe("Q", "bob")
        await crowd.trigger("P", cancellation_key="key")
        await self.cancel(office)
        await office.work()
        assert (await crowd.told("cancelled"), await crowd.told()) == (["P"], [])

    @pytest.mark.usefixtures("one_page_a_job")
    async def test_between_the_pages(self, office: Office, crowd: Crowd) -> None:
        ids = [f"user-{number:03}" for number in range(2 * PAGE_SIZE)]
        await crowd.subscribe("P", *ids)
        await crowd.trigger("P", cancellation_key="key")
        await crowd.work("start")
        await crowd.work("expand")
        await self.cancel(office)
        await office.work()
        assert await crowd.told("cancelled") == ["P", *ids[:PAGE_SIZE]]
        assert (await crowd.told(), await crowd.fanouts()) == ([], 0)

    async def test_for_subscribers_who_were_not_reached(self, office: Office, crowd: Crowd) -> None:
        await crowd.subscribe("P", "ada", "bob", "Q")
        await crowd.subscribe("Q", "cid", "dan")
        await crowd.trigger("P", cancellation_key="key")
        await crowd.work("start")
        await self.cancel(office, "bob", "stranger")
        await self.cancel(office, "cid")
        await office.work()
        assert await crowd.told() == ["P", "Q", "ada", "dan"]
        assert await crowd.told("cancelled") == ["bob", "cid"]
        assert [entry["event"] for entry in await office.journal("bob")] == ["run_cancelled"]

    async def test_for_an_object_that_has_subscribers_to_tell(self, office: Office, crowd: Crowd) -> None:
        await crowd.subscribe("P", "ada", "R")
        await crowd.subscribe("Q", "bob")
        await crowd.subscribe("R", "cid")
        await crowd.trigger("P", "Q", cancellation_key="key")
        await crowd.work("start")
        await self.cancel(office, "Q", "R")
        await office.work()
        assert await crowd.told() == ["P", "ada"]
        assert await crowd.told("cancelled") == ["Q", "R"]
        assert await crowd.fanouts() == 0

    async def test_another_key_stops_nothing(self, office: Office, crowd: Crowd) -> None:
        await crowd.subscribe("P", "ada")
        await crowd.trigger("P", cancellation_key="another")
        await crowd.work("start")
        await self.cancel(office)
        await office.work()
        assert await crowd.told() == ["P", "ada"]


async def test_a_list_is_told_in_its_members(office: Office, crowd: Crowd) -> None:
    """It has no run and no feed of its own; one that is not known has a run that says so."""
    place = Place(office.environment_id, LISTS, "news")
    list = (await office.directory.lists.define(place, Define())).list
    await crowd.create("ada", "bob")
    await office.directory.lists.add(list, list.uid, ["ada", "bob"])
    for id in ("news", "other"):
        what = Trigger("told", [Place(office.environment_id, LISTS, id)], cancellation_key=id)
        await office.messaging.triggers.accept(office.environment_id, what)
    await office.work()
    assert await crowd.told() == ["ada", "bob", "other"]
    assert await office.messages("news") == []
    assert (await office.journal("other"))[0]["data"] == {"reason": "recipient_missing"}


class TestTopics:
    """A topic has no run of its own, and tells only those who subscribed before the run was accepted."""

    def news(self, office: Office) -> Place:
        return Place(office.environment_id, TOPICS, "news")

    async def subscribe(self, crowd: Crowd, *ids: str) -> None:
        await crowd.create(*ids)
        people = await crowd.office.directory.read_all(map(crowd.place, ids))
        users = [people[crowd.place(id)] for id in ids]
        await crowd.office.directory.topics.subscribe(self.news(crowd.office), users)

    async def trigger(self, office: Office, **rest: Any) -> None:
        await office.messaging.triggers.accept(office.environment_id, Trigger("told", [self.news(office)], **rest))

    async def delete(self, office: Office) -> None:
        await office.directory.write(Write(self.news(office), (Delete(),)))

    async def test_its_subscribers_are_told_in_its_place(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada", "bob")
        await self.trigger(office, data={"a": 1})
        await office.work()
        assert await crowd.told() == ["ada", "bob"]
        assert await body_of(office, "ada") == "<p>Ada|||1|</p>"
        assert (await crowd.fanouts(), await office.jobs()) == (0, [])

    async def test_one_that_is_not_known_tells_nobody(self, office: Office, crowd: Crowd) -> None:
        await self.trigger(office)
        await self.subscribe(crowd, "ada")
        await office.work()
        assert await office.recipient_runs() == []
        assert (await office.counts())["workflow_runs"] == 1
        assert (await crowd.fanouts(), await office.jobs()) == (0, [])

    async def test_one_without_subscribers_tells_nobody(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada")
        await crowd.delete("ada")
        await office.work()
        await self.trigger(office)
        await office.work()
        assert (await office.recipient_runs(), await crowd.fanouts()) == ([], 0)

    async def test_who_subscribes_after_the_run_is_not_told(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, *(f"user-{number:03}" for number in range(PAGE_SIZE)))
        await self.trigger(office)
        await self.subscribe(crowd, "ada", "user-000")
        await crowd.work("start")
        await crowd.work("expand")
        await self.subscribe(crowd, "bob")
        await office.work()
        assert await crowd.told() == [f"user-{number:03}" for number in range(PAGE_SIZE)]

    async def test_who_subscribes_to_an_object_meanwhile_is_told(self, office: Office, crowd: Crowd) -> None:
        await crowd.subscribe("P", "ada")
        await crowd.trigger("P")
        await crowd.subscribe("P", "bob")
        await office.work()
        assert await crowd.told() == ["P", "ada", "bob"]

    async def test_who_unsubscribes_before_the_page_is_not_told(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada", "bob")
        await self.trigger(office)
        people = await office.directory.read_all([crowd.place("bob"), self.news(office)])
        topic = people[self.news(office)]
        await office.directory.topics.unsubscribe(topic, [people[crowd.place("bob")]])
        await office.work()
        assert await crowd.told() == ["ada"]

    async def test_the_actor_is_told_too(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada", "bob")
        await self.trigger(office, actor=office.user("ada"))
        await office.work()
        assert await crowd.told() == ["ada", "bob"]

    async def test_who_is_named_as_well_is_told_once(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada", "bob")
        await office.messaging.triggers.accept(
            office.environment_id, Trigger("told", [self.news(office), office.user("ada")])
        )
        await office.work()
        assert await crowd.told() == ["ada", "bob"]
        assert [len(await office.messages(id)) for id in ("ada", "bob")] == [1, 1]

    async def test_jobs_that_run_twice_change_nothing(self, office: Office, crowd: Crowd) -> None:
        ids = [f"user-{number:03}" for number in range(PAGE_SIZE + 1)]
        await self.subscribe(crowd, *ids)
        await self.trigger(office)
        while jobs := await office.jobs():
            for job in jobs:
                await office.run(job)
                await office.run(job)
                await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
        assert await crowd.told() == ids
        assert (await office.counts())["messages"] == len(ids)
        assert Counter(run["page"] for run in await office.recipient_runs()) == {1: PAGE_SIZE, 2: 1}

    @pytest.mark.usefixtures("one_page_a_job")
    async def test_one_that_is_deleted_in_between_tells_nobody_else(self, office: Office, crowd: Crowd) -> None:
        ids = [f"user-{number:03}" for number in range(PAGE_SIZE + 50)]
        await self.subscribe(crowd, *ids)
        await self.trigger(office)
        await crowd.work("start")
        await crowd.work("expand")
        await self.delete(office)
        await self.subscribe(crowd, *ids)
        await office.work()
        assert await crowd.told() == ids[:PAGE_SIZE]
        assert await crowd.fanouts() == 0

    async def test_what_it_left_behind_is_erased(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada")
        await self.delete(office)
        await office.work()
        for table in ("subscriptions", "subscription_counts"):
            statement = f"SELECT count(*) FROM addressee.{table} WHERE environment_id = $1"
            assert await office.pool.fetchval(statement, office.environment_id) == 0

    async def test_who_is_deleted_in_between_is_not_told(self, office: Office, crowd: Crowd) -> None:
        await self.subscribe(crowd, "ada", "bob", "cid")
        await self.trigger(office)
        await crowd.work("start")
        await crowd.delete("bob")
        await crowd.delete("cid")
        await crowd.create("cid")
        await office.work()
        assert await crowd.told() == ["ada"]

    async def test_its_run_goes_on_when_the_first_page_was_deleted(self, office: Office, crowd: Crowd) -> None:
        """Nobody is left of those who were told, but others are to be."""
        ids = [f"user-{number:03}" for number in range(PAGE_SIZE + 1)]
        await self.subscribe(crowd, *ids)
        await self.trigger(office)
        await crowd.work("start")
        await crowd.work("expand")
        await office.directory.write_all([Write(crowd.place(id), (Delete(),)) for id in ids[:PAGE_SIZE]])
        await crowd.work("erase")
        await office.work()
        assert await crowd.told() == ids[PAGE_SIZE:]
