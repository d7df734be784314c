"""An object with 100,000 subscribers: whatever is done with it takes short statements, however many there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, Identify
from addressee.directory.groups.subscriptions import ERASED_AT_ONCE, next_subscribers
from addressee.directory.groups.topics import TOPICS
from addressee.directory.reading.uuid_ranges import ALWAYS, UuidRange
from addressee.directory.recipient import USERS, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.runs.fan_out import PAGES_A_JOB, START, Expand
from addressee.messaging.runs.model import PAGE_SIZE
from addressee.messaging.triggers.trigger import Trigger
from tests.messaging.office import Office
from tests.messaging.plans.explained import nodes, scans
from tests.support.clock import MovedClock
from tests.support.filled_environments import empty

SQL = load("addressee.directory.groups")

ENVIRONMENT = -2
MANY = 100_000

# When the first subscribed, in milliseconds.
BEGAN = 1_700_000_000_000
LAST = UUID(int=2**128 - 1)

# A recipient is found by its place, or by its identity.
BY_ITS_KEY = {("Index Scan", "recipients_pkey"), ("Index Scan", "recipients_in_order")}

FEW_BLOCKS = 1000


@pytest.fixture(scope="module")
async def people(pool: Pool) -> None:
    """100,000 users."""
    await empty(pool, ENVIRONMENT)
    await pool.execute(
        """
        INSERT INTO addressee.recipients
        SELECT $1, '$users', 'user-' || n, gen_random_uuid(), 1, '{}', '{}', '[]', '{}', '{}', now(), NULL, 1
        FROM generate_series(1, $2::integer) AS n
        """,
        ENVIRONMENT,
        MANY,
    )
    await pool.execute("ANALYZE addressee.recipients")


@pytest.fixture
def office(pool: Pool, clock: MovedClock, tmp_path: Path) -> Office:
    return Office(pool, ENVIRONMENT, tmp_path, clock)


async def subscribed_by_all(pool: Pool, id: str, collection: str = "projects") -> Recipient:
    """A new object, to which all users subscribe, each a millisecond after the one before."""
    place = Place(ENVIRONMENT, collection, id)
    written = (await Directory(pool).write(Write(place, (Identify(),)))).recipient
    assert written is not None
    await pool.execute(
        """
        INSERT INTO addressee.subscriptions
        SELECT $1,
               $2,
               $3,
               $4,
               collection,
               id,
               uid,
               (lpad(to_hex($5 + substr(id, 6)::bigint), 12, '0') || right(gen_random_uuid()::text, 23))::uuid,
               '{}',
               now(),
               now()
        FROM addressee.recipients
        WHERE environment_id = $1
          AND collection = '$users'
        """,
        *place,
        written.uid,
        BEGAN,
    )
    await pool.execute(
        "INSERT INTO addressee.subscription_counts VALUES ($1, $2, $3, $4, 0, $5)", *place, written.uid, MANY
    )
    await pool.execute("ANALYZE addressee.subscriptions")
    return written


@pytest.fixture(scope="module")
async def popular(people: None, pool: Pool) -> Recipient:
    """No test changes it."""
    return await subscribed_by_all(pool, "popular")


@pytest.fixture(scope="module")
async def topic(people: None, pool: Pool) -> Recipient:
    """No test changes it."""
    return await subscribed_by_all(pool, "news", TOPICS)


@pytest.fixture(scope="module")
async def doomed(people: None, pool: Pool) -> Recipient:
    return await subscribed_by_all(pool, "doomed")


async def plan(office: Office, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    """The nodes of a statement's plan for these values that were run. Nothing is kept."""
    async with office.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        text, *arguments = SQL[statement](**parameters)
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", *arguments)
        await transaction.rollback()
    return nodes(msgspec.json.decode(explained)[0]["Plan"])


def page(forward: bool = True, start: UUID = LAST, limit: int = 51) -> dict[str, Any]:
    return {"forward": forward, "start": start, "limit": limit}


def most_rows(found: list[dict[str, Any]]) -> int:
    return max(int(node["Actual Rows"] * node["Actual Loops"]) for node in found)


def blocks(found: list[dict[str, Any]]) -> int:
    count: int = found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"]
    return count


async def test_it_is_counted_and_listed(office: Office, popular: Recipient) -> None:
    assert await office.directory.subscriptions.count_subscribers(popular) == MANY
    first = await office.directory.subscriptions.subscribers(popular, PageRequest(50))
    second = await office.directory.subscriptions.subscribers(popular, PageRequest(50, after=first.entries[-1].id))
    again = await office.directory.subscriptions.subscribers(popular, PageRequest(50, before=second.entries[0].id))
    assert again.entries == first.entries
    assert len({each.id for each in (*first.entries, *second.entries)}) == 100


