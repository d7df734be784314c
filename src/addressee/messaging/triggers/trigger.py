"""Triggers, and the runs that they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import uuid_utils.compat

from addressee.database.jobs.queue import Later, Priority, enqueue
from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.documents import check_value
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Document, Identity, Place, Recipient
from addressee.messaging.errors import ActorMissingError, DataInvalidError, WorkflowInactiveError, WorkflowMissingError
from addressee.messaging.recipients.identity import encode_identity
from addressee.messaging.runs.cancellation import CancellationKey, await_cancellations, carry_out_early
from addressee.messaging.runs.fan_out import NO_OBJECTS
from addressee.messaging.runs.model import (
    NO_TERMS,
    PAGE_SIZE,
    Begin,
    RunAttachment,
    Start,
    Terms,
    WaitingRecipient,
    lane_of,
)
from addressee.messaging.steps.waiting.delay import MAX_DELAY
from addressee.messaging.triggers.attachments import check_attachments, store_files, without_attachments
from addressee.messaging.triggers.transients import Transient
from addressee.messaging.workflows.model import read_version
from addressee.messaging.workflows.schemas import failures

SQL = load(__package__)

MAX_DATA_BYTES = 10_000_000

NOBODY = b"[]"


@dataclass(frozen=True, slots=True)
class Trigger:
    """`overrides` are laid over `data`, key by key, for one recipient. Recipients named twice count once.

    `terms` limit the whole run, `kinds` are the only kinds of addresses for one recipient. The run starts after
    `delay`, at most `MAX_DELAY`. `source` is `api` or `broadcast`.
    """

    workflow: str
    recipients: Sequence[Place]
    data: Document = field(default_factory=dict)
    actor: Place | None = None
    tenant: str | None = None
    overrides: Mapping[Place, Document] = field(default_factory=dict)
    cancellation_key: str | None = None
    sandbox: bool = False
    skip_delay: bool = False
    transients: Sequence[Transient] = ()
    terms: Terms = NO_TERMS
    kinds: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    delay: timedelta = timedelta()
    source: str = "api"

    @property
    def named(self) -> set[Place]:
        """All places that it names, the actor's too."""
        return {*self.recipients, *([self.actor] if self.actor else [])}


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
    terms: Terms = NO_TERMS
    delay: timedelta = timedelta()
    attachments: Sequence[RunAttachment] = ()
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)

    @property
    def is_one_page(self) -> bool:
        """Returns whether all its recipients begin at once, as one page, and have no subscribers."""
        return (
            not self.delay
            and 0 < len(self.recipients) <= PAGE_SIZE
            and all(each.collection in NO_OBJECTS for each in self.recipients)
        )


class WorkflowKey(NamedTuple):
    environment_id: int
    key: str


class RunRow(NamedTuple):
    """A run as it is stored; documents are encoded. `recipients` wait to be started, or are its only `page`."""

    environment_id: int
    id: UUID
    workflow: str
    version_id: UUID
    tenant: str | None
    actor: bytes | None
    data: bytes
    cancellation_key: str | None
    sandbox: bool
    skip_delay: bool
    source: bytes
    recipients: bytes
    page: bytes | None
    terms: bytes
    attachments: bytes | None


def check(trigger: Trigger, version: asyncpg.Record | None, people: Mapping[Place, Recipient]) -> UUID:
    """Returns the version of its workflow that a trigger runs. `people` are the living recipients of `trigger.named`.

    Raises MessagingError, and RefusedError for a delay that is too long.
    """
    version_id = version_for(version, trigger.workflow, distinct_data(trigger))
    check_delay(trigger.delay)
    actor_of(trigger, people)
    return version_id


def actor_of(trigger: Trigger, people: Mapping[Place, Recipient]) -> Identity | None:
    """Raises ActorMissingError."""
    if trigger.actor is None:
        return None
    person = people.get(trigger.actor)
    if person is None:
        raise ActorMissingError(trigger.actor)
    return person.identity


def run_of(environment_id: int, trigger: Trigger, version_id: UUID, people: Mapping[Place, Recipient]) -> NewRun:
    """Returns the run that a trigger asks for. Raises ActorMissingError."""

    def uid(place: Place) -> UUID | None:
        person = people.get(place)
        return None if person is None else person.uid

    return NewRun(
        environment_id,
        trigger.workflow,
        version_id,
        [
            *(
                WaitingRecipient(
                    each.collection, each.id, uid(each), trigger.overrides.get(each, {}), kinds=trigger.kinds.get(each)
                )
                for each in sorted(set(trigger.recipients))
            ),
            *(transient.waiting() for transient in trigger.transients),
        ],
        trigger.data,
        {"type": trigger.source},
        trigger.tenant,
        actor_of(trigger, people),
        trigger.cancellation_key,
        trigger.sandbox,
        trigger.skip_delay,
        trigger.terms,
        trigger.delay,
    )


