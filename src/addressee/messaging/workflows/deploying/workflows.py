"""Deploys workflows: what a workflow says is a version, and its current one is switched on or off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
import uuid_utils.compat

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.workflows.commits.model import Commit
from addressee.messaging.workflows.deploying.effects import Deployed, Effect
from addressee.messaging.workflows.files.workflows import WorkflowDefinition
from addressee.messaging.workflows.model import read_version

SQL = load(__package__)


async def deploy_workflow(
    connection: Connection, environment_id: int, defined: WorkflowDefinition, commit: Commit | None, now: datetime
) -> Deployed:
    """Deploys a workflow; `commit` is what its file said before."""
    before = await connection.fetchrow(*SQL["workflow"](environment_id=environment_id, key=defined.key))
    same = before is not None and read_version(before["content"]) == defined.workflow
    version_id: UUID = before["version_id"] if before is not None and same else uuid_utils.compat.uuid7()
    active = defined.active
    if active is None:
        active = before is None or before["active"] or says_inactive(commit)
    if before is not None and same and (before["active"], before["events"]) == (active, list(defined.events)):
        return Deployed(f"workflow {defined.key}", Effect.UNCHANGED)
    if not same:
        content = msgspec.json.encode(defined.workflow)
        await connection.execute(
            *SQL["insert_workflow_version"](
                environment_id=environment_id,
                id=version_id,
                key=defined.key,
                content=content,
                priority=defined.workflow.priority.of_jobs,
                now=now,
            )
        )
    await connection.execute(
        *SQL["upsert_workflow"](
            environment_id=environment_id,
            key=defined.key,
            version_id=version_id,
            active=active,
            events=defined.events,
            now=now,
        )
    )
    return Deployed(f"workflow {defined.key}", Effect.NEW if before is None else Effect.CHANGED)


def says_inactive(commit: Commit | None) -> bool:
    """Returns whether the document of a commit has a workflow switched off, and leaving that out switches it on."""
    return commit is not None and msgspec.json.decode(commit.document.text).get("active") is False
