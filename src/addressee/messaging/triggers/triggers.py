"""Accepting triggers and events: runs are stored with the jobs that carry them out, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool
from addressee.database.queries import load
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
from addressee.messaging.triggers.trigger import Trigger, check, run_of, start_runs

SQL = load(__package__)

# How often others may be quicker under a key of one batch.
MAX_RERUNS = 20


class Triggers:
    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock

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
        version = await self._pool.fetchrow(*SQL["workflow"](environment_id=environment_id, key=trigger.workflow))
        version_id = check(trigger, version, planned.people)
        await planned.carry_out()
        async with self._pool.acquire() as connection, connection.transaction():
            run = run_of(environment_id, trigger, version_id, planned.people)
            await start_runs(connection, [run], now)
            await receipts.keep(connection, receipt, run.id, now)
        self._wakeup.notify()
        return run.id

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
