"""Signals find the waits that they may end, however many others there are, and events find that nobody waits."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.recipient import USERS, Identity
from addressee.messaging.effects.wait_endings import EndedWait
from addressee.messaging.messages.events import FirstEvent, NewEvent
from addressee.messaging.messages.signals import Signal
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.rows import MessageRow, MovedRun
from addressee.messaging.steps.run import RunStatus
from tests.messaging.office import Office
from tests.support.filled_environments import empty

SQL = {
    **load("addressee.messaging.runs"),
    **load("addressee.messaging.messages"),
    **load("addressee.messaging.effects"),
}

WAITS = 100_000
ENVIRONMENT = -8
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
RUN = UUID(int=7)

FILL = """
INSERT INTO addressee.waits (
  environment_id, recipient_id, uid, type, name, recipient_run_id, ordinal, own_id, own_uid, run_id, page, step, ref,
  began_at, expires_at
)
SELECT $1, 'user-' || n, id, 'event', 'hello', id, 0, 'user-' || n, id, id, 0, 1, 'wait', at, at
FROM generate_series(1, $3::int) AS n, lpad(to_hex(n), 32, '0') AS hex, CAST(hex AS uuid) AS id,
     CAST($2 AS timestamptz) AS at
"""


@pytest.fixture(scope="module", autouse=True)
async def filled(pool: Pool) -> None:
    await empty(pool, ENVIRONMENT)
    await pool.execute(FILL, ENVIRONMENT, NOW, WAITS, timeout=60)
    await pool.execute("ANALYZE addressee.waits")


HERE = {"environment_id": ENVIRONMENT}


def statements(count: int) -> dict[str, dict[str, Any]]:
    """Returns the arguments of the statements for a page of so many."""
    numbers = range(1, count + 1)
    signals = [Signal(f"user-{n}", UUID(int=n), "event", "hello", NOW) for n in numbers]
    events = [NewEvent(f"message-{n}", Identity(ENVIRONMENT, USERS, f"user-{n}", UUID(int=n)), "sent") for n in numbers]
    moved = [MovedRun(UUID(int=n), f"user-{n}", 0, RunStatus.COMPLETED, 1, b"[]", None, 0, None, None) for n in numbers]
    ended = [EndedWait(UUID(int=n), f"user-{n}", 1, "wait", b"{}", b"[]") for n in numbers]
    return {
        "enqueue_signals": {**HERE, "signals": signals, "events": [b"{}"] * count},
        "waits_for_signals": {**HERE, "signals": signals},
        "end_waits": {**HERE, "ended": ended, "now": NOW},
        "insert_events": {
            **HERE,
            "events": events,
            "ids": [str(n) for n in numbers],
            "data": [b"{}"] * count,
            "now": NOW,
        },
        "insert_messages": {
            **HERE,
            "workflow": "note",
            "version_id": RUN,
            "categories": [],
            "tenant": None,
            "messages": [message(n) for n in numbers],
            "position": 0,
            "now": NOW,
        },
        "move_recipient_runs": {
            **HERE,
            "run_ids": [RUN],
            "pages": [0],
            "moved": moved,
            "ended_silently": [],
            "now": NOW,
        },
    }


def message(n: int) -> MessageRow:
    made = [FirstEvent(str(n), "message.created")]
    return MessageRow(
        id=f"message-{n}",
        collection=USERS,
        recipient_id=f"user-{n}",
        uid=UUID(int=n),
        channel_id=RUN,
        run_id=RUN,
        recipient_run_id=UUID(int=n),
        step_ref="note",
        data=b"{}",
        filter_data=b"{}",
        content=b"{}",
        topic=None,
        status=Status.DELIVERED,
        actors=b"[]",
        collected=None,
        first_events=msgspec.json.encode(made),
        ends_run=True,
    )


@pytest.mark.parametrize("count", [1, 200])
@pytest.mark.parametrize("statement", statements(1))
async def test_a_statement_looks_up_its_own_waits(office: Office, statement: str, count: int) -> None:
    text, *arguments = SQL[statement](**statements(count)[statement])
    found = await office.pool.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *arguments)
    looking = [node for node in nodes(msgspec.json.decode(found)[0]["Plan"]) if reads_waits(node)]
    assert looking
    assert [node for node in looking if "recipient_" not in node.get("Index Cond", "")] == []


def reads_waits(node: dict[str, Any]) -> bool:
    """Whether a node reads waits. A bitmap's index has the condition, and no relation."""
    of_waits = node.get("Relation Name") == "waits" or node.get("Index Name", "").startswith("waits")
    return of_waits and node["Node Type"] not in {"ModifyTable", "Bitmap Heap Scan"}


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", []) for each in nodes(child))]
