"""New schedules, one for each recipient: checked, and stored."""

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
from addressee.directory.access.environments import Environment
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import USERS, Document, Place, Recipient
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import ActorMissingError, MessagingError
from addressee.messaging.recipients.identity import encode_identity
from addressee.messaging.schedules.model import Schedule, ScheduleEntry
from addressee.messaging.schedules.recurrence import Timing
from addressee.messaging.triggers.trigger import read_versions, version_for
from addressee.timing.zones import zone_of

SQL = load(__package__)

People: TypeAlias = Mapping[Place, Recipient]
Refusal: TypeAlias = RefusedError | MessagingError


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """A schedule to create. With rules and `scheduled_at`, the rules count from then on.

    `writes` are those of the recipients that a row of a bulk call describes: they are carried out if it is created.
    """

    workflow: str
    recipient: Place
    timing: Timing = field(default_factory=Timing)
    actor: Place | None = None
    tenant: str | None = None
    data: Document = field(default_factory=dict)
    writes: Sequence[Write] = ()

    @property
    def named(self) -> list[Place]:
        return [self.recipient, *([self.actor] if self.actor else [])]


def refusal_of(refused: Mapping[int, RefusedError], writes: Sequence[Write]) -> RefusedError | None:
    return next((refused[id(write)] for write in writes if id(write) in refused), None)


def places(wanted: Sequence[NewSchedule]) -> set[Place]:
    return {place for each in wanted for place in each.named}


async def workflow_errors(
    pool: Pool, environment_id: int, wanted: Sequence[NewSchedule]
) -> list[MessagingError | None]:
    """Returns for each schedule why its workflow could not be triggered now with its data, None: it could."""
    async with pool.acquire() as connection:
        versions = await read_versions(connection, [(environment_id, each.workflow) for each in wanted])
    # Recipients of one call share their data, which need not be checked for each of them.
    found: dict[tuple[str, int], MessagingError | None] = {}
    for each in wanted:
        what = (each.workflow, id(each.data))
        if what not in found:
            found[what] = workflow_error(versions.get((environment_id, each.workflow)), each)
    return [found[each.workflow, id(each.data)] for each in wanted]


def workflow_error(version: asyncpg.Record | None, wanted: NewSchedule) -> MessagingError | None:
    try:
        version_for(version, wanted.workflow, [wanted.data])
    except MessagingError as error:
        return error
    return None


def require_recipient(place: Place, people: People) -> Recipient:
    """Raises RefusedError for a recipient who is not known."""
    found = people.get(place)
    if found is None:
        who = f"user {place.id!r}" if place.collection == USERS else f"object {place.id!r} in {place.collection!r}"
        message = f"There is no {who}; identify it first, or describe it inline."
        raise RefusedError("recipient_missing", "recipients", message)
    return found


def entry_for(wanted: NewSchedule, people: People, environment: Environment, now: datetime) -> ScheduleEntry:
    """Raises RefusedError or ActorMissingError."""
    recipient = require_recipient(wanted.recipient, people)
    actor = None if wanted.actor is None else people.get(wanted.actor)
    if wanted.actor is not None and actor is None:
        raise ActorMissingError(wanted.actor)
    zone = zone_of(recipient.attributes.get("timezone"), environment.settings.timezone)
    timing = wanted.timing.in_zone(zone)
    timing.check()
    first = timing.next_occurrence(zone, created_at=now, last=None, now=now)
    if first is None:
        raise never_due(timing)
    schedule = Schedule(
        id=uuid7(),
        workflow=wanted.workflow,
        recipient=recipient.identity,
        timing=timing,
        actor=None if actor is None else actor.identity,
        tenant=wanted.tenant,
        data=wanted.data,
        next_occurrence_at=first,
        last_occurrence_at=None,
        inserted_at=now,
        updated_at=now,
        zone=zone.key,
    )
    return ScheduleEntry(schedule, recipient, actor)


def never_due(timing: Timing) -> RefusedError:
    """Returns the refusal of a schedule that would never fall due."""
    if timing.ending_at is None:
        return RefusedError("never", "repeats", "These rules never fall due: no day fits all that they say.")
    message = "The schedule ends before it falls due for the first time; give a later ending_at, or none."
    return RefusedError("never", "ending_at", message)


async def insert_schedules(connection: Connection, environment_id: int, entries: Sequence[ScheduleEntry]) -> None:
    if not entries:
        return
    schedules = [entry.schedule for entry in entries]
    # The same data for many recipients is sent once.
    documents = {id(schedule.data): schedule.data for schedule in schedules}
    positions = {document: position for position, document in enumerate(documents, 1)}
    await connection.execute(
        *SQL["insert_schedules"](
            environment_id=environment_id,
            schedules=schedules,
            actors=[encode_identity(schedule.actor) for schedule in schedules],
            data_positions=[positions[id(schedule.data)] for schedule in schedules],
            documents=[msgspec.json.encode(document) for document in documents.values()],
            repeats=[msgspec.json.encode(schedule.timing.repeats) for schedule in schedules],
            now=schedules[0].inserted_at,
        )
    )
