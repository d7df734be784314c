"""The runner starts runs page by page, and takes each page through its steps in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
import structlog

from addressee.database.jobs.queue import Job, Later, Priority, Wakeup, enqueue
from addressee.database.pool import Pool, is_away
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.writing.erase import Erase
from addressee.messaging.recipients.identity import TRANSIENT, TRANSIENT_LIFE
from addressee.messaging.runs.contexts.batched import portions
from addressee.messaging.runs.contexts.context import read_contexts
from addressee.messaging.runs.effects import AskingPage, Effects
from addressee.messaging.runs.fan_out import fanouts_to_start, open_fanouts
from addressee.messaging.runs.leaving_batches import close_batches_of_ended
from addressee.messaging.runs.model import PAGE_SIZE, Advance, RunPage, Send, Start, WaitingRecipient, lane_of
from addressee.messaging.runs.new_messages import insert_messages
from addressee.messaging.runs.store import (
    Run,
    hold,
    insert_recipient_runs,
    move,
    read_run,
    recipient_run_from,
)
from addressee.messaging.runs.versions import by_version
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass, run_through
from addressee.messaging.steps.run import RecipientRun, RunStatus
from addressee.messaging.workflows.model import MAX_STORED_STEPS, Workflow

SQL = load(__package__)

log = structlog.get_logger()


class Runner:
    """The handlers of the jobs `start` and `advance`. Both may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool, reader: Reader, wakeup: Wakeup, clock: Clock, effects: Effects) -> None:
        self._pool = pool
        self._reader = reader
        self._wakeup = wakeup
        self._clock = clock
        self._effects = effects

    async def start(self, page: Start) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            run = await connection.fetchrow(*SQL["lock_run"](environment_id=page.environment_id, run_id=page.run_id))
            if run is None or run["pages_started"] != page.page:
                return
            waiting = msgspec.json.decode(run["recipients"], type=list[WaitingRecipient])
            starting, rest = waiting[:PAGE_SIZE], waiting[PAGE_SIZE:]
            await insert_recipient_runs(connection, page, run, starting, RunStatus.QUEUED, [], self._clock.now())
            await connection.execute(
                *SQL["update_waiting_recipients"](
                    environment_id=page.environment_id,
                    run_id=page.run_id,
                    recipients=msgspec.json.encode(rest),
                    pages_started=page.following.page,
                )
            )
            await open_fanouts(connection, page, run, starting, level=0)
            onward: Sequence[Job] = [page.following] if rest else await fanouts_to_start(connection, page)
            priority = Priority(run["priority"])
            lane = lane_of(page.environment_id, waiting, priority) if page.page == 0 else None
            advance = Later(Advance.of(page), lane=lane, priority=priority)
            await enqueue(connection, [advance, *(Later(job, priority=priority) for job in onward)])
        self._wakeup.notify()

    async def advance(self, page: Advance) -> None:
        run = await read_run(self._pool, page.environment_id, page.run_id)
        if run is None:
            return
        failed: dict[UUID, Exception] = {}
        # A request ends a pass; each pass takes a run at least one step on.
        for _ in range(MAX_STORED_STEPS):
            runs = [each for each in await self._waiting_runs(page) if each.id not in failed]
            going_on = [
                await self._take_apart(page, as_of, those, failed)
                for as_of, all_of_it in await by_version(self._pool, run, runs)
                for those in portions(as_of, all_of_it)
            ]
            if not any(going_on):
                break
        self._wakeup.notify()
        for error in failed.values():
            raise error  # the job is tried again for these runs, and held for an operator in the end

    async def _take_apart(
        self, page: Advance, run: Run, runs: Sequence[RecipientRun], failed: dict[UUID, Exception]
    ) -> bool:
        """Takes runs through one pass: together, or if that fails by halves, so that a run which cannot go on holds up
        no other. Such a run is added to `failed`.
        """
        try:
            return await self._take_steps(page, run, runs)
        except Exception as error:
            if is_away(error):
                raise
            if len(runs) == 1:
                log.warning("run failed", id=str(runs[0].id), run_id=str(run.id), reason=type(error).__name__)
                failed[runs[0].id] = error
                return False
        middle = len(runs) // 2
        halves = [await self._take_apart(page, run, half, failed) for half in (runs[:middle], runs[middle:])]
        return any(halves)

    async def _take_steps(self, page: Advance, run: Run, runs: Sequence[RecipientRun]) -> bool:
        """Takes the runs of a page through one pass, and returns whether some can go on at once."""
        now = self._clock.now()
        asking = AskingPage(page, run, now)
        contexts = await read_contexts(self._pool, self._reader, run, runs, now)
        # Rendering takes the processor for long; heartbeats and other pages go on meanwhile.
        passes = await asyncio.to_thread(advance_all, runs, run.workflow, contexts)
        passes = await self._effects.before(asking, passes, contexts)
        async with self._pool.acquire() as connection, connection.transaction():
            jobs: list[Job | Later] = []
            if any(each.request for each in passes):
                held = await hold(connection, page, runs)
                ours = [index for index, each in enumerate(runs) if each.id in held]
                runs, contexts = [runs[index] for index in ours], [contexts[index] for index in ours]
                passes, jobs = await self._effects.carry_out(
                    connection, asking, [passes[index] for index in ours], contexts
                )
            moved = await move(connection, page, runs, [each.run for each in passes], now)
            messages = [message for each in passes if each.run.id in moved for message in each.messages]
            sending = (
                [Later(Send.of(page), priority=run.priority)] if any(message.addresses for message in messages) else []
            )
            ended = [each.run for each in passes if each.run.ended and each.run.id in moved]
            await close_batches_of_ended(connection, run, runs, ended, now)
            await enqueue(
                connection,
                [*sending, *jobs, *erasures(run, runs, contexts), *erasures_of_transients(run, ended)],
            )
            await insert_messages(connection, page, run, messages, now)
        log.info("page of a run advanced", run_id=str(run.id), page=page.page, recipients=len(moved))
        return any(each.run.id in moved and each.run.status is RunStatus.PROCESSING for each in passes)

    async def _waiting_runs(self, page: RunPage) -> list[RecipientRun]:
        rows = await self._pool.fetch(*SQL["waiting_recipient_runs"](**msgspec.structs.asdict(page)))
        return [recipient_run_from(page.environment_id, row) for row in rows]


def erasures(run: Run, runs: Sequence[RecipientRun], contexts: Sequence[StepContext]) -> list[Job]:
    """Returns the job that erases what remains of recipients who were deleted before their runs began."""
    gone = [
        each.recipient
        for each, known in zip(runs, contexts, strict=True)
        if known.recipient is None and each.recipient.uid is not None
    ]
    return [Erase(gone)] if gone else []


def erasures_of_transients(run: Run, ended: Iterable[RecipientRun]) -> list[Later]:
    """Returns the job that erases, after TRANSIENT_LIFE, what was sent to recipients who are stored nowhere."""
    transients = [
        each.recipient for each in ended if each.recipient.collection == TRANSIENT and each.recipient.uid is not None
    ]
    return [Later(Erase(transients), TRANSIENT_LIFE)] if transients else []


def advance_all(runs: Sequence[RecipientRun], workflow: Workflow, contexts: Sequence[StepContext]) -> Sequence[Pass]:
    return [run_through(run, workflow.steps, known) for run, known in zip(runs, contexts, strict=True)]
