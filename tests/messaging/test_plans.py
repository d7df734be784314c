"""Lists stay quick however much there is: PostgreSQL answers them from an index, in order, and stops early."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.reading import EARLIEST, FRONT, LATEST
from tests.messaging.office import Office

SQL = load("addressee.messaging")

UID, OTHER, CHANNEL = UUID(int=1), UUID(int=2), UUID(int=3)
# Scans of what another node of the plan made.
SUBQUERIES = {("CTE Scan", None), ("Subquery Scan", None)}

OWNER = ("ada", UID)
FRONT_PAGE = (True, *FRONT, 51)
PERIOD = (EARLIEST, LATEST, b"{}")


@pytest.fixture(scope="package")
async def filled(pool: Pool) -> None:
    """20,000 messages of one person among 100,000."""
    await pool.execute(
        """
        INSERT INTO addressee.messages
        SELECT -1, lpad(n::text, 27, '0'), '$users', CASE WHEN n % 5 = 0 THEN 'ada' ELSE 'u' || n END,
               CASE WHEN n % 5 = 0 THEN $1::uuid ELSE gen_random_uuid() END,
               $3, gen_random_uuid(), gen_random_uuid(), 'welcome', gen_random_uuid(), '{}', 'feed', NULL, '[]', '{}',
               '{}', '{}', 'delivered', NULL, NULL, NULL, NULL, NULL, $2::timestamptz + n * interval '1 second', $2
        FROM generate_series(1, 100000) AS n
        """,
        UID,
        datetime(2025, 1, 1, tzinfo=UTC),
        CHANNEL,
    )
    await pool.execute("ANALYZE addressee.messages")


async def plan(office: Office, statement: str, *arguments: Any) -> list[dict[str, Any]]:
    """Those nodes that were run of the plan that a prepared statement settles for."""
    async with office.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {SQL[statement]}", *arguments)
    return nodes(msgspec.json.decode(explained)[0]["Plan"])


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [each for child in node.get("Plans", []) for each in nodes(child)]
    return [node, *below] if node["Actual Loops"] else below


def scans(found: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(node["Node Type"], node.get("Index Name")) for node in found if "Scan" in node["Node Type"]} - SUBQUERIES


@pytest.mark.usefixtures("filled")
async def test_a_feed_page_reads_its_own_rows_only(office: Office) -> None:
    filters = (*PERIOD, CHANNEL, "exclude", None, None, None, None)
    found = await plan(office, "feed", -1, *OWNER, *FRONT_PAGE, *filters, "all")
    assert scans(found) == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"] < 250


@pytest.mark.usefixtures("filled")
async def test_a_page_of_messages_reads_its_own_rows_only(office: Office) -> None:
    filters: tuple[Any, ...] = (*PERIOD, None, None, None, None, None, None, None, None, [])
    found = await plan(office, "messages_of_recipient", -1, *OWNER, *FRONT_PAGE, *filters)
    assert scans(found) == {("Index Scan", "messages_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"] < 250


@pytest.mark.usefixtures("filled")
async def test_counting_reads_one_persons_rows_only(office: Office) -> None:
    found = await plan(office, "feed_counts", -1, *OWNER, *PERIOD, CHANNEL, "exclude", None, None, None, None)
    assert scans(found) <= {
        ("Index Scan", "messages_of_recipient"),
        ("Bitmap Index Scan", "messages_of_recipient"),
        ("Bitmap Heap Scan", None),
    }


@pytest.mark.usefixtures("filled")
async def test_messages_are_found_by_their_ids(office: Office) -> None:
    ids = ["5".rjust(27, "0"), "6".rjust(27, "0")]
    for statement, arguments in (
        ("messages", (-1, ids)),
        ("contents", (-1, ids)),
        ("message_exists", (-1, ids[0])),
        ("events_of_message", (-1, ids[0], True, "", 51)),
    ):
        found = await plan(office, statement, *arguments)
        assert "Seq Scan" not in {kind for kind, _ in scans(found)}, statement
