"""What is left of a deleted person: nothing."""

import asyncio
from datetime import timedelta

import pytest

from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.recipient import TENANTS, Identity, Place
from addressee.directory.writing.erase import Erase
from addressee.directory.writing.writes import Write
from addressee.messaging.lifecycle.erasure import erase_people, gone
from addressee.messaging.messages.model import lock_messages
from tests.messaging.messages.marks.test_marks import waits_for_a_lock
from tests.messaging.office import FILES, Office
from tests.support.waiting import until

NOTHING = {"workflow_runs": 0, "recipient_runs": 0, "messages": 0, "events_of_messages": 0, "sends": 0}


async def notified(office: Office, *ids: str) -> None:
    await office.push()
    for id in ids:
        await office.identify(id, email=f"{id}@example.com")
    await office.trigger(*ids, data={"about": ids[0]})
    await office.work()


async def test_everything_of_a_deleted_person_is_erased(office: Office) -> None:
    await notified(office, "ada")
    await office.delete("ada")
    await office.work()
    assert await office.counts() == NOTHING


async def test_others_keep_theirs(office: Office) -> None:
    await notified(office, "ada", "bob")
    await office.delete("ada")
    await office.work()
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 1,
        "messages": 2,
        "events_of_messages": 5,
        "sends": 1,
    }
    assert len(await office.messages("bob")) == 2


async def test_who_has_the_id_now_keeps_theirs(office: Office) -> None:
    await notified(office, "ada")
    await office.delete("ada")
    await office.identify("ada")
    await office.trigger("ada")
    await office.work()
    assert (await office.counts())["messages"] == 1
    assert len(await office.messages("ada")) == 1


async def test_the_same_id_elsewhere_is_somebody_else(office: Office, other: Office) -> None:
    await notified(office, "ada")
    await notified(other, "ada")
    await office.delete("ada")
    await office.work()
    assert (await other.counts())["messages"] == 2


async def test_the_history_keeps_who_and_when_but_not_what(office: Office) -> None:
    await office.identify("ada", email="ada@example.com")
    await office.delete("ada")
    await office.work()
    rows = await office.pool.fetch(
        "SELECT version, before, after FROM addressee.changes WHERE environment_id = $1 ORDER BY version",
        office.environment_id,
    )
    assert [tuple(row) for row in rows] == [(1, None, None), (2, None, None)]


async def test_what_was_stored_meanwhile_is_erased_by_the_second_sweep(office: Office) -> None:
    await notified(office, "ada")
    await office.pool.execute(
        f"CREATE TABLE late AS SELECT * FROM addressee.messages WHERE environment_id = {office.environment_id}"
    )
    await office.delete("ada")
    await office.work()
    # A worker had read Ada before she was deleted, and stores a page only now.
    await office.pool.execute("INSERT INTO addressee.messages SELECT * FROM late")
    await office.pool.execute("DROP TABLE late")
    await office.work_after(timedelta(minutes=5))
    assert await office.counts() == NOTHING
    assert await office.jobs() == []


async def test_many_people_at_once(office: Office) -> None:
    ids = [f"user-{number}" for number in range(120)]
    await notified(office, *ids)
    for id in ids:
        await office.delete(id)
    await office.work()
    assert await office.counts() == NOTHING


async def test_a_worker_that_dies_leaves_everything_to_the_next_one(office: Office) -> None:
    guests = [f"guest-{number}" for number in range(3)]
    ada = await office.identify("ada")
    await notified(office, *guests)
    for guest in guests:
        await office.merge("ada", guest)
    await office.delete("ada")
    deleted = [Identity(office.environment_id, "$users", "ada", ada.uid)]
    people = await gone(office.pool, deleted)
    assert len(people) == 4
    await erase_people(office.pool, people)
    assert set(await gone(office.pool, deleted)) == set(people)


async def test_a_trigger_stays_when_somebody_is_added_to_it_meanwhile(office: Office) -> None:
    await notified(office, "ada")
    ada = await office.identify("ada")
    await office.delete("ada")
    async with office.pool.acquire() as connection:
        adding = connection.transaction()
        await adding.start()
        await connection.execute(
            "UPDATE addressee.workflow_runs SET pages_started = 2 WHERE environment_id = $1", office.environment_id
        )
        await connection.execute(
            """
            INSERT INTO addressee.recipient_runs
            SELECT (jsonb_populate_record(runs, '{"recipient_id": "bob", "uid": null}')).*
            FROM addressee.recipient_runs AS runs
            WHERE environment_id = $1
            """,
            office.environment_id,
        )
        erase = Erase([Identity(office.environment_id, "$users", "ada", ada.uid)])
        job = asyncio.create_task(office.carry_out(erase))
        await until(lambda: waits_for_a_lock(office))
        await adding.commit()
        await job
    assert [run["recipient_id"] for run in await office.recipient_runs()] == ["bob"]
    assert (await office.counts())["workflow_runs"] == 1


