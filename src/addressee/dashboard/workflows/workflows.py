"""Pages of workflows: all of an environment, and one with its diagram and its switch."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import EDITOR, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.workflows.views import in_short, view_of

routes = Routes("workflows")

WORKFLOW = f"{ENVIRONMENT}/workflows/{{key}}"


@routes.get(f"{ENVIRONMENT}/workflows", VIEWER)
async def list_workflows(visit: EnvironmentVisit) -> Answer:
    found = await visit.services.messaging.workflows.overviews(visit.environment.id)
    return page(visit, "workflows/list.html", workflows=[(each, in_short(each.workflow)) for each in found])


@routes.get(WORKFLOW, VIEWER)
async def show_workflow(visit: EnvironmentVisit) -> Answer:
    """Shows the current version. Raises WorkflowMissingError."""
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    view = view_of(found.workflow, starts_of(found.events))
    return page(visit, "workflows/workflow.html", found=found, workflow=found.workflow, view=view)


@routes.post(f"{WORKFLOW}/switch", EDITOR)
async def switch_workflow(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises WorkflowMissingError."""
    workflows, key = visit.services.messaging.workflows, visit.path["key"]
    await workflows.overview(visit.environment.id, key)
    active = form.text("active") == "true"
    await visit.record("workflows.switch", "workflows", key, active=active)
    await workflows.switch(visit.environment.id, key, active=active)
    return see_other(visit.url("workflows", key, notice="workflow-on" if active else "workflow-off"))


def starts_of(events: Sequence[str]) -> Sequence[str]:
    """Returns what starts a workflow besides a trigger, in words."""
    return [f"by the event {event}" for event in events]
