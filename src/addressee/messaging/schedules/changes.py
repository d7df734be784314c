"""Changes of schedules: computed from what was read, and stored if that is still so."""

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
from addressee.directory.recipient import Document, Place, Recipient
from addressee.messaging.errors import ActorMissingError
from addressee.messaging.recipients.identity import encode_identity
from addressee.messaging.recipients.people import Missing
from addressee.messaging.schedules.model import Schedule, ScheduleEntry
from addressee.messaging.schedules.recurrence import Repeat, Timing
from addressee.messaging.triggers.trigger import check_fit, read_versions
from addressee.timing.zones import zone_named, zone_of

SQL = load(__package__)

# No two states of a schedule have the same `updated_at`, so that an update can tell whether it saw the last one.
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


class ScheduleChangedError(Exception):
    """A schedule fell due, or another caller changed it, since it was read. The transaction must be rolled back."""


async def check_data(pool: Pool, environment_id: int, entries: Sequence[ScheduleEntry], change: ScheduleChange) -> None:
    """Raises DataInvalidError. A workflow that is not there takes any data: its schedule says so when it falls due."""
    if change.data is UNSET:
        return
    workflows = {(environment_id, entry.schedule.workflow) for entry in entries}
    async with pool.acquire() as connection:
        versions = await read_versions(connection, workflows)
    for _, version in sorted(versions.items()):
        check_fit(version, [change.data])


def change_all(
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
    zone = zone_of(zone_name_of(entry.recipient), environment.settings.timezone)
    timing = Timing(
        before.timing.repeats if change.repeats is UNSET else change.repeats,
        before.timing.scheduled_at if change.scheduled_at is UNSET else change.scheduled_at,
        *ending(before.timing, change),
    ).in_zone(zone)
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
    """Returns `ending_at` and `ending_on` of a changed schedule."""
    match change.ending_at:
        case datetime() | None as at:
            return at, None
        case date() as day:
            return None, day
        case _:
            return before.ending_at, before.ending_on


def zone_name_of(recipient: Recipient | Missing) -> str | None:
    return recipient.attributes.get("timezone") if isinstance(recipient, Recipient) else None


async def update_schedules(
    connection: Connection,
    environment_id: int,
    before: Sequence[ScheduleEntry],
    after: Sequence[ScheduleEntry],
    change: ScheduleChange,
) -> None:
    """Raises ScheduleChangedError unless all are as they were read."""
    old = sorted((entry.schedule for entry in before), key=id_of)
    new = sorted((entry.schedule for entry in after), key=id_of)
    stored = await connection.fetch(
        *SQL["update_schedules"](
            environment_id=environment_id,
            before=old,
            after=new,
            actors=[encode_identity(schedule.actor) for schedule in new],
            repeats=[msgspec.json.encode(schedule.timing.repeats) for schedule in new],
            data=None if change.data is UNSET else msgspec.json.encode(change.data),
        )
    )
    if len(stored) < len(old):
        raise ScheduleChangedError


def id_of(schedule: Schedule) -> UUID:
    """Returns the key by which schedules are written, so that no two writers wait for each other."""
    return schedule.id