async def test_subscriptions_of_the_deleted_and_to_them_are_erased(office: Office) -> None:
    ada, bob, cid = [await office.identify(id) for id in ("ada", "bob", "cid")]
    await office.directory.subscriptions.add(ada, [bob, cid])
    await office.directory.subscriptions.add(bob, [ada, cid])
    await office.delete("ada")
    await office.work()
    rows = await office.pool.fetch(
        "SELECT object_id, recipient_id FROM addressee.subscriptions WHERE environment_id = $1", office.environment_id
    )
    assert [tuple(row) for row in rows] == [("bob", "cid")]
    assert await office.directory.subscriptions.count_subscribers(bob) == 1


async def membership(office: Office, id: str, tenant: str) -> None:
    place = office.user(id)
    edit = Identify(attributes={"email": f"{id}@{tenant}.example"})
    await office.directory.memberships.write([(Write(place, (edit,)), tenant)])


async def kept_of_memberships(office: Office) -> tuple[int, int]:
    """How many rows there are, and how many entries of the history say what they held."""
    rows = await office.pool.fetchval(
        "SELECT count(*) FROM addressee.recipients WHERE environment_id = $1 AND collection LIKE '$members/%'",
        office.environment_id,
    )
    values = await office.pool.fetchval(
        """
        SELECT count(*) FROM addressee.changes
        WHERE environment_id = $1 AND collection LIKE '$members/%' AND (before IS NOT NULL OR after IS NOT NULL)
        """,
        office.environment_id,
    )
    return rows, values


async def test_what_a_deleted_user_was_within_tenants_is_erased(office: Office) -> None:
    await office.push()
    for tenant in ("acme", "globex"):
        await office.directory.write(Write(Place(office.environment_id, TENANTS, tenant), (Identify(),)))
        for id in ("ada", "bob"):
            await membership(office, id, tenant)
    assert await kept_of_memberships(office) == (4, 4)
    await office.delete("ada")
    await office.work()
    assert await kept_of_memberships(office) == (2, 2)
    await office.directory.write(Write(Place(office.environment_id, TENANTS, "acme"), (Delete(),)))
    await office.work()
    assert await kept_of_memberships(office) == (1, 1)


@pytest.mark.parametrize("ids", [("ada", "bob"), ("bob", "ada")])
async def test_messages_are_erased_in_the_order_in_which_others_lock_them(office: Office, ids: tuple[str, str]) -> None:
    """Who records what became of sends holds one message and waits for the next: a deadlock would send again."""
    await office.push()
    people = [await office.identify(id) for id in ids]
    await office.trigger(*ids)
    await office.work()
    messages = sorted([message.id for id in ids for message in await office.messages(id)])
    async with office.pool.acquire() as connection, connection.transaction():
        await lock_messages(connection, office.environment_id, messages[:1])
        erasing = asyncio.create_task(erase_people(office.pool, [each.identity for each in people]))
        await until(lambda: waits_for_a_lock(office))
        await asyncio.wait_for(lock_messages(connection, office.environment_id, messages[1:]), 20)
    await erasing
    assert [await office.messages(id) for id in ids] == [[], []]


LOCKED = """
steps:
  - {ref: cap, type: throttle, settings: {throttle_limit: 9, throttle_window: 1d}}
  - {ref: feed, channel: in-app, template: {body: Hello}}
  - ref: wait
    type: wait_for_event
    settings: {event: paid, expires_after: 1d}
"""

BATCHED = "steps: [{ref: digest, type: batch, settings: {batch_window: 1h}}]"

# What a page of runs locks, as it does: each statement names the rows of a recipient.
RUNS = "SELECT FROM addressee.recipient_runs WHERE environment_id = $1 AND recipient_id = $2 FOR NO KEY UPDATE"
THROTTLES = "UPDATE addressee.throttles SET passed = passed WHERE environment_id = $1 AND recipient_id = $2"
BATCHES = "SELECT FROM addressee.batches WHERE environment_id = $1 AND recipient_id = $2 FOR NO KEY UPDATE"
WAITS = "DELETE FROM addressee.waits WHERE environment_id = $1 AND recipient_id = $2"
HEADS = "UPDATE addressee.message_heads SET position = position + 1 WHERE environment_id = $1 AND recipient_id = $2"


@pytest.mark.parametrize("ids", [("ada", "bob"), ("bob", "ada")])
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ((RUNS, "ada"), (RUNS, "bob")),
        ((RUNS, "ada"), (WAITS, "ada")),
        ((THROTTLES, "ada"), (THROTTLES, "bob")),
        ((THROTTLES, "bob"), (HEADS, "ada")),
        ((BATCHES, "ada"), (BATCHES, "bob")),
        ((BATCHES, "bob"), (HEADS, "ada")),
    ],
)
async def test_erasing_and_a_page_of_runs_do_not_wait_for_each_other(
    office: Office, ids: tuple[str, str], first: tuple[str, str], then: tuple[str, str]
) -> None:
    await office.push({**FILES, "workflows/locked.yaml": LOCKED, "workflows/batched.yaml": BATCHED})
    people = [await office.identify(id) for id in ids]
    for workflow in ("locked", "batched"):
        await office.trigger(*ids, workflow=workflow)
    await office.work()
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute(first[0], office.environment_id, first[1])
        erasing = asyncio.create_task(erase_people(office.pool, [each.identity for each in people]))
        await until(lambda: waits_for_a_lock(office))
        await asyncio.wait_for(connection.execute(then[0], office.environment_id, then[1]), 20)
    await erasing
    assert await office.counts() == NOTHING
