"""Accepting a trigger: its receipt, the run and one job in one transaction. The rest happens in workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat

from addressee.database.jobs import enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.reader import Reader
from addressee.directory.receipts import Receipt, keep
from addressee.directory.recipient import Document
from addressee.messaging.errors import (
    ActorMissingError,
    DataInvalidError,
    WorkflowInactiveError,
    WorkflowMissingError,
)
from addressee.messaging.reference import Reference
from addressee.messaging.runs import Identity, RunPage, WaitingRecipient
from addressee.messaging.schemas import failures
from addressee.messaging.workflow import Workflow

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Trigger:
    """`overrides` are laid over `data`, key by key, for one recipient. Recipients named twice count once."""

    workflow: str
    recipients: Sequence[Reference]
    data: Document = field(default_factory=dict)
    actor: Reference | None = None
    tenant: str | None = None
    overrides: Mapping[Reference, Document] = field(default_factory=dict)
    cancellation_key: str | None = None
    sandbox: bool = False
    skip_delay: bool = False


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to accept. `source` says what started it, as lists of runs show it."""

    environment_id: int
    workflow: str
    version_id: UUID
    recipients: Sequence[WaitingRecipient]
    data: Document
    source: Mapping[str, str]
    tenant: str | None = None
    actor: Identity | None = None
    cancellation_key: str | None = None
    sandbox: bool = False
    skip_delay: bool = False
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)


async def trigger(
    pool: Pool,
    reader: Reader,
    environment_id: int,
    trigger: Trigger,
    *,
    receipt: Receipt | None,
    now: datetime,
) -> UUID:
    recipients = sorted(set(trigger.recipients))
    actors = [trigger.actor] if trigger.actor else []
    people = await reader.read_all(reference.at(environment_id) for reference in {*recipients, *actors})

    def identified(reference: Reference) -> Identity:
        person = people.get(reference.at(environment_id))
        return Identity(*reference, None if person is None else person.uid)

    async with pool.acquire() as connection, connection.transaction():
        version_id = await check_workflow(connection, environment_id, trigger)
        actor = None if trigger.actor is None else identified(trigger.actor)
        if actor is not None and actor.uid is None:
            raise ActorMissingError(actor.reference)
        waiting = [
            WaitingRecipient(*recipient, identified(recipient).uid, trigger.overrides.get(recipient, {}))
            for recipient in recipients
        ]
        run = NewRun(
            environment_id,
            trigger.workflow,
            version_id,
            waiting,
            trigger.data,
            {"type": "api"},
            trigger.tenant,
            actor,
            trigger.cancellation_key,
            trigger.sandbox,
            trigger.skip_delay,
        )
        await accept(connection, [run], now)
        await keep(connection, receipt, run.id, now)
    return run.id


async def accept(connection: Connection, runs: Sequence[NewRun], now: datetime) -> None:
    """Stores runs, all recipients waiting, and the jobs that start them."""
    if not runs:
        return
    await connection.execute(
        SQL["insert_runs"],
        [run.environment_id for run in runs],
        [run.id for run in runs],
        [run.workflow for run in runs],
        [run.version_id for run in runs],
        [run.tenant for run in runs],
        [run.actor and msgspec.json.encode(run.actor) for run in runs],
        [msgspec.json.encode(run.data) for run in runs],
        [run.cancellation_key for run in runs],
        [run.sandbox for run in runs],
        [run.skip_delay for run in runs],
        [msgspec.json.encode(run.source) for run in runs],
        [msgspec.json.encode(run.recipients) for run in runs],
        now,
    )
    await enqueue(connection, [RunPage(run.environment_id, run.id, 0).job("start") for run in runs])


async def check_workflow(connection: Connection, environment_id: int, trigger: Trigger) -> UUID:
    """The version to run. Raises WorkflowMissingError, WorkflowInactiveError or DataInvalidError."""
    return version_for(await connection.fetchrow(SQL["workflow"], environment_id, trigger.workflow), trigger)


async def read_versions(
    connection: Connection, workflows: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], asyncpg.Record]:
    """The current versions of workflows by environment and key, of those that there are."""
    wanted = set(workflows)
    rows = await connection.fetch(
        SQL["workflows"], [environment_id for environment_id, _ in wanted], [key for _, key in wanted]
    )
    return {(row["environment_id"], row["key"]): row for row in rows}


def version_for(found: asyncpg.Record | None, trigger: Trigger) -> UUID:
    """The version to run of a workflow that may not be there. Raises what `check_workflow` does."""
    if found is None:
        raise WorkflowMissingError(trigger.workflow)
    if not found["active"]:
        raise WorkflowInactiveError(trigger.workflow)
    schema: dict[str, Any] | None = msgspec.json.decode(found["content"], type=Workflow).trigger_data_schema
    if schema is not None:
        for data in distinct_data(trigger):
            if unfit := failures(schema, data):
                raise DataInvalidError(unfit)
    version_id: UUID = found["version_id"]
    return version_id


def distinct_data(trigger: Trigger) -> list[Document]:
    """The data of every recipient's run, once where it is the same."""
    own = [trigger.overrides[recipient] for recipient in trigger.recipients if recipient in trigger.overrides]
    shared = [trigger.data] if len(own) < len(trigger.recipients) else []
    return shared + [{**trigger.data, **override} for override in own]
