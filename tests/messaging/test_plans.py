"""Lists stay quick however much there is: PostgreSQL answers them from an index, in order, and stops early."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import Identity, Place, Recipient
from addressee.messaging.feedback.recipients_written_to import MAX_RECIPIENTS, MAX_SENDS
from addressee.messaging.feeds.feed import FeedFilter
from addressee.messaging.feeds.feed import filter_parameters as feed_parameters
from addressee.messaging.messages.listing import (
    EARLIEST,
    LATEST,
    MessageFilter,
    entry_page_parameters,
    filter_parameters,
    message_page_parameters,
)
from addressee.messaging.messages.marks.bulk import Selection, selection_parameters
from addressee.messaging.messages.model import Position
from addressee.messaging.messages.searching import without_until
from addressee.messaging.suppressions.model import Position as SuppressionPosition
from addressee.messaging.suppressions.model import Reason
from addressee.messaging.suppressions.suppressions import SuppressionFilter, access_path
from addressee.messaging.suppressions.suppressions import page_parameters as suppression_page_parameters
from tests.messaging.office import Office
from tests.support.filled_environments import empty

ROOMS = ("messages", "feeds", "runs", "schedules", "delivery", "feedback", "lifecycle", "suppressions")
SQL = {name: text for room in ROOMS for name, text in load(f"addressee.messaging.{room}").items()}

UID, CHANNEL = UUID(int=1), UUID(int=3)
NUMBER = "+491701234567"
RUN_ID = UUID("00000000-0000-0002-0000-000000000011")
# Scans of what another node of the plan made.
SUBQUERIES = {("CTE Scan", None), ("Subquery Scan", None)}

# More can be asked for: the plans must be the same for ten million messages to a million people.
MESSAGES = int(os.environ.get("PLAN_MESSAGES", "100000"))
PEOPLE = MESSAGES // 10

# One person has 20,000 of them.
SHARE = MESSAGES // 20_000

FILLING_SECONDS = 3600

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
MIDDLE = BEGAN + timedelta(seconds=MESSAGES // 2)

OWNER = {"environment_id": -1, "recipient_id": "ada", "uid": UID}
PERIOD = {"since": EARLIEST, "until": LATEST}

# Pages from the front, from the middle towards older rows, and from there towards newer ones.
MESSAGE_PAGES = {
    name: message_page_parameters(page, EARLIEST, LATEST)
    for name, page in {
        "front": PageRequest(50),
        "older": PageRequest(50, after=Position(MIDDLE, "")),
        "newer": PageRequest(50, before=Position(MIDDLE, "")),
    }.items()
}
RUN_PAGES = {name: {**page, "start_id": UUID(int=0)} for name, page in MESSAGE_PAGES.items()}

RUN_FILTER = {
    **PERIOD,
    "workflow": None,
    "statuses": None,
    "tenant": None,
    "has_errors": None,
    "topic": None,
    "run_id": None,
    "collection": None,
    "stages": None,
}
FEED_FILTER = feed_parameters(FeedFilter(), CHANNEL)

# Two of three messages are in it.
INBOX = {**OWNER, "channel_id": CHANNEL, "tenant": "default"}
STORE = {"is_read": None, "is_archived": False, "workflows": None, "categories": None}

# Whether a row's recipient lives is looked up by place or by identity.
LIVING = {
    ("Index Scan", "recipients_pkey"),
    ("Index Scan", "recipients_in_order"),
    ("Index Scan", "merges_by_secondary"),
    ("Index Only Scan", "merges_by_secondary"),
    ("Index Only Scan", "departed_pkey"),
}

# So many messages are looked at to count them.
COUNTED = 10_000

# Those who are asked for, and merges whose messages are on their way.
OWNERS = {
    ("Function Scan", None),
    ("WorkTable Scan", None),
    ("Index Scan", "merges_moving_by_primary"),
    ("Index Scan", "merges_moving_by_secondary"),
}

FILLED = ("recipients", "messages", "recipient_runs", "merges", "departed", "suppressions", "sends")

# A page's rows with their recipients, in blocks: 51 of them, or one more block for each further row.
FEW_BLOCKS = 450


def message_filter(ids: list[str] | None = None, **given: Any) -> dict[str, Any]:
    return filter_parameters(MessageFilter(**given), ids)


def person(id: str, uid: UUID) -> Recipient:
    return Recipient(Place(-1, "$users", id), uid, 1, BEGAN, {}, {}, [])


@pytest.fixture(scope="package")
async def filled(pool: Pool) -> None:
    """Messages, 20,000 of them to one person, and as many runs; every tenth person is gone, and half of these left a
    history.
    """
    await empty(pool, -1)
    await pool.execute(
        """
        INSERT INTO addressee.recipients
          (environment_id, collection, id, uid, version, updated_at, deleted_at, format)
        SELECT -1, '$users', CASE n WHEN 0 THEN 'ada' ELSE 'u' || n END,
               CASE n WHEN 0 THEN $1::uuid ELSE ('00000000-0000-0001-0000-' || lpad(n::text, 12, '0'))::uuid END,
               1, $2::timestamptz, CASE WHEN n % 10 = 7 THEN $2::timestamptz END, 1
        FROM generate_series(0, $3) AS n
        """,
        UID,
        BEGAN,
        PEOPLE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.messages
        SELECT -1, lpad(n::text, 27, '0'), '$users', CASE WHEN n % $6 = 0 THEN 'ada' ELSE 'u' || n % $5 END,
               CASE WHEN n % $6 = 0 THEN $1::uuid
                    ELSE ('00000000-0000-0001-0000-' || lpad((n % $5)::text, 12, '0'))::uuid END,
               $3, ('00000000-0000-0002-0000-' || lpad((n % 100)::text, 12, '0'))::uuid, gen_random_uuid(),
               'workflow-' || n % 50, gen_random_uuid(), '{}', 'feed', CASE n % 3 WHEN 0 THEN 'tenant-' || n % 50 END,
               '[]', '{}', '{}', '{}', 'delivered', NULL, NULL, NULL, NULL, NULL,
               $2::timestamptz + n * interval '1 second', $2, NULL, NULL,
               CASE n % 4 WHEN 0 THEN 'topic-' || n % 40 END
        FROM generate_series(1, $4) AS n
        """,
        UID,
        BEGAN,
        CHANNEL,
        MESSAGES,
        PEOPLE,
        SHARE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.recipient_runs
          (environment_id, id, collection, recipient_id, uid, run_id, page, workflow, data, status, step, journal,
           inserted_at, updated_at, tenant, error_count, topic)
        SELECT -1, ('00000000-0000-0003-0000-' || lpad(n::text, 12, '0'))::uuid, '$users',
               CASE WHEN n % $5 = 0 THEN 'ada' ELSE 'u' || n % $4 END,
               CASE WHEN n % $5 = 0 THEN $1::uuid
                    ELSE ('00000000-0000-0001-0000-' || lpad((n % $4)::text, 12, '0'))::uuid END,
               ('00000000-0000-0002-0000-' || lpad((n % 100)::text, 12, '0'))::uuid, 0, 'workflow-' || n % 50, '{}',
               'completed', 1, '[]',
               $2::timestamptz + n * interval '1 second', $2, CASE n % 3 WHEN 0 THEN 'tenant-' || n % 50 END,
               CASE n % 1000 WHEN 1 THEN 1 ELSE 0 END, CASE n % 4 WHEN 0 THEN 'topic-' || n % 40 END
        FROM generate_series(1, $3) AS n
        """,
        UID,
        BEGAN,
        MESSAGES,
        PEOPLE,
        SHARE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.merges
          (environment_id, id, collection, primary_id, primary_uid, secondary_id, secondary_uid, merged_at)
        SELECT -1, ('00000000-0000-0004-0000-' || lpad(n::text, 12, '0'))::uuid, '$users', 'ada', $1,
               'guest-' || n, ('00000000-0000-0005-0000-' || lpad(n::text, 12, '0'))::uuid, $2
        FROM generate_series(1, $3) AS n
        """,
        UID,
        BEGAN,
        PEOPLE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.departed
        SELECT environment_id, collection, id, uid, deleted_at
        FROM addressee.recipients
        WHERE environment_id = -1 AND deleted_at IS NOT NULL AND right(uid::text, 2)::integer % 20 = 7
        """,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.suppressions
        SELECT -1, (ARRAY['email', 'sms', 'whatsapp'])[1 + n % 3], lpad(n::text, 12, '0'),
               CASE WHEN n % 100 = 0 THEN 'complained' ELSE 'bounced' END, NULL, $1, NULL, $2
        FROM generate_series(1, $3) AS n
        """,
        CHANNEL,
        BEGAN,
        MESSAGES,
        timeout=FILLING_SECONDS,
    )
    # Every second SMS goes to one number, of which ten people are told.
    await pool.execute(
        """
        INSERT INTO addressee.sends
          (environment_id, message_id, id, collection, recipient_id, uid, channel_id, run_id, page, kind, provider_id,
           address)
        SELECT -1, 'sms-' || lpad(n::text, 12, '0'), 'send', '$users', 'u' || n % 10,
               ('00000000-0000-0001-0000-' || lpad((n % 10)::text, 12, '0'))::uuid, $1, $2, 0, 'sms',
               'SM' || n, CASE n % 2 WHEN 0 THEN $4 ELSE '+49' || n END
        FROM generate_series(1, $3) AS n
        """,
        CHANNEL,
        RUN_ID,
        MESSAGES,
        NUMBER,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(f"ANALYZE {', '.join(f'addressee.{table}' for table in FILLED)}", timeout=FILLING_SECONDS)


async def plan(office: Office, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Those nodes that were run of the plan that a prepared statement settles for."""
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        text, *arguments = SQL[statement](**values)
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}", *arguments)
    return nodes(msgspec.json.decode(explained)[0]["Plan"])


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [each for child in node.get("Plans", []) for each in nodes(child)]
    return [node, *below] if node["Actual Loops"] else below


def scans(found: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(node["Node Type"], node.get("Index Name")) for node in found if "Scan" in node["Node Type"]} - SUBQUERIES


def read_whole(found: list[dict[str, Any]]) -> set[str]:
    """Tables that were read from end to end; those that hold next to nothing may be."""
    return {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"} & {*FILLED}


def blocks(found: list[dict[str, Any]]) -> int:
    return int(found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"])


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
async def test_a_feed_page_reads_its_own_rows_only(office: Office, page: dict[str, Any]) -> None:
    found = await plan(office, "feed", **OWNER, **page, **FEED_FILTER, status="all")
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("before", [LATEST, MIDDLE])
async def test_a_page_of_an_inbox_reads_its_own_rows_only(office: Office, before: datetime) -> None:
    found = await plan(office, "inbox_page", **INBOX, **STORE, before=before, limit=51)
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


@pytest.mark.usefixtures("filled")
async def test_a_bell_is_reset_by_the_newest_row(office: Office) -> None:
    found = await plan(office, "reset_feed_bell", **INBOX)
    assert "messages_of_recipient" in {index for _, index in scans(found)}
    assert not read_whole(found)
    assert blocks(found) < 50
    await office.pool.execute("DELETE FROM addressee.feed_bells WHERE environment_id = -1")


@pytest.mark.usefixtures("filled")
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


@pytest.mark.usefixtures("filled")
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


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("page", MESSAGE_PAGES.values(), ids=MESSAGE_PAGES.keys())
async def test_a_page_of_several_peoples_messages_reads_a_page_of_each(office: Office, page: dict[str, Any]) -> None:
    others = [person(f"u{number}", UUID(f"00000000-0000-0001-0000-{number:012}")) for number in range(1, 11)]
    owners = [person("ada", UID), *others]
    found = await plan(office, "messages_of_recipients", environment_id=-1, **page, **message_filter(), owners=owners)
    assert scans(found) - OWNERS == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 400


@pytest.mark.usefixtures("filled")
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


@pytest.mark.usefixtures("filled")
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


@pytest.mark.usefixtures("filled")
async def test_messages_that_are_named_are_looked_up(office: Office) -> None:
    ids = [str(number).rjust(27, "0") for number in range(1, 51)]
    page = MESSAGE_PAGES["front"]
    found = await plan(office, "messages_among", environment_id=-1, **page, **message_filter(ids))
    assert not read_whole(found)
    assert blocks(found) < FEW_BLOCKS


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("page", RUN_PAGES.values(), ids=RUN_PAGES.keys())
@pytest.mark.parametrize(
    ("statement", "index", "filter"),
    [
        ("runs_in_order", "recipient_runs_in_order", {}),
        ("runs_in_order", "recipient_runs_in_order", {"statuses": ["completed"], "has_errors": False}),
        ("runs_in_order", "recipient_runs_in_order", {"stages": ["completed"], "collection": "$users"}),
        ("runs_of_workflow", "recipient_runs_of_workflow", {"workflow": "workflow-8"}),
        ("runs_of_tenant", "recipient_runs_of_tenant", {"tenant": "tenant-6"}),
        ("runs_of_topic", "recipient_runs_of_topic", {"topic": "topic-8", "collection": "$users"}),
        ("runs_of_run", "recipient_runs_of_run_in_order", {"run_id": RUN_ID, "collection": "$users"}),
        ("runs_with_errors", "recipient_runs_with_errors", {"has_errors": True}),
    ],
)
async def test_a_page_of_runs_reads_the_rows_of_one_index(
    office: Office, statement: str, index: str, filter: dict[str, Any], page: dict[str, Any]
) -> None:
    found = await plan(office, statement, environment_id=-1, **page, **{**RUN_FILTER, **filter})
    assert scans(found) - LIVING == {("Index Scan", index)}
    assert found[0]["Actual Rows"] >= 45
    assert blocks(found) < FEW_BLOCKS


@pytest.mark.usefixtures("filled")
async def test_a_persons_runs_are_read_alone(office: Office) -> None:
    found = await plan(
        office,
        "runs_of_recipient",
        environment_id=-1,
        **RUN_PAGES["front"],
        **RUN_FILTER,
        owner_collection="$users",
        owner_ids=["u1"],
        owner_uids=[UUID("00000000-0000-0001-0000-000000000001")],
        owner_id="u1",
    )
    assert {index for _, index in scans(found)} <= {None, "recipient_runs_of_recipient"}
    assert not read_whole(found)
    assert blocks(found) < 50


@pytest.mark.usefixtures("filled")
async def test_what_waits_in_a_page_is_read_alone(office: Office) -> None:
    found = await plan(office, "waiting_recipient_runs", environment_id=-1, run_id=RUN_ID, page=0)
    assert scans(found) == {("Index Scan", "recipient_runs_waiting")}
    assert blocks(found) < 10


@pytest.mark.usefixtures("filled")
async def test_what_a_provider_tells_of_is_looked_up(office: Office) -> None:
    named = {"environment_id": -1, "channel_id": CHANNEL, "provider_ids": ["SM1", "SM2"]}
    found = await plan(office, "sends_of_provider", **named)
    assert ("Index Scan", "sends_of_provider") in scans(found)
    assert not read_whole(found)
    assert blocks(found) < 20
    found = await plan(office, "sends_tried", environment_id=-1, channel_id=CHANNEL, ids=["send-1", "send-2"])
    assert scans(found) == {("Index Scan", "sends_tried")}


@pytest.mark.usefixtures("filled")
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


@pytest.mark.usefixtures("filled")
async def test_what_follows_a_merge_is_looked_up_a_page_at_a_time(office: Office) -> None:
    found = await plan(office, "messages_to_move", **OWNER, after_at=EARLIEST, after_id="", limit=500)
    used = {"messages_of_recipient", "sends_pkey", "merges_pkey"}
    assert scans(found) == {("Index Scan", index) for index in used}
    assert found[0]["Actual Rows"] == 500
    assert blocks(found) < FEW_BLOCKS + 3 * 500  # each message, and the way through the index to its sends
    page = {"after_at": MIDDLE, "after_id": "", "limit": 500}
    nothing = await plan(office, "messages_to_return", **OWNER, **page, merge_id=UUID(int=9))
    assert "messages_of_recipient" in {index for _, index in scans(nothing)}
    assert not read_whole(nothing)


@pytest.mark.usefixtures("filled")
async def test_counting_reads_one_persons_rows_only(office: Office) -> None:
    for statement, filter in (("feed_counts", {**OWNER, **FEED_FILTER}), ("inbox_counts", INBOX)):
        found = await plan(office, statement, **filter, has_stored=False)
        indexes = {index for _, index in scans(found) - OWNERS} - {None}
        assert "messages_of_recipient" in indexes <= {"messages_of_recipient", "feed_bells_pkey"}
        assert not read_whole(found)


@pytest.mark.usefixtures("filled")
async def test_counts_are_stored_from_one_persons_rows(office: Office) -> None:
    found = await plan(office, "count_on", **OWNER, limit=10_000)
    # In order, or all of them at once: what there is of this person decides.
    assert scans(found) & {
        ("Index Scan", "messages_of_recipient"),
        ("Bitmap Index Scan", "messages_of_recipient"),
    }
    assert not read_whole(found)


@pytest.mark.usefixtures("filled")
async def test_what_belongs_to_the_departed_is_looked_up(office: Office) -> None:
    people = [Identity(-1, "$users", "u7", UUID("00000000-0000-0001-0000-000000000007"))]
    values: dict[str, dict[str, Any]] = {
        "kept_histories": {"moved_age": timedelta(days=30)},
        "hasten_recipient_runs": {"now": LATEST, "limit": 1000},
        "waiting_sends": {"since": MIDDLE, "later": MIDDLE, "limit": 1000},
        "erase_messages": {"until": [EARLIEST], "limit": 1000},
    }
    for statement, others in values.items():
        found = await plan(office, statement, people=people, **others)
        assert not read_whole(found), statement
        assert blocks(found) < 50, statement


@pytest.mark.usefixtures("filled")
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


SMS_IN_THE_MIDDLE = SuppressionPosition("sms", str(MESSAGES // 2).rjust(12, "0"))
SUPPRESSION_PAGES: dict[str, tuple[PageRequest[Any], str | None]] = {
    "front": (PageRequest(50), None),
    "after": (PageRequest(50, after=SMS_IN_THE_MIDDLE), None),
    "before": (PageRequest(50, before=SMS_IN_THE_MIDDLE), None),
    "kind": (PageRequest(50), "whatsapp"),
}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("page", "kind"), SUPPRESSION_PAGES.values(), ids=SUPPRESSION_PAGES.keys())
async def test_a_page_of_suppressions_reads_its_own_rows_only(
    office: Office, page: PageRequest[Any], kind: str | None
) -> None:
    bounds = suppression_page_parameters(page, kind)
    for filter, index in (
        (SuppressionFilter(), "suppressions_pkey"),
        (SuppressionFilter(reason=Reason.COMPLAINED), "suppressions_of_reason"),
        (SuppressionFilter(reason=Reason.BOUNCED), "suppressions_of_reason"),
    ):
        statement, named = access_path(filter)
        found = await plan(office, statement, environment_id=-1, **named, **bounds)
        assert scans(found) == {("Index Scan", index)}
        assert found[0]["Actual Rows"] == 51
        assert blocks(found) < 2 * 51


@pytest.mark.usefixtures("filled")
async def test_suppressed_addresses_are_looked_up(office: Office) -> None:
    positions = [SuppressionPosition("sms", str(3 * number + 1).rjust(12, "0")) for number in range(25)]
    found = await plan(office, "find_suppressions", environment_id=-1, positions=positions)
    assert found[0]["Actual Rows"] == 25
    assert not read_whole(found)
    assert blocks(found) < 5 * 25
    statement, named = access_path(SuppressionFilter(address=NUMBER))
    bounds = suppression_page_parameters(PageRequest(50), None)
    assert not read_whole(await plan(office, statement, environment_id=-1, **named, **bounds))
    lifting = {"positions": positions, "reasons": list(Reason)}
    assert not read_whole(await plan(office, "lift_suppressions", environment_id=-2, **lifting))


@pytest.mark.usefixtures("filled")
async def test_whoever_was_written_to_at_a_number_is_found_among_the_newest_sends(office: Office) -> None:
    found = await plan(
        office,
        "recipients_written_to",
        environment_id=-1,
        channel_id=CHANNEL,
        kind="sms",
        address=NUMBER,
        sends=MAX_SENDS,
        recipients=MAX_RECIPIENTS,
    )
    assert scans(found) == {("Index Scan", "sends_to_number")}
    assert found[0]["Actual Rows"] == 5
    assert blocks(found) < 1.5 * MAX_SENDS
