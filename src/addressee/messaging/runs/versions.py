"""Versions that runs go on with: that of their trigger, or a newer one since they went on for a batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.batches.batch import ClosingStep
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.workflows.model import read_version

SQL = load(__package__)


async def by_version(pool: Pool, run: Run, runs: Sequence[RecipientRun]) -> list[tuple[Run, Sequence[RecipientRun]]]:
    """Returns the runs of a page apart by their versions, each with the run as of that version."""
    own = {each.version_id for each in runs}
    versions = await as_of(pool, run, own)
    return [(versions[id], [each for each in runs if each.version_id == id]) for id in own]


async def versions_on(pool: Pool, page: RunPage, run: Run) -> Mapping[UUID | None, Run]:
    """Returns the run as of each version that paused runs of a page go on with; that of the trigger under None."""
    if not any(isinstance(step, ClosingStep) and step.latest for step in run.workflow.steps):
        return {None: run}
    rows = await pool.fetch(
        *SQL["versions_on_page"](environment_id=page.environment_id, run_id=page.run_id, page=page.page)
    )
    return await as_of(pool, run, {None, *(row["version_id"] for row in rows)})


async def as_of(pool: Pool, run: Run, ids: Collection[UUID | None]) -> Mapping[UUID | None, Run]:
    others = [id for id in ids if id is not None]
    if not others:
        return {None: run}
    rows = await pool.fetch(*SQL["versions"](environment_id=run.environment_id, ids=others))
    newer = {row["id"]: replace(run, version_id=row["id"], workflow=read_version(row["content"])) for row in rows}
    return {None: run, **newer}
