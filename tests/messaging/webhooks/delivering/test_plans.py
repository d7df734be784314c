"""Lines are found by indexes, however much was told before and however long one of them is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import USERS, Place
from addressee.messaging.webhooks.deliveries.deliveries import (
    DeliveryFilter,
    access_path,
    page_parameters,
    recipient_parameters,
)
from addressee.messaging.webhooks.delivering.deliverer import IN_LINE, LINES, LOOKED_AT
from addressee.messaging.webhooks.model import DeliveryStatus
from tests.messaging.office import Office
from tests.support.filled_environments import empty

SQL = {
    **load("addressee.messaging.webhooks.deliveries"),
    **load("addressee.messaging.webhooks.delivering"),
}

ENVIRONMENT, ENDPOINT = -9, UUID(int=1)
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
HERE = {"environment_id": ENVIRONMENT, "endpoint_id": ENDPOINT}

# One person has 10,000 pending deliveries, others 20,000 together; 130,000 are settled.
FILL = """
INSERT INTO addressee.webhook_deliveries (
  environment_id, recipient_id, endpoint_id, collection, uid, type, subject, occurred_at, status, due_at
)
SELECT $1, CASE WHEN n % 3 = 0 AND n <= 30000 THEN 'hot' ELSE 'user-' || n % 5000 END, $2, '$users', $2,
       'recipient.updated', '{}', at,
       CASE WHEN n <= 30000 THEN 'pending' WHEN n % 100 = 0 THEN 'failed' ELSE 'delivered' END,
       CASE WHEN n <= 30000 THEN at END
FROM generate_series(1, 160000) AS n, LATERAL (SELECT CAST($3 AS timestamptz) - n * interval '1 second' AS at) AS moment
"""


# For one transaction only: the schedulers of other tests must not see it.
OPEN = """
INSERT INTO addressee.webhook_endpoints (
  environment_id, id, url, description, types, form, sealed_secrets, created_at, updated_at
)
VALUES ($1, $2, '', '', '{}', 'standard', '', $3, $3)
"""


@pytest.fixture(scope="module", autouse=True)
async def filled(pool: Pool) -> None:
    await empty(pool, ENVIRONMENT)
    await pool.execute(FILL, ENVIRONMENT, ENDPOINT, NOW, timeout=60)
    await pool.execute("ANALYZE addressee.webhook_deliveries")


async def rows_read(pool: Pool, statement: str, arguments: dict[str, Any]) -> float:
    """Carries out a statement, takes it back, and returns how many deliveries it read; none by a scan of the table."""
    text, *values = SQL[statement](**arguments)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(OPEN, ENVIRONMENT, ENDPOINT, NOW)
            found = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *values)
        finally:
            await transaction.rollback()
    reading = [node for node in nodes(msgspec.json.decode(found)[0]["Plan"]) if reads_deliveries(node)]
    assert [node["Node Type"] for node in reading if node["Node Type"] == "Seq Scan"] == []
    read: float = sum(node["Actual Loops"] * (node["Actual Rows"] + removed(node)) for node in reading)
    return read


def reads_deliveries(node: dict[str, Any]) -> bool:
    name: str = node.get("Relation Name", node.get("Index Name", ""))
    of_deliveries = name.startswith("webhook_deliveries")
    return of_deliveries and node["Node Type"] not in {"ModifyTable", "Bitmap Heap Scan"}


def removed(node: dict[str, Any]) -> float:
    return sum(float(node.get(f"Rows Removed by {by}", 0)) for by in ("Filter", "Index Recheck"))


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]


async def test_a_claim_reads_some_of_what_is_due_and_the_beginnings_of_lines(office: Office) -> None:
    claim = {
        **HERE,
        "now": NOW,
        "claimed_until": NOW + timedelta(minutes=1),
        "looked_at": LOOKED_AT,
        "lines": LINES,
        "in_line": IN_LINE,
    }
    assert await rows_read(office.pool, "claim_deliveries", claim) <= 3 * LOOKED_AT + 2 * LINES * IN_LINE


async def test_what_waits_in_a_long_line_is_put_off_some_at_a_time(office: Office) -> None:
    await office.pool.execute(
        """
        UPDATE addressee.webhook_deliveries
        SET due_at = $3
        WHERE environment_id = $1
          AND endpoint_id = $2
          AND (recipient_id, position) IN (
            SELECT recipient_id, min(position)
            FROM addressee.webhook_deliveries
            WHERE environment_id = $1
              AND due_at IS NOT NULL
            GROUP BY recipient_id
          )
        """,
        ENVIRONMENT,
        ENDPOINT,
        NOW + timedelta(hours=1),
    )
    park = {**HERE, "now": NOW, "latest": NOW + timedelta(hours=1), "looked_at": LOOKED_AT}
    assert await rows_read(office.pool, "park_deliveries", park) <= 4 * LOOKED_AT


@pytest.mark.parametrize(
    "filter",
    [
        DeliveryFilter(),
        DeliveryFilter(statuses=[DeliveryStatus.FAILED]),
        DeliveryFilter(recipient=Place(ENVIRONMENT, USERS, "user-77")),
        DeliveryFilter(since=NOW - timedelta(hours=20), until=NOW - timedelta(hours=19)),
    ],
    ids=["all", "failed", "of a recipient", "of a period"],
)
@pytest.mark.parametrize("page", [PageRequest(50), PageRequest(50, before=UUID(int=0))])
async def test_lists_stop_early(office: Office, filter: DeliveryFilter, page: PageRequest[UUID]) -> None:
    arguments = {
        **HERE,
        "statuses": filter.statuses or None,
        "types": None,
        **recipient_parameters(filter),
        **page_parameters(filter, page),
    }
    assert await rows_read(office.pool, access_path(filter), arguments) <= 2 * 51


async def test_what_is_due_is_found_without_looking_at_more(office: Office) -> None:
    due = {"now": NOW, "queued_until": NOW, "limit": 10}
    assert await rows_read(office.pool, "due_endpoints", due) <= 10
