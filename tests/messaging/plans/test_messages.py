"""Plans of lists and searches of messages."""

from typing import Any
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.messages.clicks import Click
from addressee.messaging.messages.listing import (
    LATEST,
    entry_page_parameters,
)
from addressee.messaging.messages.marks.bulk import Selection, selection_parameters
from addressee.messaging.messages.searching import without_until
from tests.messaging.office import Office
from tests.messaging.plans.explained import FEW_BLOCKS, LIVING, OWNERS, blocks, plan, read_whole, scans
from tests.messaging.plans.rows import (
    CHANNEL,
    CLICKED,
    MESSAGE_PAGES,
    MIDDLE,
    OWNER,
    RUN_ID,
    UID,
    message_filter,
    person,
)

pytestmark = pytest.mark.usefixtures("filled")

# So many messages are looked at to count them.
COUNTED = 10_000


@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
async def test_a_page_of_a_persons_messages_reads_their_rows_only(office: Office, page: dict[str, Any]) -> None:
    found = await plan(
        office,
        "messages_of_recipients",
        environment_id=-1,
        **page,
        **message_filter(),
        owners=[person("ada", UID)],
    )
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
async def test_a_page_of_several_peoples_messages_reads_a_page_of_each(office: Office, page: dict[str, Any]) -> None:
    others = [person(f"u{number}", UUID(f"00000000-0000-0001-0000-{number:012}")) for number in range(1, 11)]
    owners = [person("ada", UID), *others]
    found = await plan(office, "messages_of_recipients", environment_id=-1, **page, **message_filter(), owners=owners)
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 400


@pytest.mark.parametrize(
    ("statement", "rest"),
    [("count_messages", {}), ("search_messages", {"wanted": ["bounced"], "limit": 51})],
)
@pytest.mark.parametrize(
    ("path", "index", "filter"),
    [
        ("messages_in_order", "messages_in_order", {}),
        ("messages_in_order", "messages_in_order", {"statuses": ["bounced"]}),
        ("messages_of_workflow", "messages_of_workflow", {"source": "workflow-8"}),
        ("messages_of_tenant", "messages_of_tenant", {"tenant": "tenant-6"}),
        ("messages_of_topic", "messages_of_topic", {"topic": "topic-8"}),
        ("messages_of_run", "messages_of_run", {"run_id": RUN_ID}),
        ("messages_of_recipients", "messages_of_recipient", {}),
    ],
)
async def test_counting_and_searching_messages_look_at_the_newest_only(
    office: Office, statement: str, rest: dict[str, Any], path: str, index: str, filter: dict[str, Any]
) -> None:
    found = await plan(
        office,
        statement,
        environment_id=-1,
        path=path,
        owners=[person("ada", UID)],
        start_at=LATEST,
        start_id="",
        **rest,
        **without_until(message_filter(**filter)),
    )
    assert {name for _, name in scans(found) - OWNERS} - {None} <= {index}
    assert not read_whole(found)
    assert blocks(found) < COUNTED + FEW_BLOCKS


@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
@pytest.mark.parametrize(
    ("statement", "filter"),
    [
        ("messages_in_order", {}),
        ("messages_in_order", {"statuses": ["delivered"], "channel_ids": [CHANNEL], "engagements": ["unseen"]}),
        ("messages_of_workflow", {"source": "workflow-8"}),
        ("messages_of_tenant", {"tenant": "tenant-6"}),
        ("messages_of_topic", {"topic": "topic-8", "collection": "$users"}),
        ("messages_of_run", {"run_id": RUN_ID}),
    ],
)
async def test_a_page_of_everybodys_messages_reads_the_rows_of_one_index(
    office: Office, statement: str, filter: dict[str, Any], page: dict[str, Any]
) -> None:
    found = await plan(office, statement, environment_id=-1, **page, **message_filter(**filter))
    assert scans(found) - LIVING == {("Index Scan", statement)}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < FEW_BLOCKS


async def test_messages_that_are_named_are_looked_up(office: Office) -> None:
    ids = [str(number).rjust(27, "0") for number in range(1, 51)]
    page = MESSAGE_PAGES["front"]
    found = await plan(office, "messages_among", environment_id=-1, **page, **message_filter(ids))
    assert not read_whole(found)
    assert blocks(found) < FEW_BLOCKS


async def test_messages_are_found_by_their_ids(office: Office) -> None:
    ids = ["5".rjust(27, "0"), "6".rjust(27, "0")]
    by_id, own = {"ids": ids}, {"message_id": ids[0], **entry_page_parameters(PageRequest(50))}
    values: dict[str, dict[str, Any]] = {
        "messages": by_id,
        "living_messages": by_id,
        "items_of_feed": {**by_id, "recipient_id": "ada", "uid": UID, "channel_id": CHANNEL},
        "contents": by_id,
        "message_exists": {"id": ids[0]},
        "events_of_message": own,
        "delivery_logs_of_message": own,
        "latest_events": {"message_ids": ids},
        "addresses_of_messages": {"message_ids": ids},
        "channels_of_sends": {"message_id": ids[0]},
        "message_context": {"run_ids": [RUN_ID], "uids": [UID], "merge_ids": [UUID(int=4)]},
        "message_ids_of_key": {"idempotency_key": "key", "limit": 100},
        "lock_messages": by_id,
        "lock_heads": by_id,
        "mark_messages": {**by_id, "mark": "seen", "now": MIDDLE, "uids": [UID], "metadata": None},
        "delete_messages": by_id,
        "message_ids_of_recipient_run": {"id": UUID("00000000-0000-0003-0000-000000000001")},
    }
    for statement, others in values.items():
        environment_id = -2 if statement in {"mark_messages", "delete_messages"} else -1
        found = await plan(office, statement, environment_id=environment_id, **others)
        assert not read_whole(found), statement
    run_id = UUID("00000000-0000-0003-0000-000000000001")
    assert not read_whole(await plan(office, "runs_among", environment_id=-1, ids=[run_id]))


async def test_marking_all_looks_at_a_page(office: Office) -> None:
    selection = selection_parameters(Selection(channel_id=CHANNEL), "unread")
    values = {"environment_id": -1, "start_at": LATEST, "start_id": "", "limit": 500, **selection}
    for statement, index, owner in (
        ("bulk_page", "messages_in_order", {}),
        ("bulk_page_of_recipient", "messages_of_recipient", OWNER),
    ):
        found = await plan(office, statement, **{**values, **owner})
        assert scans(found) - OWNERS == {("Index Scan", index)}
        assert found[0]["Actual Rows"] == 500
        assert blocks(found) < 500 + FEW_BLOCKS


@pytest.mark.parametrize(
    ("statement", "rest"),
    [
        ("further_clicks", {"clicks": [Click(id, "https://example.com") for id in CLICKED], "limit": 100}),
        ("latest_events", {"message_ids": CLICKED}),
        ("data_of_events", {"message_ids": CLICKED, "event_ids": CLICKED}),
        ("redact_events", {"message_ids": CLICKED}),
    ],
)
async def test_events_of_messages_are_found_by_these(office: Office, statement: str, rest: dict[str, Any]) -> None:
    found = await plan(office, statement, environment_id=-1, **rest)
    assert read_whole(found) == set()
    assert blocks(found) < 60
