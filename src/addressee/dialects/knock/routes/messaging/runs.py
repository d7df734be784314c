"""Runs of workflows for single recipients, with their journals (knock.md §2.2, §3.12)."""

from __future__ import annotations

from uuid import UUID

from addressee.api.call import Call
from addressee.api.operation import SECRET
from addressee.api.routes import Routes
from addressee.dialects.knock.mapping import message_rendering, rendering
from addressee.dialects.knock.shapes.common import Items
from addressee.dialects.knock.shapes.runs import WorkflowRecipientRun
from addressee.dialects.knock.wire.errors import invalid, missing
from addressee.dialects.knock.wire.paging import PAGING, parse_page
from addressee.dialects.knock.wire.query import Query, after, before
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.runs.listing import RunFilter, RunPosition
from addressee.messaging.steps.run import RunStatus

routes = Routes(keys=SECRET)

FILTERS = (*PAGING, "workflow", "status[]", "tenant", "has_errors", "recipient", "starting_at", "ending_at")


@routes.get(
    "/v1/workflow_recipient_runs", "workflow_recipient_runs.list", query=FILTERS, response=Items[WorkflowRecipientRun]
)
async def list_all(call: Call) -> Items[WorkflowRecipientRun]:
    """List recipients' runs, newest first."""
    query = Query(call.query_string)
    page = parse_page(query, RunPosition)
    part = await call.services.messaging.runs.list(call.environment.id, run_filter(call, query), page)
    return rendering.items(part, message_rendering.recipient_run)


def run_filter(call: Call, query: Query) -> RunFilter:
    return RunFilter(
        workflow=query.text("workflow"),
        statuses=statuses(query.texts("status")),
        tenant=query.text("tenant"),
        has_errors=query.boolean("has_errors"),
        recipient=query.place(call.environment.id, "recipient"),
        since=after("starting_at", query.text("starting_at")) or EARLIEST,
        until=before("ending_at", query.text("ending_at")) or LATEST,
    )


def statuses(texts: list[str]) -> list[RunStatus]:
    try:
        return [RunStatus(text) for text in texts]
    except ValueError:
        raise invalid("status", f"status must be one of {', '.join(RunStatus)}.") from None


@routes.get("/v1/workflow_recipient_runs/{id}", "workflow_recipient_runs.get", response=WorkflowRecipientRun)
async def get(call: Call) -> WorkflowRecipientRun:
    """Get a recipient's run, with what happened in it."""
    try:
        id = UUID(call.path["id"])
    except ValueError:
        raise missing("The run") from None
    run = await call.services.messaging.runs.get(call.environment.id, id)
    if run is None:
        raise missing("The run")
    return message_rendering.recipient_run(run, with_events=True)
