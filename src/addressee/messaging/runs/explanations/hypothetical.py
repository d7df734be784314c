"""Runs as a trigger would start them now: nothing of them is stored."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity, Place
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.model import read_version

SQL = load(__package__)


class HypotheticalRun(NamedTuple):
    run: Run
    recipient_run: RecipientRun


async def read_hypothetical(
    pool: Pool,
    reader: Reader,
    recipient: Place,
    workflow: str,
    *,
    tenant: str | None,
    actor: Place | None,
    data: Document,
    now: datetime,
) -> HypotheticalRun | None:
    """Returns the run of a workflow for one recipient, None when there is no such workflow.

    The identities of recipient and actor have no `uid` when they are not known.
    """
    row = await pool.fetchrow(*SQL["workflow"](environment_id=recipient.environment_id, key=workflow))
    if row is None:
        return None
    found = await reader.read_all([recipient, *([actor] if actor else [])])

    def identified(place: Place) -> Identity:
        person = found.get(place)
        return Identity(*place, None if person is None else person.uid)

    run = Run(
        environment_id=recipient.environment_id,
        id=uuid7(),
        workflow_key=workflow,
        version_id=row["version_id"],
        workflow=read_version(row["content"]),
        tenant=tenant,
        actor=None if actor is None else identified(actor),
        data=data,
        sandbox=False,
        skip_delay=False,
        inserted_at=now,
        active=row["active"],
    )
    return HypotheticalRun(run, RecipientRun(uuid7(), identified(recipient), {}, RunStatus.QUEUED))
