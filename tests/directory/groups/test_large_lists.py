"""A list of 100,000 members: every operation on it consists of short statements."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import msgspec
import pytest
from uuid_utils.compat import uuid7

from addressee.database.paging import PageRequest
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.directory import Directory
from addressee.directory.edits.lists import LISTS, Define, List
from addressee.directory.groups.list_members import AT_ONCE, START
from addressee.directory.reading.uuid_ranges import ALWAYS, LAST_UID
from addressee.directory.recipient import Identity, Place
from tests.messaging.plans.explained import nodes, scans
from tests.messaging.runs.test_many_subscribers import BY_ITS_KEY, FEW_BLOCKS, blocks, most_rows
from tests.support.clock import MovedClock
from tests.support.filled_environments import empty

SQL = load("addressee.directory.groups")
PLANNING = load("addressee.database")

ENVIRONMENT = -3
# LIST_MEMBERS=1000000 asks the same of a list of a million.
MANY = int(os.environ.get("LIST_MEMBERS", "100000"))

# What finding a row, and writing it with its entries in three indexes, looks at, at most.
BLOCKS_OF_A_ROW = 50


@pytest.fixture(scope="module")
async def news(pool: Pool) -> List:
    """100,000 users in a list, and half of them in a draft too. No test changes it but the last."""
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
    lists = Directory(pool).lists
    place, draft = Place(ENVIRONMENT, LISTS, "news"), uuid7()
    uid = (await lists.define(place, Define())).list.uid
    for object_uid, odd in ((uid, 0), ((await lists.open_draft(place, draft)).list.draft(draft).uid, 1)):
        await pool.execute(
            """
            INSERT INTO addressee.subscriptions
            SELECT $1, $2, $3, $4, collection, id, uid, gen_random_uuid(), '{}', now(), now()
            FROM addressee.recipients
            WHERE environment_id = $1
              AND collection = '$users'
              AND right(id, 1)::integer % 2 >= $5
            """,
            *place,
            object_uid,
            odd,
        )
    await pool.execute("INSERT INTO addressee.subscription_counts VALUES ($1, $2, $3, $4, 0, $5)", *place, uid, MANY)
    await pool.execute("ANALYZE addressee.recipients")
    await pool.execute("ANALYZE addressee.subscriptions")
    found = await lists.find(place)
    assert found is not None
    return found


async def plan(pool: Pool, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    """The nodes of a statement's plan for these values that were run. Nothing is kept."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        found = await explain(connection, statement, **parameters)
        await transaction.rollback()
    return found


