"""Fetches: the job that makes the requests of a page's runs, outside of any transaction, and stores what came of them.

A run waits at its step for the outcome. Its result is stored where it still waits, so that a job that runs twice makes
requests twice, which their receivers recognise by their ids, and moves each run once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from uuid import UUID

import msgspec
import structlog
from msgspec import structs

from addressee.channels.hiding import without
from addressee.channels.requests.exchange import ProviderRequest, exchange
from addressee.database.jobs.queue import Later, Wakeup, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.environment.secrets import Secrets
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.runs.contexts.reading import read_contexts
from addressee.messaging.runs.effects import Answers, Asked, AskingPage
from addressee.messaging.runs.model import Advance, RunPage
from addressee.messaging.runs.store import Run, moved_row, read_run, recipient_run_from
from addressee.messaging.runs.versions import versions_on
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.fetch import Call, Calling, FetchFailed, FetchStep
from addressee.messaging.steps.data.fetch_requests import Outcome, outcome_of, request_of
from addressee.messaging.steps.model import Request
from addressee.messaging.steps.run import RecipientRun, RunStatus

if TYPE_CHECKING:
    import httpx2

SQL = load(__package__)

# Requests of a page that are made at once.
REQUESTS_AT_ONCE = 20

# A job that has taken so long lets others go first, as slow hosts may hold all places of a worker.
TURN_SECONDS = 15.0

log = structlog.get_logger()


class Fetch(RunPage, frozen=True):
    """Makes the requests that the recipient runs of a page wait for."""

    name: ClassVar[str] = "fetch"


class Fetches:
    """The effect of `Call`: it queues the job that makes the page's requests."""

    request: ClassVar[type[Request]] = Call

    async def carry_out(self, connection: Connection, page: AskingPage, asked: Sequence[Asked]) -> Answers:
        return Answers({each.run.id: Calling() for each in asked}, [in_turn(page.page, page.run)])


def in_turn(page: RunPage, run: Run) -> Later:
    """Returns the job of a page, in a lane of the page's own: two at once would make the same requests."""
    lane = f"fetch/{page.environment_id}/{page.run_id}/{page.page}"
    return Later(Fetch.of(page), lane=lane, priority=run.priority)


class Waiting(NamedTuple):
    """A run that waits for its request, with the step and the context of both."""

    run: RecipientRun
    step: FetchStep
    context: StepContext


@dataclass(frozen=True, slots=True)
class Fetcher:
    """The handler of the job `fetch`. `client` connects to hosts that are allowed, and nothing else uses it."""

    pool: Pool
    reader: Reader
    wakeup: Wakeup
    clock: Clock
    secrets: Secrets
    client: httpx2.AsyncClient
    links: LinkUrls

    async def fetch(self, page: Fetch) -> None:
        run = await read_run(self.pool, page.environment_id, page.run_id)
        if run is None:
            return
        loop = asyncio.get_running_loop()
        until = loop.time() + TURN_SECONDS
        for version_id, as_of in (await versions_on(self.pool, page, run)).items():
            while runs := await self._waiting_runs(page, as_of, version_id):
                await self._make_requests(page, as_of, runs)
                if loop.time() >= until:
                    async with self.pool.acquire() as connection, connection.transaction():
                        await enqueue(connection, [in_turn(page, run)])
                    self.wakeup.notify()
                    return
        self.wakeup.notify()

    async def _waiting_runs(self, page: Fetch, run: Run, version_id: UUID | None) -> list[RecipientRun]:
        positions = [position for position, step in enumerate(run.workflow.steps) if isinstance(step, FetchStep)]
        rows = await self.pool.fetch(
            *SQL["runs_to_fetch"](
                **msgspec.structs.asdict(page), version_id=version_id, positions=positions, limit=REQUESTS_AT_ONCE
            )
        )
        return [recipient_run_from(page.environment_id, row) for row in rows]

    async def _make_requests(self, page: Fetch, run: Run, runs: Sequence[RecipientRun]) -> None:
        contexts = await read_contexts(self.pool, self.reader, run, runs, self.clock.now(), self.links)
        waiting = [
            Waiting(each, step, context)
            for each, context in zip(runs, contexts, strict=True)
            if isinstance(step := run.workflow.steps[each.step], FetchStep)
        ]
        secrets = await self.secrets.opened(page.environment_id)
        now = self.clock.now()
        # Rendering takes the processor for long.
        requests = await asyncio.to_thread(lambda: [request_for(each, secrets, now) for each in waiting])
        outcomes = await asyncio.gather(*(self._outcome(*each) for each in zip(waiting, requests, strict=True)))
        now = self.clock.now()
        after = [gone_on(each, outcome, now) for each, outcome in zip(waiting, outcomes, strict=True)]
        changes = [(each.run, then) for each, then in zip(waiting, after, strict=True)]
        moved = await self._store(page, run, changes, now)
        log.info("requests of a run made", run_id=str(run.id), page=page.page, requests=len(waiting), moved=moved)

    async def _outcome(self, waiting: Waiting, request: ProviderRequest | FetchFailed | None) -> Outcome | None:
        if not isinstance(request, ProviderRequest):
            return request
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answer = await exchange(self.client, request, waiting.step.timeout)
            return outcome_of(waiting.step, request, answer, round((loop.time() - started) * 1000))
        except Exception as error:
            # Anybody's server may answer anything: what no rule foresees fails one run, not its page.
            log.warning("request of a run failed", reason=type(error).__name__)
            return FetchFailed(f"the request failed: {type(error).__name__}", {})

    async def _store(
        self, page: Fetch, run: Run, changes: Sequence[tuple[RecipientRun, RecipientRun]], now: datetime
    ) -> int:
        """Stores where runs are now that still waited, and has them go on. Returns how many there were."""
        rows = [moved_row(before, after) for before, after in changes]
        goes_on = {after.id for _, after in changes if after.status is RunStatus.QUEUED}
        async with self.pool.acquire() as connection, connection.transaction():
            moved = await connection.fetch(
                *SQL["move_fetched_runs"](environment_id=page.environment_id, moved=rows, now=now)
            )
            if not goes_on.isdisjoint(row["id"] for row in moved):
                await enqueue(connection, [Later(Advance.of(page), priority=run.priority)])
        return len(moved)


def request_for(waiting: Waiting, secrets: Mapping[str, str], now: datetime) -> ProviderRequest | FetchFailed | None:
    """Returns the request of a run, or why it cannot be made; None if the run ends before its step."""
    run, step, context = waiting
    if context.recipient is None or not context.active:
        return None
    id = derived_ksuid(context.triggered_at, str(run.id), step.ref)
    try:
        return request_of(step, context.scope, secrets, id, now)
    except TemplateError as error:
        return FetchFailed(without(f"template: {error}", secrets.values()), {})


def gone_on(waiting: Waiting, outcome: Outcome | None, now: datetime) -> RecipientRun:
    """Returns a run once its outcome is known. Steps end it, or take it on, when it is its turn again."""
    run = structs.replace(waiting.run, status=RunStatus.PROCESSING, due_at=None)
    if outcome is not None:
        run = waiting.step.answered(run, outcome, structs.replace(waiting.context, now=now))
    return run if run.status is RunStatus.PAUSED else structs.replace(run, status=RunStatus.QUEUED)
