"""Occurrences of schedules that could not start their workflow: each is a run with an error, and a notice.

They did not happen, so a schedule's last occurrence stays the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Identity
from addressee.directory.writing.notices import NO_REQUEST, note
from addressee.messaging.errors import DataInvalidError, MessagingError, WorkflowInactiveError
from addressee.messaging.recipients.identifiers import recipient_run_id
from addressee.messaging.triggers.trigger import NewRun, insert_runs

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class FailedOccurrence:
    """An occurrence whose run could not start. `fired` is the schedule; without its workflow, `run` is None."""

    fired: asyncpg.Record
    error: MessagingError
    run: NewRun | None

    @property
    def recipient(self) -> Identity:
        fired = self.fired
        return Identity(fired["environment_id"], fired["collection"], fired["recipient_id"], fired["uid"])

    @property
    def message(self) -> str:
        return f"Schedule {self.fired['id']} could not start its workflow: {self.error.reason}"


class EndedRun(NamedTuple):
    """A recipient's run that ended before its first step; `journal` is JSON."""

    id: UUID
    recipient: Identity
    run: NewRun
    journal: bytes


def ended_run(failed: FailedOccurrence, run: NewRun, now: datetime) -> EndedRun:
    entry = {"event": "error", "status": "error", "inserted_at": now, "data": data_of(failed.error)}
    id = recipient_run_id(run.id, failed.recipient.collection, failed.recipient.id)
    return EndedRun(id, failed.recipient, run, msgspec.json.encode([entry]))


def data_of(error: MessagingError) -> Document:
    match error:
        case DataInvalidError():
            return {"reason": "data_invalid", "fields": error.fields}
        case WorkflowInactiveError():
            return {"reason": "workflow_inactive"}
        case _:
            return {"reason": "workflow_missing"}


async def record_failures(
    connection: Connection,
    failed: Sequence[FailedOccurrence],
    before: Mapping[UUID, asyncpg.Record],
    now: datetime,
) -> None:
    """Stores the runs and notices of occurrences that could not start. `before` are their schedules before, by id."""
    if not failed:
        return
    schedules = [before[each.fired["id"]] for each in failed]
    await connection.execute(*SQL["restore_last_occurrences"](schedules=schedules))
    await note(connection, NO_REQUEST, [(each.recipient.place, [each.message]) for each in failed], now)
    runs = [each.run for each in failed if each.run is not None]
    if runs:
        await insert_runs(connection, runs, now)
        ended = [ended_run(each, each.run, now) for each in failed if each.run is not None]
        await connection.execute(*SQL["insert_ended_recipient_runs"](ended=ended, now=now))
