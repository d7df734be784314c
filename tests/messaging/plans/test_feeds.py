"""Plans of feeds, inboxes and their counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.feed import filter_parameters as feed_parameters
from addressee.messaging.messages.listing import (
    LATEST,
)
from tests.messaging.office import Office
from tests.messaging.plans.explained import OWNERS, SQL, blocks, plan, read_whole, scans
from tests.messaging.plans.rows import CHANNEL, MESSAGE_PAGES, MIDDLE, OWNER, message_filter, person

pytestmark = pytest.mark.usefixtures("filled")

FEED_FILTER = feed_parameters(FeedFilter(), CHANNEL)

# Two of three messages are in it.
INBOX = {**OWNER, "channel_id": CHANNEL, "tenant": "default"}

STORE = {"is_read": None, "is_archived": False, "workflows": None, "categories": None}


@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
async def test_a_feed_page_reads_its_own_rows_only(office: Office, page: dict[str, Any]) -> None:
    found = await plan(office, "feed", **OWNER, **page, **FEED_FILTER, status="all")
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


@pytest.mark.parametrize("before", [LATEST, MIDDLE])
async def test_a_page_of_an_inbox_reads_its_own_rows_only(office: Office, before: datetime) -> None:
    found = await plan(office, "inbox_page", **INBOX, **STORE, before=before, limit=51)
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


async def test_a_bell_is_reset_by_the_newest_row(office: Office) -> None:
    found = await plan(office, "reset_feed_bell", **INBOX)
    assert "messages_of_recipient" in {index for _, index in scans(found)}
    assert not read_whole(found)
    assert blocks(found) < 50
    await office.pool.execute("DELETE FROM addressee.feed_bells WHERE environment_id = -1")


async def test_a_persons_lists_are_not_planned_anew_for_each_reader(office: Office) -> None:
    u1 = UUID("00000000-0000-0001-0000-000000000001")
    owner, front = {**OWNER, "recipient_id": "u1", "uid": u1}, MESSAGE_PAGES["front"]
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
    async with office.pool.acquire() as connection:
        for name, values in (
            ("feed", {**owner, **front, **FEED_FILTER, "status": "all"}),
            ("feed_counts", {**owner, **FEED_FILTER, "has_stored": True}),
            ("inbox_page", {**INBOX, **owner, **STORE, "before": LATEST, "limit": 51}),
            ("inbox_counts", {**INBOX, **owner, "has_stored": True}),
            (
                "messages_of_recipients",
                {"environment_id": -1, **front, **message_filter(), "owners": [person("u1", u1)]},
            ),
        ):
            statement = SQL[name]
            for _ in range(20):
                await connection.fetch(*statement(**values))
            ((kept, anew),) = await connection.fetch(plans, statement.text)
            assert kept > anew, name


async def test_counting_reads_one_persons_rows_only(office: Office) -> None:
    for statement, filter in (("feed_counts", {**OWNER, **FEED_FILTER}), ("inbox_counts", INBOX)):
        found = await plan(office, statement, **filter, has_stored=False)
        indexes = {index for _, index in scans(found) - OWNERS} - {None}
        assert "messages_of_recipient" in indexes <= {"messages_of_recipient", "feed_bells_pkey"}
        assert not read_whole(found)


async def test_counts_are_stored_from_one_persons_rows(office: Office) -> None:
    found = await plan(office, "count_on", **OWNER, limit=10_000)
    # In order, or all of them at once: what there is of this person decides.
    assert scans(found) & {
        ("Index Scan", "messages_of_recipient"),
        ("Bitmap Index Scan", "messages_of_recipient"),
    }
    assert not read_whole(found)
