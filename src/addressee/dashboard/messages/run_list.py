"""The list of runs: of triggers, or of single recipients once one or their status is asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from addressee.api.answers import Answer
from addressee.dashboard.messages.filters import (
    PAGE_SIZE,
    chosen_recipient,
    chosen_start,
    chosen_status,
    workflow_options,
)
from addressee.dashboard.messages.wording import RUN_STATUSES, source_in_words
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.paging import PageRequest, write_cursor
from addressee.messaging.runs.listing import RunFilter, RunPosition
from addressee.messaging.runs.triggered import COUNTED, LOOKED_AT
from addressee.messaging.steps.run import RunStatus

routes = Routes("runs")


@routes.get(f"{ENVIRONMENT}/runs", VIEWER)
async def list_runs(visit: EnvironmentVisit) -> Answer:
    """Shows triggers, newest first; with a recipient or a status in the query, runs of single recipients."""
    if visit.query.text("recipient") or visit.query.text("status"):
        return await list_of_recipients(visit)
    return await list_of_triggers(visit)


async def list_of_triggers(visit: EnvironmentVisit) -> Answer:
    workflow = visit.query.text("workflow")
    after = chosen_start(visit, UUID)
    found, older = await visit.services.messaging.runs.triggered(visit.environment.id, workflow, after, PAGE_SIZE)
    return await run_page(
        visit,
        "messages/runs.html",
        runs=found,
        counted=COUNTED,
        source_in_words=source_in_words,
        is_first=after is None,
        older=None if older is None else visit.url("runs", workflow=workflow, after=write_cursor(older)),
        newest=None if after is None else visit.url("runs", workflow=workflow),
    )


async def list_of_recipients(visit: EnvironmentVisit) -> Answer:
    runs, environment_id = visit.services.messaging.runs, visit.environment.id
    workflow, recipient = visit.query.text("workflow"), chosen_recipient(visit)
    statuses = chosen_status(visit, RunStatus)
    after = chosen_start(visit, RunPosition)
    if recipient is None:
        found = await runs.search(environment_id, workflow, statuses, after, PAGE_SIZE)
        entries, cursor = found.entries, None if found.after is None else write_cursor(found.after)
    else:
        filter = RunFilter(workflow=workflow, statuses=statuses, recipient=recipient)
        part = await runs.list(environment_id, filter, PageRequest(PAGE_SIZE, after))
        entries, cursor = part.entries, part.after
    chosen = {name: visit.query.text(name) for name in ("workflow", "status", "recipient", "collection")}
    return await run_page(
        visit,
        "messages/recipient_runs.html",
        runs=entries,
        looked_at=LOOKED_AT,
        older=None if cursor is None else visit.url("runs", **chosen, after=cursor),
        newest=None if after is None else visit.url("runs", **chosen),
    )


async def run_page(visit: EnvironmentVisit, template: str, **shown: Any) -> Answer:
    workflow = visit.query.text("workflow")
    workflows = await visit.services.messaging.workflows.list(visit.environment.id)
    return page(
        visit,
        template,
        words=RUN_STATUSES,
        workflows=workflow_options(workflows, workflow),
        statuses=[("", "Any status"), *((status, each.text) for status, each in RUN_STATUSES.items())],
        chosen={name: visit.query.text(name) or "" for name in ("workflow", "status", "recipient", "collection")},
        **shown,
    )
