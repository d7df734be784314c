"""Pages of the versions of a workflow: all, one with its templates, and the difference between two."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.workflows.differences import differences
from addressee.dashboard.workflows.views import view_of
from addressee.dashboard.workflows.workflows import WORKFLOW
from addressee.database.paging import PageRequest
from addressee.messaging.workflows.listing import WorkflowVersion

routes = Routes("versions")

PAGE_SIZE = 50

# Of a number in a path or query: the numbers of versions have fewer.
MAX_DIGITS = 9


@routes.get(f"{WORKFLOW}/versions", VIEWER)
async def list_versions(visit: EnvironmentVisit) -> Answer:
    """Raises WorkflowMissingError."""
    workflows, key = visit.services.messaging.workflows, visit.path["key"]
    found = await workflows.overview(visit.environment.id, key)
    before = number_in(visit.query.text("after") or "")
    versions = await workflows.versions(visit.environment.id, key, PageRequest(PAGE_SIZE, after=before))
    has_more = versions.after is not None
    older = visit.url("workflows", key, "versions", after=versions.entries[-1].number) if has_more else None
    newest = None if before is None else visit.url("workflows", key, "versions")
    return page(visit, "workflows/versions.html", found=found, versions=versions.entries, older=older, newest=newest)


@routes.get(f"{WORKFLOW}/versions/{{number}}", VIEWER)
async def show_version(visit: EnvironmentVisit) -> Answer:
    """Raises WorkflowMissingError or PageMissingError."""
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    version = await version_of(visit, visit.path["number"])
    view = view_of(version.workflow, whole=visit.query.text("whole"))
    return page(
        visit, "workflows/version.html", found=found, version=version.version, workflow=version.workflow, view=view
    )


@routes.get(f"{WORKFLOW}/compare", VIEWER)
async def compare_versions(visit: EnvironmentVisit) -> Answer:
    """Compares two versions; without numbers, the current one with the one before.

    Raises WorkflowMissingError or PageMissingError.
    """
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    newest = found.version.number
    to = await version_of(visit, visit.query.text("to") or str(newest))
    start = await version_of(visit, visit.query.text("from") or str(max(1, to.version.number - 1)))
    return page(
        visit,
        "workflows/compare.html",
        found=found,
        start=start.version,
        to=to.version,
        differences=differences(start.workflow, to.workflow),
    )


async def version_of(visit: EnvironmentVisit, number: str) -> WorkflowVersion:
    """Raises PageMissingError."""
    wanted = number_in(number)
    workflows = visit.services.messaging.workflows
    found = None
    if wanted is not None:
        found = await workflows.version(visit.environment.id, visit.path["key"], wanted)
    if found is None:
        raise PageMissingError(f"There is no version {number[:MAX_DIGITS]} of this workflow.")
    return found


def number_in(text: str) -> int | None:
    """Returns the number of a version, None for a text that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
