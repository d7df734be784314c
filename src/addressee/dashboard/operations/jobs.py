"""Jobs: those that failed too often and are held, which admins run again or discard, and how many of each kind wait."""

from __future__ import annotations

import re
from collections.abc import Mapping

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page, see_other
from addressee.dashboard.routes import ADMIN, VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.database.jobs.held import MOST_COUNTED, HeldJob, Scope
from addressee.operators.model import Role

routes = Routes("jobs")

PATH = f"{ENVIRONMENT}/jobs"
PAGE_SIZE = 50

ID = re.compile(r"[0-9]{1,18}", re.ASCII)

# What jobs of each kind do, as operators call it.
KIND_NAMES: Mapping[str, str] = {
    "start": "Start runs of a workflow",
    "begin": "Begin a page of runs",
    "begin_large": "Begin a page of many runs",
    "advance": "Take runs on to their next steps",
    "send": "Send messages",
    "fetch": "Make requests of workflow steps",
    "end_waits": "End waits of runs",
    "expand": "Find the recipients of a trigger",
    "apply_provider_events": "Apply what providers told",
    "check_receipts": "Ask providers for receipts",
    "mark_all": "Go on with a bulk call",
    "deliver_webhooks": "Tell webhooks what happened",
    "remove_webhook_deliveries": "Remove what deleted webhooks were told",
    "erase": "Erase deleted people",
    "redact": "Remove deleted people from others’ messages",
    "follow": "Move messages after a merge",
    "tell_moves": "Tell workflows who joined or left a list",
    "settle_list": "Compare the members of a replaced list",
    "follow_zones": "Follow people into another time zone",
    "index_recipients": "Index recipients for the search",
    "release_tokens": "Take push tokens from former owners",
}


@routes.get(PATH, VIEWER)
async def show_jobs(visit: EnvironmentVisit) -> Answer:
    held_jobs, scope = visit.services.held_jobs, scope_of(visit)
    held = await held_jobs.list(scope, visit.query.page_request(int, PAGE_SIZE))
    return page(
        visit,
        "operations/jobs.html",
        held=held,
        kinds=await held_jobs.kinds(),
        names=KIND_NAMES,
        most=MOST_COUNTED,
        newest=visit.query.text("after") and visit.url("jobs"),
        older=held.after and visit.url("jobs", after=held.after),
    )


@routes.get(f"{PATH}/{{id}}/again", ADMIN)
async def show_running_again(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return act_page(visit, await job_of(visit), "again")


@routes.post(f"{PATH}/{{id}}/again", ADMIN)
async def run_again(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    job = await job_of(visit)
    await visit.record("jobs.run_again", "jobs", str(job.id), kind=job.name)
    await visit.services.held_jobs.run_again(scope_of(visit), job.id)
    return see_other(visit.url("jobs", notice="job-runs-again"))


@routes.get(f"{PATH}/{{id}}/discard", ADMIN)
async def show_discarding(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    return act_page(visit, await job_of(visit), "discard")


@routes.post(f"{PATH}/{{id}}/discard", ADMIN)
async def discard(visit: EnvironmentVisit, form: Form) -> Answer:
    """Raises PageMissingError."""
    job = await job_of(visit)
    run_id = None if job.run_id is None else str(job.run_id)
    await visit.record("jobs.discard", "jobs", str(job.id), kind=job.name, run_id=run_id, reason=job.reason)
    await visit.services.held_jobs.discard(scope_of(visit), job.id)
    return see_other(visit.url("jobs", notice="job-discarded"))


@routes.post(f"{PATH}/again", ADMIN)
async def run_all_again(visit: EnvironmentVisit, form: Form) -> Answer:
    await visit.record("jobs.run_all_again")
    await visit.services.held_jobs.run_all_again(scope_of(visit))
    return see_other(visit.url("jobs", notice="jobs-run-again"))


def act_page(visit: EnvironmentVisit, job: HeldJob, act: str) -> Answer:
    return page(visit, "operations/job.html", job=job, act=act, names=KIND_NAMES)


async def job_of(visit: EnvironmentVisit) -> HeldJob:
    """Returns the held job that the path names. Raises PageMissingError."""
    id = visit.path["id"]
    job = await visit.services.held_jobs.get(scope_of(visit), int(id)) if ID.fullmatch(id) else None
    if job is None:
        raise PageMissingError("There is no such held job. Somebody may have had it run again, or discarded it.")
    return job


def scope_of(visit: EnvironmentVisit) -> Scope:
    """Returns what the operator sees: admins also jobs that belong to no single environment."""
    return Scope(visit.environment.id, shared=visit.may(Role.ADMIN))
