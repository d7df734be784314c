"""Passes of runs: taken in memory, then stored with what follows from them in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from addressee.database.jobs.queue import Job, Later
from addressee.database.pool import Connection, Pool
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.messaging.content.templating.liquid import sharing
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.realtime.announcer import Announcer
from addressee.messaging.realtime.changes import FeedChange
from addressee.messaging.runs.contexts.reading import read_contexts, read_contexts_of_several
from addressee.messaging.runs.effects import AskingPage, Effects
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.passes.page_pass import PagePass, Source, store_with
from addressee.messaging.runs.store import Origin, Run, hold, insert_recipient_runs, move
from addressee.messaging.runs.waiting_pages import WaitingPage, take_pages
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.machine import Pass, run_through
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.workflows.model import Workflow
from addressee.traffic.counting import count
from addressee.traffic.measures import RUNS, messages_by

log = structlog.get_logger()


class BegunError(Exception):
    """Others have begun a page meanwhile."""


class Passes:
    """Takes runs through passes, and stores what came of them."""

    def __init__(
        self, pool: Pool, reader: Reader, announcer: Announcer, clock: Clock, effects: Effects, links: LinkUrls
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._announcer = announcer
        self._clock = clock
        self._effects = effects
        self._links = links
        self._rendering = asyncio.Lock()

    async def take(self, page: RunPage, run: Run, runs: Sequence[RecipientRun]) -> PagePass:
        """Takes runs of a page through one pass, up to what they ask of the transaction; nothing is stored."""
        asking = AskingPage(page, run, self._clock.now())
        contexts = await read_contexts(self._pool, self._reader, run, runs, asking.now, self._links)
        passes = await self._advance_all(runs, run.workflow, contexts)
        passes = await self._effects.before(asking, passes, contexts)
        return PagePass(asking, [Source(page, run)] * len(runs), runs, contexts, passes)

    async def take_several(self, sources: Sequence[Source], runs: Sequence[RecipientRun]) -> PagePass:
        """Takes runs of triggers of one kind, and of which page each is, through one pass; nothing is stored."""
        now = self._clock.now()
        triggers = [source.trigger for source in sources]
        contexts = await read_contexts_of_several(self._pool, self._reader, triggers, runs, now, self._links)
        passes = await self._advance_all(runs, triggers[0].workflow, contexts)
        return PagePass(AskingPage(sources[0].page, sources[0].trigger, now), sources, runs, contexts, passes)

    async def _advance_all(
        self, runs: Sequence[RecipientRun], workflow: Workflow, contexts: Sequence[StepContext]
    ) -> Sequence[Pass]:
        """Takes runs through their steps in a thread: rendering takes the processor for long, and heartbeats and the
        statements of other pages go on meanwhile. Threads share one processor, so pages are rendered one at a time.
        """
        async with self._rendering:
            return await asyncio.to_thread(advance_all, runs, workflow, contexts)

    async def store(self, taken: PagePass) -> bool:
        """Stores runs where a pass has brought them, and returns whether some can go on at once."""
        page, now = taken.page.page, taken.page.now
        async with self._pool.acquire() as connection, connection.transaction():
            jobs: list[Job | Later] = []
            if taken.asks:
                taken = taken.only(await hold(connection, [page], taken.before))
                taken, jobs = await self._carry_out(connection, taken)
            after = [each.run for each in taken.passes]
            moved = await move(connection, [page], taken.before, after, now, taken.ended_silently)
            taken = taken.only(moved)
            entries = await store_with(connection, taken, jobs)
        return self._advanced(taken, entries)

    async def store_new(self, taken: PagePass, read: Mapping[RunPage, WaitingPage]) -> bool:
        """Stores new runs of pages that were `read` where a pass has brought them, and returns whether some can go on
        at once.

        Those that ask are stored as they were before it, for what they ask of may look at them. Raises BegunError.
        """
        now = taken.page.now
        async with self._pool.acquire() as connection, connection.transaction():
            waiting = await take_pages(connection, read)
            if len(waiting) < len(read):
                raise BegunError
            taken = taken.without_cancelled({page: waiting[page] for page in read if waiting[page] is not read[page]})
            as_stored = [
                each.run if each.request is None else before
                for each, before in zip(taken.passes, taken.before, strict=True)
            ]
            origins = [Origin(page, run.labels, read[page].since) for page, run in taken.sources]
            stored = await insert_recipient_runs(connection, as_stored, origins, now, taken.ended_silently)
            taken = taken.only(stored)
            jobs: list[Job | Later] = []
            if taken.asks:
                asking = [index for index, each in enumerate(taken.passes) if each.request is not None]
                taken, jobs = await self._carry_out(connection, taken)
                await move(
                    connection,
                    taken.pages,
                    [taken.before[index] for index in asking],
                    [taken.passes[index].run for index in asking],
                    now,
                    taken.ended_silently,
                )
            entries = await store_with(connection, taken, jobs)
        count(self._pool, taken.page.page.environment_id, RUNS, len(stored))
        return self._advanced(taken, entries)

    async def store_untaken(self, page: RunPage, run: Run, runs: Sequence[RecipientRun], read: WaitingPage) -> None:
        """Stores new runs before their first step."""
        async with self._pool.acquire() as connection, connection.transaction():
            waiting = await take_pages(connection, {page: read})
            places = waiting[page].places if waiting else set()
            queued = [each for each in runs if (each.recipient.collection, each.recipient.id) in places]
            origins = [Origin(page, run.labels, read.since)] * len(queued)
            stored = await insert_recipient_runs(connection, queued, origins, self._clock.now())
        count(self._pool, page.environment_id, RUNS, len(stored))

    async def _carry_out(self, connection: Connection, taken: PagePass) -> tuple[PagePass, list[Job | Later]]:
        """Returns the pass with its requests answered, and the jobs to queue."""
        passes, jobs = await self._effects.carry_out(connection, taken.page, taken.passes, taken.contexts)
        return replace(taken, passes=passes), jobs

    def _advanced(self, taken: PagePass, entries: Sequence[FeedChange]) -> bool:
        """Announces, counts and logs a pass that was stored, and returns whether some runs can go on at once."""
        page = taken.page.page
        self._announcer.announce(entries)
        made = Counter(message.channel.type for each in taken.passes for message in each.messages)
        for channel_type, number in made.items():
            count(self._pool, page.environment_id, messages_by(channel_type), number)
        log.info("page of a run advanced", run_id=str(taken.page.run.id), page=page.page, recipients=len(taken.passes))
        return taken.goes_on


def advance_all(runs: Sequence[RecipientRun], workflow: Workflow, contexts: Sequence[StepContext]) -> Sequence[Pass]:
    """Takes each run through its steps. Texts that are the same for several of them are rendered once."""
    with sharing():
        return [run_through(run, workflow.steps, known) for run, known in zip(runs, contexts, strict=True)]