@pytest.mark.parametrize(("forward", "start"), [(True, LAST), (False, START)])
async def test_a_page_of_subscribers_reads_its_own_rows(
    office: Office, popular: Recipient, forward: bool, start: UUID
) -> None:
    found = await plan(office, "list_subscribers", **popular.identity._asdict(), **page(forward, start))
    assert scans(found) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_object")}
    assert (found[0]["Actual Rows"], most_rows(found)) == (51, 51)
    assert blocks(found) < FEW_BLOCKS


async def test_some_of_many_are_found_one_by_one(office: Office, popular: Recipient) -> None:
    among = [Place(ENVIRONMENT, "$users", id) for id in ("user-1", "user-500", "user-99999")]
    found = await plan(office, "list_subscribers_among", **popular.identity._asdict(), **page(), among=among)
    assert "Seq Scan" not in {kind for kind, _ in scans(found)}
    assert (found[0]["Actual Rows"], most_rows(found)) == (3, 3)


async def test_what_somebody_subscribes_to_is_found_by_an_index(office: Office, popular: Recipient) -> None:
    user = await office.directory.read(Place(ENVIRONMENT, "$users", "user-7"))
    assert user is not None
    asked = {**user.identity._asdict(), **page()}
    listed = await plan(office, "list_subscribed_objects", **asked)
    assert scans(listed) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_recipient")}
    among = await plan(office, "list_subscribed_objects_among", **asked, among=[popular.place])
    assert "Seq Scan" not in {kind for kind, _ in scans(among)}
    assert most_rows(among) == 1


async def test_adding_and_ending_look_at_their_own_rows(office: Office, popular: Recipient) -> None:
    ids = ["user-1", "user-500", "user-99999"]
    places = [Place(ENVIRONMENT, "$users", id) for id in ids]
    people = await office.directory.read_all(places)
    named = {**popular.identity._asdict(), "recipients": [people[place].identity for place in places]}
    new = {"subscription_ids": [START] * 3, "properties": b"{}", "now": office.clock.now()}
    added = await plan(office, "add_subscriptions", **named, **new)
    ended = await plan(office, "delete_subscriptions", **named, now=office.clock.now())
    for found in (added, ended):
        assert "Seq Scan" not in {kind for kind, _ in scans(found)}
        assert most_rows(found) == 3


async def test_the_next_to_be_told_are_read_in_order(office: Office, popular: Recipient) -> None:
    bounds = {"after": START, "until": LAST, "limit": PAGE_SIZE}
    found = await plan(office, "next_subscribers", **popular.identity._asdict(), **bounds)
    assert scans(found) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_object")}
    assert most_rows(found) == PAGE_SIZE


