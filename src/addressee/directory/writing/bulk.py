"""Bulk calls: many writes, each with its own outcome, which can be read for 30 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import structs
from uuid_utils.compat import uuid7

from addressee.database.expiry import delete_before
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.documents import escaped
from addressee.directory.errors import RefusedError
from addressee.directory.writing.notices import note
from addressee.directory.writing.receipts import Receipt, keep
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write, Written

SQL = load(__package__)

OPERATION_LIFE = timedelta(days=30)


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """A row that was refused. Characters of its id and message that cannot be stored are escaped."""

    collection: str
    id: str
    message: str

    def __post_init__(self) -> None:
        structs.force_setattr(self, "id", escaped(self.id))
        structs.force_setattr(self, "message", escaped(self.message))


class Progress:
    """The progress of a bulk call."""

    __slots__ = ()

    completed_at: datetime | None
    failed_at: datetime | None

    @property
    def status(self) -> Literal["processing", "completed", "failed"]:
        if self.completed_at is not None:
            return "completed"
        return "processing" if self.failed_at is None else "failed"


@dataclass(frozen=True, slots=True)
class BulkOperation(Progress):
    """A bulk call. `total` is the number of rows processed so far; those that are not in `failures` were written.

    A call that continues in a job has no `completed_at` yet. `failed_at` is set when the last attempt of its job
    failed, which is repeated.
    """

    id: UUID
    name: str
    total: int
    failures: tuple[Failure, ...]
    started_at: datetime
    completed_at: datetime | None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedOperation(Progress):
    """A bulk call in a list: `failures` is the number of rows that were refused."""

    id: UUID
    name: str
    total: int
    failures: int
    started_at: datetime
    completed_at: datetime | None
    failed_at: datetime | None


async def run_bulk(
    pool: Pool,
    writer: Writer,
    clock: Clock,
    environment_id: int,
    name: str,
    writes: Sequence[Write | Failure],
    request: Receipt | None = None,
) -> BulkOperation:
    """Writes the rows and stores the outcome. A `Failure` is a row that was refused before.

    Raises OverloadedError or UnavailableError, as the writer does; some rows may then have been written. If the call
    has a `request`, repeating it writes only the others.
    """
    started_at = clock.now()
    attempted = [
        with_row_receipt(write, request, index) if request else write
        for index, write in enumerate(writes)
        if isinstance(write, Write)
    ]
    results = await writer.write_all(attempted)
    await note_warnings(pool, attempted, results, clock.now())
    failures = [row for row in writes if not isinstance(row, Write)] + [
        Failure(write.place.collection, write.place.id, result.message)
        for write, result in zip(attempted, results, strict=True)
        if isinstance(result, RefusedError)
    ]
    return await conclude(pool, clock, environment_id, name, len(writes), failures, started_at, request)


async def note_warnings(
    pool: Pool, writes: Sequence[Write], results: Sequence[Written | RefusedError], now: datetime
) -> None:
    """Stores the warnings about written rows as notices, as the outcome has no place for them."""
    said = [
        (write.place, [str(warning) for warning in result.warnings])
        for write, result in zip(writes, results, strict=True)
        if isinstance(result, Written) and result.warnings
    ]
    if said:
        await note(pool, writes[0].origin.request_id or "", said, now)


async def conclude(
    pool: Pool,
    clock: Clock,
    environment_id: int,
    name: str,
    total: int,
    failures: Sequence[Failure],
    started_at: datetime,
    request: Receipt | None,
) -> BulkOperation:
    """Stores the outcome of a completed bulk call, with the receipt of its request."""
    operation = BulkOperation(uuid7(), name, total, tuple(failures), started_at, clock.now())
    async with pool.acquire() as connection, connection.transaction():
        await store(connection, environment_id, operation)
        await keep(connection, request, operation, clock.now())
    return operation


def with_row_receipt(write: Write, request: Receipt, row: int) -> Write:
    """Returns the write with a receipt of its own, so that repeating an interrupted request skips written rows."""
    return structs.replace(write, receipt=f"{request.fingerprint.hex()}#{row}#{request.key}")


async def store(
    connection: Connection, environment_id: int, operation: BulkOperation, rest: bytes | None = None
) -> None:
    """Stores a bulk call; `rest` is the remaining work of one that continues in a job, as JSON."""
    await connection.execute(
        *SQL["record_bulk_operation"](
            environment_id=environment_id,
            id=operation.id,
            name=operation.name,
            total=operation.total,
            failures=msgspec.json.encode(operation.failures),
            started_at=operation.started_at,
            completed_at=operation.completed_at,
            rest=rest,
        )
    )


async def lock_rest(connection: Connection, environment_id: int, id: UUID) -> bytes | None:
    """Locks a bulk call until the transaction ends and returns its remaining work; None when it is completed."""
    rest: bytes | None = await connection.fetchval(
        *SQL["lock_rest_of_bulk_operation"](environment_id=environment_id, id=id)
    )
    return rest


async def advance(
    connection: Connection, environment_id: int, id: UUID, rows: int, rest: bytes | None, now: datetime
) -> None:
    """Adds processed rows to a bulk call and stores the remaining work; None completes it."""
    completed_at = now if rest is None else None
    await connection.execute(
        *SQL["advance_bulk_operation"](
            environment_id=environment_id, id=id, rows=rows, rest=rest, completed_at=completed_at
        )
    )


async def fail(pool: Pool, environment_id: int, id: UUID, now: datetime) -> None:
    """Records that the last attempt to continue a bulk call failed."""
    await pool.execute(*SQL["fail_bulk_operation"](environment_id=environment_id, id=id, now=now))


async def find_bulk_operation(database: Pool | Connection, environment_id: int, id: UUID) -> BulkOperation | None:
    row = await database.fetchrow(*SQL["find_bulk_operation"](environment_id=environment_id, id=id))
    if row is None:
        return None
    failures = msgspec.json.decode(row["failures"], type=tuple[Failure, ...])
    return BulkOperation(
        row["id"], row["name"], row["total"], failures, row["started_at"], row["completed_at"], row["failed_at"]
    )


async def list_bulk_operations(
    database: Pool | Connection, environment_id: int, page: PageRequest[UUID]
) -> Page[ListedOperation]:
    """Returns a page of bulk calls, newest first. Only `after` of the request counts."""
    rows = await database.fetch(
        *SQL["list_bulk_operations"](environment_id=environment_id, before=page.after, limit=page.size + 1)
    )
    return build_page([ListedOperation(*row) for row in rows], page, lambda operation: operation.id)


async def delete_old_operations(connection: Connection, now: datetime) -> None:
    """Deletes outcomes older than 30 days, some at a time."""
    await delete_before(connection, SQL["delete_old_bulk_operations"], now - OPERATION_LIFE)
