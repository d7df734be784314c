"""Recipients' runs: what a workflow did for each of them, and why not (knock.md §2.2, §3.12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from addressee.api.operation import SECRET, Answer, Call, Operation, json_answer
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, asked_page
from addressee.dialects.knock.wire.query import Query, after, before
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.runs.listing import RunFilter, RunPosition
from addressee.messaging.steps.machine import RunStatus

FILTERS = (*PAGING, "workflow", "status[]", "tenant", "has_errors", "recipient", "starting_at", "ending_at")


async def list_all(call: Call) -> Answer:
    query = Query(call.query_string)
    part = await call.rooms.messaging.runs(call.environment.id, run_filter(query), asked_page(query, RunPosition))
    return json_answer(rendering.items(part, message_rendering.recipient_run))


def run_filter(query: Query) -> RunFilter:
    return RunFilter(
        workflow=query.text("workflow"),
        statuses=statuses(query.texts("status")),
        tenant=query.text("tenant"),
        has_errors=query.boolean("has_errors"),
        recipient=query.reference("recipient"),
        since=after("starting_at", query.text("starting_at")) or EARLIEST,
        until=before("ending_at", query.text("ending_at")) or LATEST,
    )


def statuses(texts: list[str]) -> list[RunStatus]:
    try:
        return [RunStatus(text) for text in texts]
    except ValueError:
        raise invalid("status", f"status must be one of {', '.join(RunStatus)}.") from None


async def get(call: Call) -> Answer:
    try:
        id = UUID(call.path["id"])
    except ValueError:
        raise missing("The run") from None
    run = await call.rooms.messaging.recipient_run(call.environment.id, id)
    if run is None:
        raise missing("The run")
    return json_answer(message_rendering.detailed_run(run))


OPERATIONS = (
    Operation(
        "GET",
        "/v1/workflow_recipient_runs",
        "workflow_recipient_runs.list",
        "List recipients' runs, newest first",
        list_all,
        SECRET,
        query=FILTERS,
        gives=dict[str, Any],
    ),
    Operation(
        "GET",
        "/v1/workflow_recipient_runs/{id}",
        "workflow_recipient_runs.get",
        "Get a recipient's run, with what happened in it",
        get,
        SECRET,
        gives=dict[str, Any],
    ),
)