@pytest.fixture(scope="module")
async def pushed(pool: Pool, people: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    await Office(pool, ENVIRONMENT, tmp_path_factory.mktemp("pushed"), MovedClock()).push()


async def tell_first_pages(office: Office, object: Recipient) -> dict[str, int]:
    """The pages of those who are told in three pages of subscribers; the rest is cancelled."""
    wanted = Trigger("welcome", [object.place], cancellation_key="key")
    run_id = await office.messaging.triggers.accept(ENVIRONMENT, wanted)
    for _ in range(4):
        for job in await office.jobs():
            if job.name in ("start", "expand"):
                await office.run(job)
                await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    await office.messaging.runs.cancel(ENVIRONMENT, "welcome", "key", None)
    await office.work()
    runs = [run for run in await office.recipient_runs() if run["run_id"] == run_id]
    assert {run["status"] for run in runs} == {"cancelled"}
    return {run["recipient_id"]: run["page"] for run in runs}


async def first_pages(office: Office, object: Recipient) -> dict[str, int]:
    async with office.pool.acquire() as connection:
        first = await next_subscribers(connection, object.identity, START, 3 * PAGE_SIZE)
    return {each.recipient.id: 1 + number // PAGE_SIZE for number, each in enumerate(first)}


@pytest.mark.usefixtures("pushed", "one_page_a_job")
async def test_its_first_pages_are_told_at_once(office: Office, popular: Recipient) -> None:
    expected = {popular.place.id: 0, **await first_pages(office, popular)}
    assert await tell_first_pages(office, popular) == expected


@pytest.mark.usefixtures("pushed", "one_page_a_job")
async def test_a_topics_first_pages_are_told_at_once(office: Office, topic: Recipient) -> None:
    assert await tell_first_pages(office, topic) == await first_pages(office, topic)


@pytest.mark.usefixtures("pushed")
async def test_a_job_has_several_pages_begin(office: Office, popular: Recipient) -> None:
    wanted = Trigger("welcome", [popular.place], cancellation_key="key")
    run_id = await office.messaging.triggers.accept(ENVIRONMENT, wanted)
    for kind in ("start", "expand"):
        [job] = [job for job in await office.jobs() if job.name == kind]
        await office.run(job)
        await office.pool.execute("DELETE FROM addressee.jobs WHERE id = $1", job.id)
    pages = await office.pool.fetch("SELECT page FROM addressee.run_pages WHERE run_id = $1 ORDER BY page", run_id)
    assert [row["page"] for row in pages] == [0, *range(1, PAGES_A_JOB + 1)]
    async with office.pool.acquire() as connection:
        first = await next_subscribers(connection, popular.identity, START, PAGES_A_JOB * PAGE_SIZE)
    assert sorted(job.name for job in await office.jobs()) == ["begin", *["begin_large"] * PAGES_A_JOB, "expand"]
    [following] = [job for job in await office.jobs() if job.name == "expand"]
    assert msgspec.json.decode(following.arguments, type=Expand).cursor == first[-1].id
    await office.messaging.runs.cancel(ENVIRONMENT, "welcome", "key", None)
    await office.work()


async def test_a_page_of_a_topic_ends_where_those_begin_who_came_later(office: Office, topic: Recipient) -> None:
    """However many these are."""
    bounds = {"after": START, "until": made(PAGE_SIZE // 2), "limit": PAGE_SIZE}
    found = await plan(office, "next_subscribers", **topic.identity._asdict(), **bounds)
    assert scans(found) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_object")}
    assert most_rows(found) == PAGE_SIZE // 2 - 1
    async with office.pool.acquire() as connection:
        told = await next_subscribers(connection, topic.identity, START, PAGE_SIZE, until=made(PAGE_SIZE // 2))
    assert [each.recipient.id for each in told] == [f"user-{number}" for number in range(1, PAGE_SIZE // 2)]


def made(number: int) -> UUID:
    """Before the id of a user's subscription, and after those of all users before."""
    return UUID(int=(BEGAN + number) << 80)


@pytest.mark.parametrize(("forward", "start"), [(True, LAST), (False, START)])
@pytest.mark.parametrize("uids", [ALWAYS, UuidRange(made(MANY // 2), made(MANY // 2 + 100))])
async def test_a_page_of_a_period_of_a_topic_reads_its_own_rows(
    office: Office, topic: Recipient, forward: bool, start: UUID, uids: UuidRange
) -> None:
    asked = {**topic.identity._asdict(), **page(forward, start), **uids._asdict()}
    found = await plan(office, "list_members", **asked)
    assert scans(found) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_object")}
    assert (found[0]["Actual Rows"], most_rows(found)) == (51, 51)
    assert blocks(found) < FEW_BLOCKS


async def test_somebodys_topics_are_found_by_an_index(office: Office, topic: Recipient) -> None:
    user = await office.directory.read(Place(ENVIRONMENT, USERS, "user-7"))
    assert user is not None
    asked = {**user.identity._asdict(), **page(), "object_collection": TOPICS, "first": made(7), "end": made(8)}
    found = await plan(office, "subscribed_objects_of_collection", **asked)
    assert scans(found) - BY_ITS_KEY == {("Index Scan", "subscriptions_of_recipient")}
    assert (found[0]["Actual Rows"], most_rows(found)) == (1, 1)


async def test_it_is_deleted_at_once_and_erased_by_pages(office: Office, doomed: Recipient) -> None:
    await office.directory.write(Write(doomed.place, (Delete(),)))
    user = await office.directory.read(Place(ENVIRONMENT, "$users", "user-7"))
    assert user is not None
    objects = await office.directory.subscriptions.objects(user, PageRequest(50))
    assert doomed.place not in {each.object.place for each in objects.entries}

    found = await plan(office, "erase_subscribers", people=[doomed.identity], limit=ERASED_AT_ONCE)
    assert "Seq Scan" not in {kind for kind, _ in scans(found)}
    assert most_rows(found) == ERASED_AT_ONCE

    await office.work()
    for table in ("subscriptions", "subscription_counts"):
        statement = f"SELECT count(*) FROM addressee.{table} WHERE object_uid = $1"
        assert await office.pool.fetchval(statement, doomed.uid) == 0


async def test_a_busy_subscriber_is_erased_by_pages(office: Office, popular: Recipient) -> None:
    user = await office.directory.read(Place(ENVIRONMENT, "$users", "user-8"))
    assert user is not None
    found = await plan(office, "erase_subscriptions", people=[user.identity], limit=ERASED_AT_ONCE)
    assert "Seq Scan" not in {kind for kind, _ in scans(found)}
    assert most_rows(found) < ERASED_AT_ONCE
