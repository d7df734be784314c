"""Creates schedules, one for each recipient: all of a call or none, or in bulk each by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory import bulk
from addressee.directory.bulk import BulkOperation, Failure
from addressee.directory.clock import Clock
from addressee.directory.environments import Environment
from addressee.directory.errors import RefusedError
from addressee.directory.reader import Reader
from addressee.directory.receipts import Receipt, keep
from addressee.directory.recipient import USERS, Document, Recipient
from addressee.messaging.errors import ActorMissingError, MessagingError
from addressee.messaging.recurrence import Timing, zone_of
from addressee.messaging.reference import Reference
from addressee.messaging.schedule import Schedule, ScheduleEntry, identity_of
from addressee.messaging.triggering import Trigger, read_versions, version_for

SQL = load(__package__)

BULK_NAME = "schedules.create_schedules"

People: TypeAlias = Mapping[Reference, Recipient]


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """A schedule to create. With rules and `scheduled_at`, the rules count from then on."""

    workflow: str
    recipient: Reference
    timing: Timing = field(default_factory=Timing)
    actor: Reference | None = None
    tenant: str | None = None
    data: Document = field(default_factory=dict)


async def create(
    pool: Pool,
    reader: Reader,
    environment: Environment,
    wanted: Sequence[NewSchedule],
    *,
    receipt: Receipt | None,
    now: datetime,
) -> list[ScheduleEntry]:
    """Creates all of them or none.

    Raises RefusedError for a recipient that is not known, and what a trigger of the workflow would raise now:
    WorkflowMissingError, WorkflowInactiveError, DataInvalidError or ActorMissingError.
    """
    planned = []
    for outcome in await plan(pool, reader, environment, wanted, now):
        if isinstance(outcome, Exception):
            raise outcome
        planned.append(outcome)
    async with pool.acquire() as connection, connection.transaction():
        await insert(connection, environment.id, planned)
        await keep(connection, receipt, planned, now)
    return planned


async def create_in_bulk(
    pool: Pool,
    reader: Reader,
    environment: Environment,
    rows: Sequence[NewSchedule | Failure],
    *,
    receipt: Receipt | None,
    clock: Clock,
) -> BulkOperation:
    """Creates what can be created, and keeps the outcome. A `Failure` is a row that was refused before."""
    started_at = clock.now()
    wanted = [row for row in rows if isinstance(row, NewSchedule)]
    outcomes = await plan(pool, reader, environment, wanted, started_at)
    planned = [outcome for outcome in outcomes if isinstance(outcome, ScheduleEntry)]
    failures = [row for row in rows if isinstance(row, Failure)] + [
        Failure(*row.recipient, str(outcome))
        for row, outcome in zip(wanted, outcomes, strict=True)
        if isinstance(outcome, Exception)
    ]
    async with pool.acquire() as connection, connection.transaction():
        await insert(connection, environment.id, planned)
        operation = BulkOperation(uuid7(), BULK_NAME, len(rows), tuple(failures), started_at, clock.now())
        await bulk.store(connection, environment.id, operation)
        await keep(connection, receipt, operation, clock.now())
    return operation


async def plan(
    pool: Pool, reader: Reader, environment: Environment, wanted: Sequence[NewSchedule], now: datetime
) -> list[ScheduleEntry | RefusedError | MessagingError]:
    """What to store for each, or why it cannot be."""
    named = {each.recipient for each in wanted} | {each.actor for each in wanted if each.actor}
    found = await reader.read_all([reference.at(environment.id) for reference in named])
    people = {Reference(place.collection, place.id): recipient for place, recipient in found.items()}
    async with pool.acquire() as connection:
        versions = await read_versions(connection, [(environment.id, each.workflow) for each in wanted])
    fits: dict[tuple[str, int], RefusedError | MessagingError | None] = {}
    outcomes: list[ScheduleEntry | RefusedError | MessagingError] = []
    for each in wanted:
        # Recipients of one call share their data, which need not be checked for each of them.
        what = (each.workflow, id(each.data))
        if what not in fits:
            fits[what] = misfit(versions.get((environment.id, each.workflow)), each)
        outcomes.append(fits[what] or absence(each, people) or entry_for(each, people, environment, now))
    return outcomes


def misfit(version: asyncpg.Record | None, wanted: NewSchedule) -> MessagingError | None:
    """Why the workflow could not be triggered now with this data."""
    try:
        version_for(version, Trigger(wanted.workflow, [wanted.recipient], wanted.data))
    except MessagingError as error:
        return error
    return None


def absence(wanted: NewSchedule, people: People) -> RefusedError | ActorMissingError | None:
    """Who is not known of those whom the schedule names."""
    collection, id = wanted.recipient
    if wanted.recipient not in people:
        who = f"user {id!r}" if collection == USERS else f"object {id!r} in {collection!r}"
        message = f"There is no {who}; identify it first, or describe it inline."
        return RefusedError("recipient_missing", "recipients", message)
    if wanted.actor is not None and wanted.actor not in people:
        return ActorMissingError(wanted.actor)
    return None


def entry_for(wanted: NewSchedule, people: People, environment: Environment, now: datetime) -> ScheduleEntry:
    recipient = people[wanted.recipient]
    actor = None if wanted.actor is None else people[wanted.actor]
    schedule = Schedule(
        id=uuid7(),
        workflow=wanted.workflow,
        recipient=identity_of(recipient),
        timing=wanted.timing,
        actor=None if actor is None else identity_of(actor),
        tenant=wanted.tenant,
        data=wanted.data,
        next_occurrence_at=wanted.timing.next_occurrence(
            zone_of(recipient.attributes.get("timezone"), environment.settings.timezone),
            created_at=now,
            last=None,
            now=now,
        ),
        last_occurrence_at=None,
        inserted_at=now,
        updated_at=now,
    )
    return ScheduleEntry(schedule, recipient, actor)


async def insert(connection: Connection, environment_id: int, entries: Sequence[ScheduleEntry]) -> None:
    if not entries:
        return
    schedules = [entry.schedule for entry in entries]
    # The same data for many recipients is sent once.
    documents = {id(schedule.data): schedule.data for schedule in schedules}
    positions = {document: position for position, document in enumerate(documents, 1)}
    await connection.execute(
        SQL["insert_schedules"],
        environment_id,
        [schedule.id for schedule in schedules],
        [schedule.recipient.collection for schedule in schedules],
        [schedule.recipient.id for schedule in schedules],
        [schedule.recipient.uid for schedule in schedules],
        [schedule.workflow for schedule in schedules],
        [schedule.tenant for schedule in schedules],
        [schedule.actor and msgspec.json.encode(schedule.actor) for schedule in schedules],
        [positions[id(schedule.data)] for schedule in schedules],
        [msgspec.json.encode(schedule.timing.repeats) for schedule in schedules],
        [schedule.timing.scheduled_at for schedule in schedules],
        [schedule.timing.ending_at for schedule in schedules],
        [schedule.next_occurrence_at for schedule in schedules],
        [msgspec.json.encode(document) for document in documents.values()],
        schedules[0].inserted_at,
    )