async def plan_anew(pool: Pool, statement: str, *, known: bool, **parameters: Any) -> list[dict[str, Any]]:
    """The same for a statement that is planned each time: unless the rows are `known`, nobody has looked at them."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        if not known:
            await connection.execute("DELETE FROM pg_statistic WHERE starelid::regclass::text ~ '^addressee'")
        await connection.execute(*PLANNING["plan_anew"]())
        found = await explain(connection, statement, **parameters)
        await transaction.rollback()
    return found


async def explain(connection: Connection, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    text, *arguments = SQL[statement](**parameters)
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", *arguments)
    return nodes(msgspec.json.decode(explained)[0]["Plan"])


def check_short(found: list[dict[str, Any]], rows: int) -> None:
    assert "Seq Scan" not in {kind for kind, _ in scans(found)}
    assert most_rows(found) <= rows


async def test_it_is_counted_without_looking_at_a_member(pool: Pool, news: List) -> None:
    assert (await Directory(pool).lists.count([news]))[news.uid] == MANY
    found = await plan(pool, "subscriber_counts", objects=[Identity(*news.place, news.uid)])
    assert {node["Relation Name"] for node in found if "Relation Name" in node} == {"subscription_counts"}


@pytest.mark.parametrize(("forward", "start"), [(True, LAST_UID), (False, UUID(int=0))])
async def test_a_page_of_members_reads_its_own_rows(pool: Pool, news: List, forward: bool, start: UUID) -> None:
    page = {"forward": forward, "start": start, "limit": AT_ONCE + 1, **ALWAYS._asdict()}
    found = await plan(pool, "list_members", **news.place._asdict(), uid=news.uid, **page)
    assert {index for _, index in scans(found)} <= {"subscriptions_of_object", *(index for _, index in BY_ITS_KEY)}
    assert (found[0]["Actual Rows"], most_rows(found)) == (AT_ONCE + 1, AT_ONCE + 1)


async def test_the_lists_of_a_user_are_found_by_an_index(pool: Pool, news: List) -> None:
    user = await Directory(pool).read(Place(ENVIRONMENT, "$users", "user-7"))
    assert user is not None
    who, page = user.identity._asdict(), {"forward": True, "start": LAST_UID, "limit": 11, **ALWAYS._asdict()}
    listed = await plan(pool, "subscribed_objects_of_collection", **who, **page, object_collection=LISTS)
    counted = await plan(pool, "count_lists_of_recipient", **who, list_collection=LISTS, limit=10_000)
    for found in (listed, counted):
        check_short(found, 2)
        assert blocks(found) < FEW_BLOCKS


@pytest.mark.parametrize("known", [True, False])
async def test_adding_and_removing_look_at_their_own_rows(pool: Pool, news: List, known: bool) -> None:
    ids = sorted(f"user-{number}" for number in range(1, AT_ONCE + 1))
    named = {"environment_id": ENVIRONMENT, "collection": "$users", "ids": ids}
    unknown = await plan_anew(pool, "unknown_ids", **named, known=known)
    changed = {**news.place._asdict(), "user_collection": "$users", "ids": ids}
    new = {"uid": news.drafts[0].uid, "subscription_ids": [uuid7() for _ in ids], "now": MovedClock().now()}
    added = await plan_anew(pool, "add_members", **changed, **new, known=known)
    removed = await plan_anew(pool, "remove_members", **changed, uid=news.uid, known=known)
    for found in (unknown, added, removed):
        check_short(found, AT_ONCE)
        assert blocks(found) < BLOCKS_OF_A_ROW * AT_ONCE


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("after", [START, ("user-5", UUID(int=0))])
async def test_members_are_compared_by_pages(pool: Pool, news: List, after: tuple[str, UUID], known: bool) -> None:
    page = {"user_collection": "$users", "after_id": after[0], "after_uid": after[1], "limit": AT_ONCE}
    for one, other in ((news.uid, news.drafts[0].uid), (news.drafts[0].uid, news.uid)):
        sets = {**news.place._asdict(), "uid": one, "other_uid": other}
        found = await plan_anew(pool, "members_also_in", **sets, **page, known=known)
        check_short(found, AT_ONCE)
        assert found[0]["Actual Rows"] == AT_ONCE
        assert blocks(found) < BLOCKS_OF_A_ROW * AT_ONCE


@pytest.mark.parametrize("known", [True, False])
async def test_members_are_erased_by_pages(pool: Pool, news: List, known: bool) -> None:
    gone = [Identity(*news.place, news.uid)]
    found = await plan_anew(pool, "erase_subscribers", people=gone, limit=AT_ONCE, known=known)
    check_short(found, AT_ONCE)
    assert blocks(found) < BLOCKS_OF_A_ROW * AT_ONCE


async def test_all_members_are_replaced_without_writing_one_of_them(pool: Pool, news: List) -> None:
    lists = Directory(pool).lists
    members = """
        SELECT object_uid, count(*), max(xmin::text::bigint), max(xmax::text::bigint)
        FROM addressee.subscriptions
        WHERE environment_id = $1
        GROUP BY object_uid
        ORDER BY object_uid
    """
    before = await pool.fetch(members, ENVIRONMENT)
    published = await lists.publish_draft(news.place, news.drafts[0].uid)
    assert await pool.fetch(members, ENVIRONMENT) == before
    part = await lists.members(published.list, PageRequest(1000))
    assert {int(member.recipient_id[-1]) % 2 for member in part.entries} == {1}
