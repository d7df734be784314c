"""Waiting pages begin: their runs take their first steps, and are stored where these have brought them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool, is_away
from addressee.messaging.runs.model import Advance, Begin, RunPage
from addressee.messaging.runs.passes.advancing import Advancer
from addressee.messaging.runs.passes.page_pass import Source
from addressee.messaging.runs.passes.passes import BegunError, Passes
from addressee.messaging.runs.passes.small_pages import (
    SmallPage,
    first_of_one_kind,
    those_that_end,
    without_those_behind,
)
from addressee.messaging.runs.store import Run, RunKey, read_run, read_runs
from addressee.messaging.runs.waiting_pages import WaitingPage, new_runs, read_page, read_small_pages

log = structlog.get_logger()


class Beginner:
    """The handler of the jobs `begin` and `begin_large`. Both may run twice: the second time changes nothing."""

    def __init__(self, pool: Pool, wakeup: Wakeup, passes: Passes, advancer: Advancer) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._passes = passes
        self._advancer = advancer

    async def begin(self, page: RunPage) -> None:
        run = await read_run(self._pool, page.environment_id, page.run_id)
        waiting = await read_page(self._pool, page)
        if run is not None and waiting is not None and not await self._begin(page, run, waiting):
            self._wakeup.notify()
        else:
            await self._advancer.advance(Advance.of(page))

    async def _begin(self, page: RunPage, run: Run, waiting: WaitingPage) -> bool:
        """Takes new runs through their first pass, and returns whether some can go on at once.

        If one of them cannot, all are stored as they are, and taken apart as they go on.
        """
        runs = new_runs(page, waiting.recipients)
        try:
            return await self._passes.store_new(await self._passes.take(page, run, runs), {page: waiting})
        except BegunError:
            return True  # they are stored, but may not have gone on
        except Exception as error:
            if is_away(error):
                raise
            log.warning("page of a run taken apart", run_id=str(run.id), page=page.page, reason=type(error).__name__)
        await self._passes.store_untaken(page, run, runs, waiting)
        return True

    async def begin_together(self, pages: Sequence[Begin]) -> Collection[Begin]:
        """Has small pages begin, those of triggers of one kind in one transaction. Returns those that it leaves.

        A recipient's runs keep the order of their pages: those behind a page that is left are left, too.
        """
        waiting = await read_small_pages(self._pool, pages)
        runs = await read_runs(self._pool, [RunKey(page.environment_id, page.run_id) for page in pages])
        if any(page not in waiting or page.run_id not in runs for page in pages):
            return pages  # whoever began one may not have brought it to its end
        left = [page for page in pages if waiting[page] is None]
        remaining = [
            SmallPage(page, runs[page.run_id], new_runs(page, small.recipients), small)
            for page in pages
            if (small := waiting[page]) is not None
        ]
        while remaining:
            together, others = first_of_one_kind(remaining)
            going_on = await self._begin_small(together)
            remaining, behind = without_those_behind(others, going_on)
            left += [each.page for each in (*going_on, *behind)]
        self._wakeup.notify()
        return left

    async def _begin_small(self, pages: Sequence[SmallPage]) -> Sequence[SmallPage]:
        """Takes pages of one kind through their first pass together. Returns those that it leaves."""
        sources = [Source(each.page, each.trigger) for each in pages for _ in each.runs]
        runs = [run for each in pages for run in each.runs]
        try:
            taken = await self._passes.take_several(sources, runs)
            ending, others = those_that_end(pages, taken.passes)
            if ending:
                waiting: dict[RunPage, WaitingPage] = {each.page: each.waiting for each in ending}
                await self._passes.store_new(taken.only({run.id for each in ending for run in each.runs}), waiting)
            return others
        except Exception as error:
            if is_away(error):
                raise
            log.warning("pages taken apart", pages=len(pages), reason=type(error).__name__)
            return pages
