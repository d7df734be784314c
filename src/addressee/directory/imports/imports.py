"""Imports: users of a file are identified, some thousands a second, as one bulk call whose progress can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.errors import RefusedError
from addressee.directory.imports.rows import AnyRow, Row
from addressee.directory.recipient import USERS, Place
from addressee.directory.writing.bulk import BulkOperation, Failure, fail, store
from addressee.directory.writing.history import Origin
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write

SQL = load(__package__)

NAME = "users.import"
ROWS_AT_ONCE = 1_000

# So many refused rows mean that the file is not what it should be.
MAX_REFUSED = 1_000


class TooManyRefusedError(Exception):
    """So many rows were refused that the import stopped. What was stored stays."""

    def __init__(self, operation: BulkOperation) -> None:
        super().__init__(f"{len(operation.failures):,} of {operation.total:,} rows were refused.")
        self.operation = operation


class Imports:
    """Imports of users into environments."""

    def __init__(self, pool: Pool, writer: Writer, clock: Clock) -> None:
        self._pool = pool
        self._writer = writer
        self._clock = clock

    async def run(
        self, environment_id: int, rows: Iterator[AnyRow], tell: Callable[[BulkOperation], None]
    ) -> BulkOperation:
        """Identifies the users of rows, and returns the outcome; `tell` hears how far it is after each thousand.

        A user that is there is changed by what its row says, and by nothing else: so an import that was interrupted
        can be run again. Raises TooManyRefusedError, what the rows raise, and OverloadedError or UnavailableError as
        the writer does. The bulk call has failed then.
        """
        operation = BulkOperation(uuid7(), NAME, 0, (), self._clock.now(), None)
        async with self._pool.acquire() as connection:
            await store(connection, environment_id, operation)
        try:
            while some := list(islice(rows, ROWS_AT_ONCE)):
                refused = await self._identify(environment_id, operation.id, some)
                operation = await self._advance(environment_id, operation, len(some), refused)
                tell(operation)
                if len(operation.failures) >= MAX_REFUSED:
                    raise TooManyRefusedError(operation)
            return await self._advance(environment_id, operation, 0, (), self._clock.now())
        except BaseException:
            await fail(self._pool, environment_id, operation.id, self._clock.now())
            raise

    async def _identify(self, environment_id: int, id: UUID, rows: Sequence[AnyRow]) -> list[Failure]:
        """Returns the failures of rows, each with its line."""
        origin = Origin(request_id=f"import {id}")
        good = [row for row in rows if isinstance(row, Row)]
        writes = [Write(Place(environment_id, USERS, row.id), (row.edit,), origin) for row in good]
        results = await self._writer.write_all(writes)
        reasons = {
            row.line: result.message
            for row, result in zip(good, results, strict=True)
            if isinstance(result, RefusedError)
        } | {row.line: row.reason for row in rows if not isinstance(row, Row)}
        return [Failure(USERS, row.id, f"line {row.line}: {reasons[row.line]}") for row in rows if row.line in reasons]

    async def _advance(
        self,
        environment_id: int,
        operation: BulkOperation,
        rows: int,
        refused: Sequence[Failure],
        completed_at: datetime | None = None,
    ) -> BulkOperation:
        await self._pool.execute(
            *SQL["advance_import"](
                environment_id=environment_id,
                id=operation.id,
                rows=rows,
                failures=msgspec.json.encode(refused),
                completed_at=completed_at,
            )
        )
        return BulkOperation(
            operation.id,
            operation.name,
            operation.total + rows,
            (*operation.failures, *refused),
            operation.started_at,
            completed_at,
        )
