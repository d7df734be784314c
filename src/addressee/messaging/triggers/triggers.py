"""Accepting triggers and events: runs are stored with the jobs that carry them out, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

import asyncpg

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool, is_away
from addressee.directory.clock import Clock
from addressee.directory.errors import OverloadedError
from addressee.directory.reading.reader import Reader
from addressee.directory.writing import receipts
from addressee.directory.writing.notices import note
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.planned_writes import plan as plan_writes
from addressee.directory.writing.receipts import Receipt, ReceiptTakenError
from addressee.messaging.messages.signals import enqueue_signals
from addressee.messaging.triggers.batches import (
    BatchContext,
    Outcome,
    Record,
    answers,
    plan,
    read_context,
    read_earlier,
    write_described,
)
from addressee.messaging.triggers.events import signals_of
from addressee.messaging.triggers.rounds import Rounds
from addressee.messaging.triggers.trigger import (
    NewRun,
    Trigger,
    WorkflowKey,
    check,
    read_versions,
    run_of,
    size_of,
    start_runs,
)

# How often others may be quicker under a key of one batch.
MAX_RERUNS = 20


class AcceptedRun(NamedTuple):
    run: NewRun
    receipt: Receipt | None


class Triggers:
    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock
        self._versions: Rounds[WorkflowKey, asyncpg.Record | None] = Rounds(self._read_versions)
        self._accepted: Rounds[AcceptedRun, None] = Rounds(self._store_each)

    async def accept(
        self,
        environment_id: int,
        trigger: Trigger,
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> UUID:
        """Accepts a run and returns its id; when this returns it is committed.

        `planned` are the writes of the recipients that the trigger describes: they are carried out if it is accepted.

        Raises MessagingError: WorkflowMissingError, WorkflowInactiveError, ActorMissingError or DataInvalidError.
        """
        now = self._clock.now()
        planned = planned or await plan_writes(self._reader, trigger.named, (), now)
        version = await self._versions.ask(WorkflowKey(environment_id, trigger.workflow))
        version_id = check(trigger, version, planned.people)
        await planned.carry_out()
        run = run_of(environment_id, trigger, version_id, planned.people)
        await self._accepted.ask(AcceptedRun(run, receipt), size_of(run))
        self._wakeup.notify()
        return run.id

    async def _read_versions(self, keys: Sequence[WorkflowKey]) -> Sequence[asyncpg.Record | None]:
        async with self._pool.acquire() as connection:
            versions = await read_versions(connection, keys)
        return [versions.get(key) for key in keys]

    async def _store_each(self, accepted: Sequence[AcceptedRun]) -> Sequence[Exception | None]:
        """Stores runs in one transaction, or if that fails each in one of its own."""
        try:
            await self._store(accepted)
        except Exception as error:
            if len(accepted) == 1 or is_away(error):
                return [error] * len(accepted)
            return [outcome for each in accepted for outcome in await self._store_each([each])]
        return [None] * len(accepted)

    async def _store(self, accepted: Sequence[AcceptedRun]) -> None:
        """Raises RepeatedError or ReceiptMismatchError for one run, and ReceiptTakenError for several."""
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            await start_runs(connection, [each.run for each in accepted], now)
            if len(accepted) == 1:
                await receipts.keep(connection, accepted[0].receipt, accepted[0].run.id, now)
            else:
                kept = [(each.receipt, each.receipt.answer(each.run.id)) for each in accepted if each.receipt]
                await receipts.keep_all(connection, kept, now)

    async def accept_all(
        self,
        environment_id: int,
        records: Sequence[Record],
        request_id: str = "",
        planned: PlannedWrites | None = None,
        *,
        receipt: Receipt | None = None,
    ) -> list[Outcome]:
        """Accepts triggers and events, each with its own outcome, in their order; those accepted are committed.

        An outcome that is an exception is what `accept` would raise. `request_id` is kept with the records' keys.
        `planned` takes the writes of the records that describe somebody; it knows all whom they name. A `receipt` is
        kept unless all are refused. Raises OverloadedError when others keep using these keys.
        """
        now = self._clock.now()
        places = {place for record in records for place in record.places}
        writes = planned or await plan_writes(self._reader, places, (), now)
        context: BatchContext | None = None
        refused: dict[int, Outcome] = {}
        if any(record.writes for record in records):
            async with self._pool.acquire() as connection:
                context = await read_context(connection, environment_id, records, writes, now)
            refused = await write_described(records, context)
        remaining = [replace(record, writes=()) for record in records if id(record) not in refused]
        for _ in range(MAX_RERUNS):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    if context is None:
                        context = await read_context(connection, environment_id, remaining, writes, now)
                    else:
                        earlier = await read_earlier(connection, environment_id, remaining, now)
                        context = replace(context, earlier=earlier)
                    batch = plan(remaining, context)
                    accepted = iter(batch.outcomes)
                    outcomes = [refused.get(id(record)) or next(accepted) for record in records]
                    await start_runs(connection, batch.runs, now)
                    signals = signals_of(batch.happened, writes.people, now)
                    await enqueue_signals(connection, environment_id, signals)
                    await note(connection, request_id, batch.passed_over, now)
                    await receipts.keep_all(connection, answers(environment_id, batch, request_id), now)
                    if batch.any_accepted:
                        await receipts.keep(connection, receipt, outcomes, now)
            except ReceiptTakenError:
                continue
            self._wakeup.notify()
            return outcomes
        raise OverloadedError("Others keep using the keys of this batch; try again in a moment.")
