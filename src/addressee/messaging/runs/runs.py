"""The runs of an environment: lists of them, what happened in one, cancelling them, and what a run would do."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Place
from addressee.directory.writing.receipts import Receipt, keep
from addressee.messaging.messages.listing import page_parameters
from addressee.messaging.runs.cancellation import CancellationKey, cancel
from addressee.messaging.runs.contexts.context import read_contexts
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
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(*SQL["recipient_run"](environment_id=environment_id, id=id))
            found = await assemble(connection, environment_id, rows)
        runs = await in_the_name_of_successors(self._reader, environment_id, found)
        return runs[0] if runs else None

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
