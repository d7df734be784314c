"""The runs of an environment: lists of them, what happened in one, cancelling them, and what a run would do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.messages.listing import page_parameters
from addressee.messaging.runs.cancellation import CancellationKey, OfRun, cancel, cancel_runs
from addressee.messaging.runs.contexts.reading import read_contexts
from addressee.messaging.runs.explanations.explanation import Explanation, explained, without_suppressed
from addressee.messaging.runs.explanations.hypothetical import read_hypothetical
from addressee.messaging.runs.listing import (
    FIRST_ID,
    FRONT,
    RunDetails,
    RunFilter,
    RunPosition,
    access_path,
    assemble,
    in_the_name_of_successors,
    owner_parameters,
)
from addressee.messaging.runs.triggered import FoundRuns, TriggeredRun, read_trigger, read_triggered, search_runs
from addressee.messaging.steps.run import RunStatus
from addressee.messaging.suppressions.suppressions import find_suppressed

SQL = load(__package__)


class Runs:
    def __init__(self, pool: Pool, reader: Reader, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._clock = clock

    async def list(self, environment_id: int, filter: RunFilter, page: PageRequest[RunPosition]) -> Page[RunDetails]:
        """Returns recipients' runs, newest first."""
        async with self._pool.acquire() as connection:
            owner = {} if filter.recipient is None else await owner_parameters(connection, filter.recipient)
            since, until = RunPosition(filter.since, FIRST_ID), RunPosition(filter.until, FIRST_ID)
            rows = await connection.fetch(
                *SQL[access_path(filter)](
                    environment_id=environment_id,
                    **page_parameters(page, FRONT, since, until),
                    since=filter.since,
                    until=filter.until,
                    workflow=filter.workflow,
                    statuses=filter.statuses or None,
                    tenant=filter.tenant,
                    has_errors=filter.has_errors,
                    topic=filter.topic,
                    run_id=filter.run_id,
                    collection=filter.collection,
                    stages=filter.stages or None,
                    **owner,
                )
            )
            found = await assemble(connection, environment_id, rows)
        runs = await in_the_name_of_successors(self._reader, environment_id, found)
        return build_page(runs, page, lambda run: run.position)

    async def get(self, environment_id: int, id: UUID) -> RunDetails | None:
        """Returns one recipient's run."""
        runs = await read_runs(self._pool, self._reader, environment_id, [id])
        return runs[0] if runs else None

    async def triggered(
        self, environment_id: int, workflow: str | None, after: UUID | None, size: int
    ) -> tuple[Sequence[TriggeredRun], UUID | None]:
        """Returns triggers of a workflow, None: of all, newest first, and after which of them the list goes on."""
        async with self._pool.acquire() as connection:
            found = await read_triggered(connection, environment_id, workflow, after, size + 1)
        return found[:size], found[size - 1].id if len(found) > size else None

    async def trigger(self, environment_id: int, id: UUID) -> TriggeredRun | None:
        """Returns one trigger, whose recipients `list` has."""
        async with self._pool.acquire() as connection:
            return await read_trigger(connection, environment_id, id)

    async def data(self, environment_id: int, id: UUID) -> Document:
        """Returns the data that a run was triggered with; nothing of one that is not there."""
        row = await self._pool.fetchrow(*SQL["run_data"](environment_id=environment_id, run_ids=[id]))
        return {} if row is None else msgspec.json.decode(row["data"], type=dict[str, Any])

    async def search(
        self,
        environment_id: int,
        workflow: str | None,
        statuses: Collection[RunStatus],
        after: RunPosition | None,
        size: int,
    ) -> FoundRuns:
        """Looks for recipients' runs in one of some statuses, newest first, among so many that it takes no longer."""
        async with self._pool.acquire() as connection:
            places = await search_runs(connection, environment_id, workflow, statuses, after, size)
            rows = await connection.fetch(*SQL["runs_among"](environment_id=environment_id, ids=places.ids))
            found = await assemble(connection, environment_id, rows)
        return FoundRuns(await in_the_name_of_successors(self._reader, environment_id, found), places.after)

    async def cancel_run(self, environment_id: int, run_id: UUID, recipients: Sequence[Place] | None = None) -> None:
        """Stops what is not finished of one trigger: the runs of `recipients`, or of all.

        Messages that are made stay, but those that wait to be sent are not.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            await cancel_runs(connection, OfRun(environment_id, run_id), recipients, now)

    async def cancel(
        self,
        environment_id: int,
        workflow: str,
        cancellation_key: str,
        recipients: Sequence[Place] | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> None:
        """Stops the unfinished runs of a workflow under a key: of `recipients`, or of all.

        If there has been no run under the key, those of triggers that come within a minute are stopped.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            key = CancellationKey(environment_id, workflow, cancellation_key)
            await cancel(connection, key, recipients, now)
            await keep(connection, receipt, None, now)

    async def explain(
        self,
        recipient: Place,
        workflow: str,
        *,
        tenant: str | None = None,
        actor: Place | None = None,
        data: Document | None = None,
    ) -> Explanation:
        """Returns what a workflow would do for this recipient now, step by step, and what stops it."""
        now = self._clock.now()
        hypothetical = await read_hypothetical(
            self._pool, self._reader, recipient, workflow, tenant=tenant, actor=actor, data=data or {}, now=now
        )
        if hypothetical is None:
            return Explanation((), {"reason": "workflow_missing"})
        run, recipient_run = hypothetical
        (context,) = await read_contexts(self._pool, self._reader, run, [recipient_run], now)
        explanation = explained(run, recipient_run, context, active=run.active)
        suppressed = await find_suppressed(self._pool, recipient.environment_id, explanation.addresses)
        return without_suppressed(explanation, suppressed)


async def read_runs(pool: Pool, reader: Reader, environment_id: int, ids: Sequence[UUID]) -> Sequence[RunDetails]:
    """Returns those of these recipients' runs that there are, newest first."""
    async with pool.acquire() as connection:
        rows = await connection.fetch(*SQL["runs_among"](environment_id=environment_id, ids=ids))
        found = await assemble(connection, environment_id, rows)
    return await in_the_name_of_successors(reader, environment_id, found)
