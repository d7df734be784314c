"""Changes and deletes schedules, several at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.access.environments import Environment
from addressee.directory.errors import OverloadedError
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place, Recipient
from addressee.directory.writing.planned_writes import PlannedWrites, plan
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.errors import ActorMissingError
from addressee.messaging.recipients.identity import encode_identity
from addressee.messaging.recipients.people import Missing
from addressee.messaging.schedules.listing import read
from addressee.messaging.schedules.model import Schedule, ScheduleEntry
from addressee.messaging.schedules.recurrence import Repeat, Timing, zone_named, zone_of
from addressee.messaging.triggers.trigger import check_fit, read_versions

SQL = load(__package__)

# An update that meets a schedule which fires, or is updated, at this moment reads it again, at most this often.
UPDATE_ATTEMPTS = 5

# No two states of a schedule have the same `updated_at`: an update knows by it whether it still sees the last one.
TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """A change of schedules; what is not set stays. With rules a schedule recurs, without them it happens once.

    As `ending_at`, a date is the last day on which they may happen, as recipients' clocks show it.
    """

    repeats: tuple[Repeat, ...] | UnsetType = UNSET
    scheduled_at: datetime | UnsetType | None = UNSET
    ending_at: datetime | date | UnsetType | None = UNSET
    actor: Place | UnsetType | None = UNSET
    tenant: str | UnsetType | None = UNSET
    data: Document | UnsetType = UNSET


async def update(
    pool: Pool,
    reader: Reader,
    environment: Environment,
    ids: Sequence[UUID],
    change: ScheduleChange,
    planned: PlannedWrites | None,
    *,
    receipt: Receipt | None,
    now: datetime,
) -> list[ScheduleEntry]:
    """Changes all of those that there are, and returns them in the order asked for.

    The next occurrence is computed anew when one of the times is set. Those who are described are written first, once
    nothing can refuse the change any more. Raises ActorMissingError, DataInvalidError for data that one of their
    workflows does not take, RefusedError for what would never fall due, and OverloadedError when the schedules do not
    stand still.
    """
    named = [change.actor] if isinstance(change.actor, Place) else []
    planned = planned or await plan(reader, named, (), now)
    for _ in range(UPDATE_ATTEMPTS):
        before = await read(pool, reader, environment.id, ids)
        await check_data(pool, environment.id, before, change)
        all_changed(before, change, planned.people, environment, now)
        await planned.carry_out()
        after = all_changed(before, change, planned.people, environment, now)
        try:
            async with pool.acquire() as connection, connection.transaction():
                await store(connection, environment.id, before, after, change)
                await keep(connection, receipt, after, now)
        except MovedError:
            continue
        return after
    raise OverloadedError("These schedules are being changed by others; try again in a moment.")


class MovedError(Exception):
    """A schedule is not as it was read: it fell due, or somebody else changed it. Nothing may be kept."""


async def check_data(pool: Pool, environment_id: int, entries: Sequence[ScheduleEntry], change: ScheduleChange) -> None:
    """Raises DataInvalidError. A workflow that is not there takes any data: its schedule says so when it falls due."""
    if change.data is UNSET:
        return
    workflows = {(environment_id, entry.schedule.workflow) for entry in entries}
    async with pool.acquire() as connection:
        versions = await read_versions(connection, workflows)
    for _, version in sorted(versions.items()):
        check_fit(version, [change.data])


def all_changed(
    before: Sequence[ScheduleEntry],
    change: ScheduleChange,
    people: Mapping[Place, Recipient],
    environment: Environment,
    now: datetime,
) -> list[ScheduleEntry]:
    """Raises ActorMissingError or RefusedError."""
    actor: Recipient | UnsetType | None = None
    if isinstance(change.actor, Place):
        actor = people.get(change.actor)
        if actor is None:
            raise ActorMissingError(change.actor)
    elif change.actor is UNSET:
        actor = UNSET
    return [changed(entry, change, actor, environment, now) for entry in before]


def changed(
    entry: ScheduleEntry,
    change: ScheduleChange,
    actor: Recipient | UnsetType | None,
    environment: Environment,
    now: datetime,
) -> ScheduleEntry:
    before = entry.schedule
    zone = zone_of(own_zone(entry.recipient), environment.settings.timezone)
    timing = Timing(
        before.timing.repeats if change.repeats is UNSET else change.repeats,
        before.timing.scheduled_at if change.scheduled_at is UNSET else change.scheduled_at,
        *ending(before.timing, change),
    ).shown_in(zone)
    following = before.next_occurrence_at
    if (change.repeats, change.scheduled_at, change.ending_at) != (UNSET, UNSET, UNSET):
        timing.check()
        following = timing.next_occurrence(
            zone,
            created_at=before.inserted_at,
            last=before.last_occurrence_at,
            now=now,
            last_zone=zone_named(before.zone),
        )
    shown = entry.actor if actor is UNSET else actor
    after = msgspec.structs.replace(
        before,
        timing=timing,
        actor=before.actor if actor is UNSET else actor and actor.identity,
        tenant=before.tenant if change.tenant is UNSET else change.tenant,
        data=before.data if change.data is UNSET else change.data,
        next_occurrence_at=following,
        updated_at=max(now, before.updated_at + TICK),
    )
    return ScheduleEntry(after, entry.recipient, shown)


def ending(before: Timing, change: ScheduleChange) -> tuple[datetime | None, date | None]:
    """`ending_at` and `ending_on` of what schedules are to be."""
    match change.ending_at:
        case datetime() | None as at:
            return at, None
        case date() as day:
            return None, day
        case _:
            return before.ending_at, before.ending_on


def own_zone(recipient: Recipient | Missing) -> str | None:
    return recipient.attributes.get("timezone") if isinstance(recipient, Recipient) else None


async def store(
    connection: Connection,
    environment_id: int,
    before: Sequence[ScheduleEntry],
    after: Sequence[ScheduleEntry],
    change: ScheduleChange,
) -> None:
    """Raises MovedError unless all are as they were read."""
    old = sorted((entry.schedule for entry in before), key=id_of)
    new = sorted((entry.schedule for entry in after), key=id_of)
    stored = await connection.fetch(
        SQL["update_schedules"],
        environment_id,
        [schedule.id for schedule in new],
        [schedule.recipient.id for schedule in new],
        [schedule.next_occurrence_at for schedule in old],
        [schedule.updated_at for schedule in old],
        [schedule.tenant for schedule in new],
        [encode_identity(schedule.actor) for schedule in new],
        [msgspec.json.encode(schedule.timing.repeats) for schedule in new],
        [schedule.timing.scheduled_at for schedule in new],
        [schedule.timing.ending_at for schedule in new],
        [schedule.next_occurrence_at for schedule in new],
        [schedule.updated_at for schedule in new],
        None if change.data is UNSET else msgspec.json.encode(change.data),
        [schedule.timing.ending_on for schedule in new],
    )
    if len(stored) < len(old):
        raise MovedError


def id_of(schedule: Schedule) -> UUID:
    """In this order schedules are written, so that no two writers wait for each other."""
    return schedule.id


async def delete(
    pool: Pool, reader: Reader, environment_id: int, ids: Sequence[UUID], *, receipt: Receipt | None, now: datetime
) -> list[ScheduleEntry]:
    """Deletes those that there are, and returns them in the order asked for. Runs that have started go on."""
    found = await read(pool, reader, environment_id, ids)
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(SQL["delete_schedules"], environment_id, [entry.schedule.id for entry in found])
        deleted = {row["id"] for row in rows}
        entries = [entry for entry in found if entry.schedule.id in deleted]
        await keep(connection, receipt, entries, now)
    return entries
