"""Rows that wait for a time are found, and listed, by an index, however much there is of it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from addressee.database.paging import PageRequest
from addressee.database.pool import Pool
from addressee.directory.recipient import Identity, Place
from addressee.messaging.delivery.outcomes import JournalEntries
from addressee.messaging.schedules.schedules import page_parameters
from tests.messaging.office import Office
from tests.messaging.plans.explained import LIVING, blocks, plan, scans
from tests.support.filled_environments import empty

UID = UUID(int=9)
OWNER = {"environment_id": -2, "recipient_id": "eve", "uid": UID}

# No test's clock goes that far: nothing of this is ever due elsewhere.
FAR = datetime(2900, 1, 1, tzinfo=UTC)
SOME_ARE_DUE = FAR + timedelta(seconds=5_000)
MIDDLE = UUID("00000000-0000-0004-0000-000000025000")

PAGES = {
    "front": page_parameters(PageRequest(50)),
    "older": page_parameters(PageRequest(50, after=MIDDLE)),
    "newer": page_parameters(PageRequest(50, before=MIDDLE)),
}
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


@pytest.fixture(scope="module")
async def filled(pool: Pool) -> None:
    """50,000 schedules of 50 workflows, 10,000 of them of one person, and as many paused runs."""
    await empty(pool, -2)
    await pool.execute(
        """
        INSERT INTO addressee.recipients
          (environment_id, collection, id, uid, version, updated_at, deleted_at, format)
        SELECT -2, '$users', CASE n WHEN 0 THEN 'eve' ELSE 'u' || n END,
               CASE n WHEN 0 THEN $1::uuid ELSE ('00000000-0000-0005-0000-' || lpad(n::text, 12, '0'))::uuid END,
               1, $2::timestamptz, CASE WHEN n % 10 = 7 THEN $2::timestamptz END, 1
        FROM generate_series(0, 50000) AS n
        WHERE n % 5 <> 0 OR n = 0
        """,
        UID,
        FAR,
    )
    await pool.execute(
        """
        INSERT INTO addressee.schedules
          (environment_id, id, collection, recipient_id, uid, workflow, tenant, data, repeats, next_occurrence_at,
           inserted_at, updated_at)
        SELECT -2, ('00000000-0000-0004-0000-' || lpad(n::text, 12, '0'))::uuid, '$users',
               CASE WHEN n % 5 = 0 THEN 'eve' ELSE 'u' || n END,
               CASE WHEN n % 5 = 0 THEN $1::uuid ELSE ('00000000-0000-0005-0000-' || lpad(n::text, 12, '0'))::uuid END,
               'workflow-' || n % 50, CASE n % 3 WHEN 0 THEN 'tenant-' || n % 50 END, '{}', '[]',
               CASE WHEN n % 2 = 0 THEN $2::timestamptz + n * interval '1 second' END, $2, $2
        FROM generate_series(1, 50000) AS n
        """,
        UID,
        FAR,
    )
    await pool.execute(
        """
        INSERT INTO addressee.recipient_runs
          (environment_id, id, collection, recipient_id, uid, run_id, page, workflow, data, status, step, journal,
           inserted_at, updated_at, due_at)
        SELECT -2, gen_random_uuid(), '$users', 'u' || n, gen_random_uuid(), gen_random_uuid(), 0, 'workflow', '{}',
               CASE WHEN n % 2 = 0 THEN 'paused' ELSE 'completed' END, 1, '[]', $1, $1,
               CASE WHEN n % 2 = 0 THEN $1::timestamptz + n * interval '1 second' END
        FROM generate_series(1, 50000) AS n
        """,
        FAR,
    )
    await pool.execute("ANALYZE addressee.recipients, addressee.schedules, addressee.recipient_runs")


@pytest.mark.usefixtures("filled")
@each_page
async def test_a_page_of_a_persons_schedules_reads_theirs_only(office: Office, page: dict[str, Any]) -> None:
    found = await plan(office, "schedules_of_recipient", **OWNER, **page, tenant=None, workflow=None)
    assert scans(found) == {("Index Scan", "schedules_of_recipient")}
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 250


@pytest.mark.usefixtures("filled")
@each_page
async def test_a_page_of_a_workflows_schedules_stops_early(office: Office, page: dict[str, Any]) -> None:
    found = await plan(office, "schedules_of_workflow", environment_id=-2, workflow="workflow-11", **page, tenant=None)
    assert ("Index Scan", "schedules_of_workflow") in scans(found)
    assert scans(found) - {("Index Scan", "schedules_of_workflow")} <= LIVING
    assert found[0]["Actual Rows"] == 51
    assert blocks(found) < 1000


@pytest.mark.usefixtures("filled")
async def test_only_schedules_that_are_due_are_looked_at(office: Office) -> None:
    found = await plan(office, "due_schedules", now=SOME_ARE_DUE, limit=200)
    assert ("Index Scan", "schedules_due") in scans(found)
    assert scans(found) - {("Index Scan", "schedules_due")} <= LIVING
    assert found[0]["Actual Rows"] == 200
    assert blocks(found) < 2500


@pytest.mark.usefixtures("filled")
async def test_only_runs_that_are_due_are_looked_at(office: Office) -> None:
    found = await plan(office, "due_recipient_runs", now=SOME_ARE_DUE, limit=1000)
    assert scans(found) == {("Index Scan", "recipient_runs_due")}
    assert found[0]["Actual Rows"] == 1000
    assert blocks(found) < 1200


@pytest.mark.usefixtures("filled")
async def test_what_happens_is_found_by_its_key(office: Office) -> None:
    eve = SimpleNamespace(
        environment_id=-2,
        id=MIDDLE,
        recipient_id="eve",
        next_occurrence_at=FAR,
        last_occurrence_at=None,
        zone="Etc/UTC",
    )
    elsewhere = SimpleNamespace(environment_id=-3, id=MIDDLE, recipient_id="eve")
    occurrence = SimpleNamespace(at=FAR, zone="Etc/UTC", following=None)
    place, ids = Place(-2, "$users", "u11"), [MIDDLE]
    values: dict[str, dict[str, Any]] = {
        "fire_schedules": {"schedules": [eve], "occurrences": [occurrence]},
        "move_occurrences": {"schedules": [eve], "following": [None]},
        "restore_last_occurrences": {"schedules": [eve]},
        "repeating_schedules": {"places": [place], "after": UUID(int=0), "limit": 1000},
        "wake_held_runs": {"places": [place]},
        "runs_of_sends": {"environment_id": -2, "ids": ids},
        "note_in_journals": {"environment_id": -2, "journals": [JournalEntries(MIDDLE, "eve", b"[]")], "now": FAR},
        "delete_ownerless_schedules": {"schedules": [elsewhere]},
        "wake_recipient_runs": {"due": [eve], "now": FAR},
        "schedules": {"environment_id": -2, "ids": ids},
        "delete_schedules": {"environment_id": -3, "ids": ids},
        "schedules_of_workflow_among": {
            "environment_id": -2,
            "workflow": "workflow-10",
            **PAGES["front"],
            "tenant": None,
            "recipients": [place],
        },
    }
    for statement, others in values.items():
        found = await plan(office, statement, **others)
        assert "Seq Scan" not in {kind for kind, _ in scans(found)}, statement
        assert blocks(found) < 100, statement
    erasing = await plan(office, "erase_schedules", people=[Identity(-3, "$users", "eve", UID)])
    assert "Seq Scan" not in {kind for kind, _ in scans(erasing)}
    assert blocks(erasing) < 100
