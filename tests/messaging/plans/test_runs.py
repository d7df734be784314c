"""Plans of lists of runs."""

from typing import Any
from uuid import UUID

import pytest

from addressee.messaging.messages.listing import (
    EARLIEST,
    LATEST,
)
from tests.messaging.office import Office
from tests.messaging.plans.explained import FEW_BLOCKS, LIVING, blocks, plan, read_whole, scans
from tests.messaging.plans.rows import MESSAGE_PAGES, RUN_ID

pytestmark = pytest.mark.usefixtures("filled")

PERIOD = {"since": EARLIEST, "until": LATEST}

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


async def test_what_waits_in_a_page_is_read_alone(office: Office) -> None:
    found = await plan(office, "waiting_recipient_runs", environment_id=-1, run_id=RUN_ID, page=0)
    assert scans(found) == {("Index Scan", "recipient_runs_waiting")}
    assert blocks(found) < 10
