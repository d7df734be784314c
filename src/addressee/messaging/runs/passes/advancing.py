"""Pages that have begun advance: their runs go on from where they asked or waited."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
import structlog

from addressee.database.jobs.queue import Wakeup
from addressee.database.pool import Pool, is_away
from addressee.database.queries import load
from addressee.messaging.runs.contexts.batched import portions
from addressee.messaging.runs.model import Advance
from addressee.messaging.runs.passes.passes import Passes
from addressee.messaging.runs.store import Run, read_run, recipient_run_from
from addressee.messaging.runs.versions import by_version
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.workflows.model import MAX_STORED_STEPS

SQL = load(__package__)

log = structlog.get_logger()


class Advancer:
    """The handler of the job `advance`. It may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool, wakeup: Wakeup, passes: Passes) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._passes = passes

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
            return await self._passes.store(await self._passes.take(page, run, runs))
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

    async def _waiting_runs(self, page: Advance) -> list[RecipientRun]:
        rows = await self._pool.fetch(*SQL["waiting_recipient_runs"](**msgspec.structs.asdict(page)))
        return [recipient_run_from(page.environment_id, row) for row in rows]
