"""Triggers as they are read: each is a run of a workflow for all of its recipients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Identity
from addressee.messaging.recipients.identity import decode_identity
from addressee.messaging.runs.listing import FRONT, RunDetails, RunPosition
from addressee.messaging.steps.run import RunStatus

SQL = load(__package__)

# The number of recipients of a trigger whose statuses are counted, and of runs that a search looks at, as their
# statements say.
COUNTED = 500
LOOKED_AT = 10_000

LAST_ID = UUID(int=2**128 - 1)

UNFINISHED = frozenset({RunStatus.QUEUED, RunStatus.PROCESSING, RunStatus.PAUSED})


@dataclass(frozen=True, slots=True)
class TriggeredRun:
    """A trigger. `counts` are of the newest 500 recipients whose runs have begun, by status.

    With `has_more`, there are recipients whose runs have yet to begin.
    """

    id: UUID
    workflow: str
    version_id: UUID
    tenant: str | None
    actor: Identity | None
    source: Mapping[str, Any]
    cancellation_key: str | None
    sandbox: bool
    inserted_at: datetime
    has_more: bool
    counts: Mapping[RunStatus, int]

    @property
    def counted(self) -> int:
        return sum(self.counts.values())

    @property
    def unfinished(self) -> int:
        """The number of counted recipients that are not finished."""
        return sum(self.counts.get(status, 0) for status in UNFINISHED)


@dataclass(frozen=True, slots=True)
class FoundRuns:
    """A part of what a search among recipients' runs finds; `after` is where it goes on, None at the end."""

    entries: Sequence[RunDetails]
    after: RunPosition | None


async def read_triggered(
    connection: Connection, environment_id: int, workflow: str | None, after: UUID | None, limit: int
) -> list[TriggeredRun]:
    where: dict[str, Any] = {"environment_id": environment_id, "start": after or LAST_ID, "limit": limit}
    if workflow is None:
        rows = await connection.fetch(*SQL["triggered_runs"](**where))
    else:
        rows = await connection.fetch(*SQL["triggered_runs_of_workflow"](**where, workflow=workflow))
    return await with_counts(connection, environment_id, rows)


async def read_trigger(connection: Connection, environment_id: int, id: UUID) -> TriggeredRun | None:
    rows = await connection.fetch(*SQL["triggered_run"](environment_id=environment_id, id=id))
    found = await with_counts(connection, environment_id, rows)
    return found[0] if found else None


async def with_counts(
    connection: Connection, environment_id: int, rows: Sequence[asyncpg.Record]
) -> list[TriggeredRun]:
    if not rows:
        return []
    counts: dict[UUID, dict[RunStatus, int]] = defaultdict(dict)
    for row in await connection.fetch(
        *SQL["statuses_of_runs"](environment_id=environment_id, run_ids=[row["id"] for row in rows])
    ):
        counts[row["run_id"]][RunStatus(row["status"])] = row["number"]
    return [triggered_run_from(environment_id, row, counts[row["id"]]) for row in rows]


def triggered_run_from(environment_id: int, row: asyncpg.Record, counts: Mapping[RunStatus, int]) -> TriggeredRun:
    return TriggeredRun(
        id=row["id"],
        workflow=row["workflow"],
        version_id=row["version_id"],
        tenant=row["tenant"],
        actor=decode_identity(environment_id, row["actor"]),
        source=msgspec.json.decode(row["source"]),
        cancellation_key=row["cancellation_key"],
        sandbox=row["sandbox"],
        inserted_at=row["inserted_at"],
        has_more=row["has_more"],
        counts=counts,
    )


@dataclass(frozen=True, slots=True)
class FoundIds:
    """The runs that a search found, and where it goes on."""

    ids: Sequence[UUID]
    after: RunPosition | None


async def search_runs(
    connection: Connection,
    environment_id: int,
    workflow: str | None,
    statuses: Collection[RunStatus],
    after: RunPosition | None,
    size: int,
) -> FoundIds:
    """Looks for `size` runs in one of some statuses past a position, among LOOKED_AT runs at most."""
    start = after or FRONT
    rows = await connection.fetch(
        *SQL["search_runs"](
            environment_id=environment_id,
            workflow=workflow,
            statuses=statuses,
            start_at=start.inserted_at,
            start_id=start.id,
            limit=size + 1,
        )
    )
    found = [RunPosition(row["inserted_at"], row["id"]) for row in rows if row["kind"] == "found"]
    ids = [position.id for position in found[:size]]
    if len(found) > size:
        return FoundIds(ids, found[size - 1])
    stopped = [row for row in rows if row["kind"] == "stopped" and row["number"] == LOOKED_AT]
    return FoundIds(ids, RunPosition(stopped[0]["inserted_at"], stopped[0]["id"]) if stopped else None)
