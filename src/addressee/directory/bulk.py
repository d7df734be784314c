"""Bulk calls: many writes while the caller waits, each with its own outcome, which stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.errors import RefusedError
from addressee.directory.writer import Writer
from addressee.directory.writes import Write

SQL = load(__package__)


class Failure(NamedTuple):
    """A row that was refused."""

    collection: str
    id: str
    message: str


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """A finished bulk call over `total` rows. Rows that did not fail were written."""

    id: UUID
    name: str
    total: int
    failures: tuple[Failure, ...]
    started_at: datetime
    completed_at: datetime


async def run_bulk(
    pool: Pool,
    writer: Writer,
    clock: Clock,
    environment_id: int,
    name: str,
    writes: Sequence[Write | Failure],
) -> BulkOperation:
    """Writes the rows and keeps the outcome. A `Failure` among them is a row that was refused before.

    Raises OverloadedError or UnavailableError, as the writer does; some rows may then have been written.
    """
    started_at = clock.now()
    attempted = [write for write in writes if isinstance(write, Write)]
    results = await writer.write_all(attempted)
    failures = [row for row in writes if isinstance(row, Failure)] + [
        Failure(write.place.collection, write.place.id, result.message)
        for write, result in zip(attempted, results, strict=True)
        if isinstance(result, RefusedError)
    ]
    operation = BulkOperation(uuid7(), name, len(writes), tuple(failures), started_at, clock.now())
    await pool.execute(
        SQL["record_bulk_operation"],
        environment_id,
        operation.id,
        operation.name,
        operation.total,
        msgspec.json.encode(operation.failures),
        operation.started_at,
        operation.completed_at,
    )
    return operation


async def find_bulk_operation(pool: Pool, environment_id: int, id: UUID) -> BulkOperation | None:
    row = await pool.fetchrow(SQL["find_bulk_operation"], environment_id, id)
    if row is None:
        return None
    failures = msgspec.json.decode(row["failures"], type=tuple[Failure, ...])
    return BulkOperation(row["id"], row["name"], row["total"], failures, row["started_at"], row["completed_at"])
