"""Occurrences of schedules that could not start their workflow: each is a run with an error, and a notice.

They did not happen, so a schedule's last occurrence stays the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
    """`fired` is the schedule, `run` the one that could not start; None when there is no workflow (any more)."""

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

    def entry(self, now: datetime) -> Mapping[str, Any]:
        """The entry for the run's journal."""
        return {"event": "error", "status": "error", "inserted_at": now, "data": data_of(self.error)}


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
    """Keeps what became of occurrences that could not start. `before` are their schedules as they were."""
    if not failed:
        return
    await connection.execute(
        SQL["take_back_last_occurrences"],
        [each.recipient.environment_id for each in failed],
        [each.fired["id"] for each in failed],
        [each.recipient.id for each in failed],
        [before[each.fired["id"]]["last_occurrence_at"] for each in failed],
        [before[each.fired["id"]]["zone"] for each in failed],
    )
    await note(connection, NO_REQUEST, [(each.recipient.place, [each.message]) for each in failed], now)
    runs = [(each, each.run) for each in failed if each.run is not None]
    if not runs:
        return
    await insert_runs(connection, [run for _, run in runs], now)
    await connection.execute(
        SQL["insert_ended_recipient_runs"],
        [run.environment_id for _, run in runs],
        [recipient_run_id(run.id, each.recipient.collection, each.recipient.id) for each, run in runs],
        [each.recipient.collection for each, _ in runs],
        [each.recipient.id for each, _ in runs],
        [each.recipient.uid for each, _ in runs],
        [run.id for _, run in runs],
        [run.workflow for _, run in runs],
        [run.tenant for _, run in runs],
        [msgspec.json.encode([each.entry(now)]) for each, _ in runs],
        now,
    )
