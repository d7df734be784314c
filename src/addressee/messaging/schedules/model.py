"""A schedule as it is stored: it runs a workflow at set times for one recipient (knock.md §3.13).

It belongs to an identity. Once that is deleted no list shows its schedules and none of them fires, and another
recipient under the same id does not have them.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from addressee.directory.recipient import Document, Identity, Recipient
from addressee.messaging.recipients.identity import decode_identity
from addressee.messaging.recipients.people import Missing
from addressee.messaging.schedules.recurrence import Repeat, Timing


class Schedule(Struct, frozen=True):
    """A schedule as it is stored. `id` is a UUIDv7, by which lists are ordered.

    `next_occurrence_at` is None when there is none (any more). `zone` is the time zone in which it happened last, or in
    which it was created.
    """

    id: UUID
    workflow: str
    recipient: Identity
    timing: Timing
    actor: Identity | None
    tenant: str | None
    data: Document
    next_occurrence_at: datetime | None
    last_occurrence_at: datetime | None
    inserted_at: datetime
    updated_at: datetime
    zone: str | None = None

    @property
    def named(self) -> list[Identity]:
        return [self.recipient, self.actor] if self.actor else [self.recipient]


class ScheduleEntry(Struct, frozen=True):
    """A schedule with the recipients that it names."""

    schedule: Schedule
    recipient: Recipient | Missing
    actor: Recipient | Missing | None


def schedule_from(environment_id: int, row: asyncpg.Record) -> Schedule:
    return Schedule(
        id=row["id"],
        workflow=row["workflow"],
        recipient=Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        timing=timing_from(row),
        actor=decode_identity(environment_id, row["actor"]),
        tenant=row["tenant"],
        data=msgspec.json.decode(row["data"]),
        next_occurrence_at=row["next_occurrence_at"],
        last_occurrence_at=row["last_occurrence_at"],
        inserted_at=row["inserted_at"],
        updated_at=row["updated_at"],
        zone=row["zone"],
    )


def timing_from(row: asyncpg.Record) -> Timing:
    repeats = msgspec.json.decode(row["repeats"], type=tuple[Repeat, ...])
    return Timing(repeats, row["scheduled_at"], row["ending_at"], row["ending_on"])
