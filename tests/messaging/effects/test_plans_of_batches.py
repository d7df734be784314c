"""Joining and closing look up their own batches and items, however many others there are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.effects.batch_rows import BatchKey, Continued, Full, Joining, NewBatch, NewItem
from addressee.messaging.effects.closing_batches import Closing
from addressee.messaging.runs.contexts.batched import Shown
from tests.messaging.office import Office
from tests.support.filled_environments import empty

SQL = {**load("addressee.messaging.runs"), **load("addressee.messaging.effects")}

BATCHES = 20_000
ENVIRONMENT = -7
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
RUN = UUID(int=7)
KEY = BatchKey("user-7", UUID(int=7), "collect", "", "", "")
HOUR = timedelta(hours=1)

FILL = """
INSERT INTO addressee.batches (
  environment_id, id, collection, recipient_id, uid, workflow, step_ref, key, version, tenant, recipient_run_id,
  opened_at, closes_at, sealed_at, closed_at
)
SELECT $1, lpad(to_hex(n), 32, '0')::uuid, '$users', 'user-' || n, lpad(to_hex(n), 32, '0')::uuid, 'batched', 'collect',
       '', '', '', lpad(to_hex(n), 32, '0')::uuid, at, at, CASE WHEN n % 2 = 0 THEN at END,
       CASE WHEN n % 2 = 0 THEN at END
FROM generate_series(1, $3::int) AS n, (SELECT $2::timestamptz AS at) AS now
"""
FILL_ITEMS = """
INSERT INTO addressee.batch_items (
  environment_id, recipient_run_id, recipient_id, batch_id, run_id, data, actor_uid, cancellation_key, triggered_at,
  joined_at
)
SELECT $1, lpad(to_hex(n * 10 + each), 32, '0')::uuid, 'user-' || n, lpad(to_hex(n), 32, '0')::uuid,
       lpad(to_hex(n), 32, '0')::uuid, '{}', lpad(to_hex(n), 32, '0')::uuid, 'key-' || n, $2, $2
FROM generate_series(1, $3::int) AS n, generate_series(0, 2) AS each
"""


@pytest.fixture(scope="module", autouse=True)
async def filled(pool: Pool) -> None:
    await empty(pool, ENVIRONMENT)
    await pool.execute(FILL, ENVIRONMENT, NOW, BATCHES)
    await pool.execute(FILL_ITEMS, ENVIRONMENT, NOW, BATCHES)
    await pool.execute("ANALYZE addressee.batches, addressee.batch_items")


JOINING = Joining(RUN, KEY, "$users", NOW, HOUR, HOUR, None, 2, True, HOUR, b"{}")
NEW = NewBatch(RUN, KEY, "$users", RUN, NOW, None)
OF_WORKFLOW = {"environment_id": ENVIRONMENT, "workflow": "batched"}
HERE = {"environment_id": ENVIRONMENT}
EVERYBODY = {"chosen": None, "merged": ()}
STATEMENTS: dict[str, dict[str, Any]] = {
    "seal_expired_batches": {**OF_WORKFLOW, "joining": [JOINING], "now": NOW},
    "batches_told_of": {**OF_WORKFLOW, "looking": [JOINING], "now": NOW},
    "open_batches": {**OF_WORKFLOW, "new": [NEW], "now": NOW},
    "share_open_batches": {**OF_WORKFLOW, "wanted": [NEW]},
    "hold_open_batches": {**OF_WORKFLOW, "wanted": [NEW]},
    "batch_sizes": {**HERE, "batch_ids": [RUN]},
    "insert_batch_items": {**HERE, "items": [NewItem(RUN, RUN, "user-7", b"{}")], "now": NOW},
    "continue_batches": {**HERE, "continued": [Continued(RUN, "user-7", RUN)]},
    "seal_batches": {**HERE, "sealed": [Full(RUN, "user-7", RUN)], "now": NOW},
    "hold_batches_of_runs": {**HERE, "closing": [Closing(RUN, "collect")]},
    "drop_items_of_gone": {**HERE, "batch_ids": [RUN]},
    "merged_batch_data": {**HERE, "batch_ids": [RUN], "max_text": 256},
    "close_batches": {**HERE, "closed": [Full(RUN, "user-7", RUN)], "now": NOW},
    "batches_of_runs": {**HERE, "run_ids": [RUN]},
    "items_of_batches": {**HERE, "shown": [Shown(RUN, 10, True)]},
    "actors_of_batches": {**HERE, "batch_ids": [RUN], "limit": 10},
    "hold_batches_to_cancel": {**OF_WORKFLOW, "cancellation_key": "key-7", "run_ids": [RUN]},
    "cancel_batch_items": {
        **HERE,
        **EVERYBODY,
        "cancellation_key": "key-7",
        "batch_ids": [RUN],
        "journal": b"[]",
        "now": NOW,
    },
    "abandon_batches": {**HERE, "run_ids": [RUN], "now": NOW},
}


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_a_statement_looks_up_its_own_rows(office: Office, statement: str) -> None:
    text, *arguments = SQL[statement](**STATEMENTS[statement])
    found = await office.pool.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *arguments)
    whole = {
        node["Relation Name"]
        for node in nodes(msgspec.json.decode(found)[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"].startswith("batch")
    }
    assert not whole


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]