def check_delay(delay: timedelta) -> None:
    if not timedelta() <= delay <= MAX_DELAY:
        raise RefusedError("delay", "delay", f"A run starts at most {MAX_DELAY.days} days from now.")


def check_data(data: Document, field: str) -> None:
    """Raises RefusedError for what a run cannot hold."""
    check_value(data, field)
    if len(msgspec.json.encode(data)) > MAX_DATA_BYTES:
        raise RefusedError("size", field, f"{field} must be at most {MAX_DATA_BYTES:,} bytes of JSON.")


async def start_runs(connection: Connection, runs: Sequence[NewRun], now: datetime) -> None:
    """Stores runs, all recipients waiting, and the jobs that carry them on. What was cancelled before is stopped."""
    if not runs:
        return
    keys = {
        CancellationKey(run.environment_id, run.workflow, run.cancellation_key): run.terms.depth
        for run in runs
        if run.cancellation_key is not None
    }
    # Whoever starts a run from within another one holds that, for which whoever cancels may wait.
    await await_cancellations(connection, [key for key, depth in keys.items() if depth == 0])
    priorities = await insert_runs(connection, runs, now)
    await enqueue(connection, [first_job(run, priorities[run.id]) for run in runs])
    await carry_out_early(connection, keys, now)


def first_job(run: NewRun, priority: Priority) -> Later:
    lane = lane_of(run.environment_id, run.recipients, priority)
    job = Begin if run.is_one_page else Start
    return Later(job(run.environment_id, run.id, 0), run.delay, lane, priority)


async def insert_runs(connection: Connection, runs: Sequence[NewRun], now: datetime) -> dict[UUID, Priority]:
    """Stores runs with their attachments, and returns their priorities by their ids."""
    runs, files = await without_attachments(connection, runs)
    rows = [row_of(run) for run in runs]
    stored = await connection.fetch(*SQL["insert_runs"](runs=rows, now=now))
    await store_files(connection, files)
    return {row["id"]: Priority(row["priority"]) for row in stored}


def row_of(run: NewRun) -> RunRow:
    waiting = msgspec.json.encode(run.recipients)
    return RunRow(
        run.environment_id,
        run.id,
        run.workflow,
        run.version_id,
        run.tenant,
        encode_identity(run.actor),
        msgspec.json.encode(run.data),
        run.cancellation_key,
        run.sandbox,
        run.skip_delay,
        msgspec.json.encode(run.source),
        NOBODY if run.is_one_page else waiting,
        waiting if run.is_one_page else None,
        msgspec.json.encode(run.terms),
        msgspec.json.encode(run.attachments) if run.attachments else None,
    )


def size_of(run: NewRun) -> int:
    """Returns how many bytes what is told to the recipients of a run takes."""
    return len(msgspec.json.encode((run.data, run.recipients)))


async def read_versions(
    connection: Connection, workflows: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], asyncpg.Record]:
    """Returns the current versions of workflows by environment and key, of those that there are."""
    wanted = {WorkflowKey(*each) for each in workflows}
    rows = await connection.fetch(*SQL["workflows"](workflows=wanted))
    return {(row["environment_id"], row["key"]): row for row in rows}


def version_for(found: asyncpg.Record | None, workflow: str, documents: Iterable[Document]) -> UUID:
    """Returns the version to run of a workflow that may not be there, with the data of its runs.

    Raises WorkflowMissingError, WorkflowInactiveError or DataInvalidError.
    """
    if found is None:
        raise WorkflowMissingError(workflow)
    if not found["active"]:
        raise WorkflowInactiveError(workflow)
    check_fit(found, documents)
    version_id: UUID = found["version_id"]
    return version_id


def check_fit(version: asyncpg.Record, documents: Iterable[Document]) -> None:
    """Raises DataInvalidError for the first that a workflow's schema does not allow, or with unusable attachments."""
    workflow = read_version(version["content"])
    for data in documents:
        unfit = failures(workflow.trigger_data_schema, data) if workflow.trigger_data_schema is not None else ()
        if unfit := unfit or check_attachments(workflow, data):
            raise DataInvalidError(unfit)


def distinct_data(trigger: Trigger) -> list[Document]:
    """Returns the distinct data of the recipients' runs."""
    own = [trigger.overrides[recipient] for recipient in trigger.recipients if recipient in trigger.overrides]
    shared = [trigger.data] if len(own) < len(trigger.recipients) else []
    return shared + [{**trigger.data, **override} for override in own]
