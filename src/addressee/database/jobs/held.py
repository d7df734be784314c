"""Jobs as operators see them: those that are held as they failed too often, and how many of each kind wait and run.

Arguments of jobs hold addresses and contents: nobody is shown more of them than the ids of an environment and a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from addressee.database.jobs.queue import Wakeup
from addressee.database.paging import Page, PageRequest, build_page
from addressee.database.pool import Pool
from addressee.database.queries import load

SQL = load(__package__)

# The jobs of one kind that are counted at most.
MOST_COUNTED = 10_000

# All held jobs of an environment are run again so many at a time, so often at most.
AGAIN_AT_A_TIME = 1_000
TIMES = 1_000

NO_RUN = UUID(int=0)


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that nobody runs until an operator says so. `reason` names the last error, and where it was raised.

    `environment_id` and `run_id` are None where its arguments do not tell of one.
    """

    id: int
    name: str
    environment_id: int | None
    run_id: UUID | None
    failures: int
    reason: str
    inserted_at: datetime
    held_at: datetime


class JobKind(NamedTuple):
    """Jobs of one kind, of all environments: those that run, are due (since when), and are due later.

    With `has_more`, there are more than were counted.
    """

    name: str
    running: int
    due: int
    later: int
    due_since: datetime | None
    has_more: bool


class Scope(NamedTuple):
    """The held jobs that somebody may see: those of an environment, and with `shared` those that tell of none."""

    environment_id: int
    shared: bool


class HeldJobs:
    """Held jobs of environments, and the kinds of those that are not held."""

    def __init__(self, pool: Pool, wakeup: Wakeup) -> None:
        self._pool = pool
        self._wakeup = wakeup

    async def kinds(self) -> Sequence[JobKind]:
        return [JobKind(*row) for row in await self._pool.fetch(*SQL["job_kinds"](most=MOST_COUNTED))]

    async def list(self, scope: Scope, page: PageRequest[int]) -> Page[HeldJob]:
        """Returns a page of held jobs, newest first. Only `after` of the request counts."""
        rows = await self._pool.fetch(
            *SQL["held_jobs"](
                environment_id=scope.environment_id,
                with_shared=scope.shared,
                before=page.after,
                limit=page.size + 1,
            )
        )
        return build_page([held_job_from(row) for row in rows], page, lambda job: job.id)

    async def get(self, scope: Scope, id: int) -> HeldJob | None:
        row = await self._pool.fetchrow(
            *SQL["held_job"](environment_id=scope.environment_id, with_shared=scope.shared, id=id)
        )
        return None if row is None else held_job_from(row)

    async def run_again(self, scope: Scope, id: int) -> bool:
        """Has a held job run again at once. Returns whether there was one."""
        found = await self.get(scope, id)
        return found is not None and await self._run_again([id]) > 0

    async def run_all_again(self, scope: Scope) -> int:
        """Has all held jobs run again at once. Returns how many there were."""
        number = 0
        after: int | None = None
        for _ in range(TIMES):
            page = await self.list(scope, PageRequest(AGAIN_AT_A_TIME, after=after))
            if not page.entries:
                break
            after = page.entries[-1].id
            number += await self._run_again([job.id for job in page.entries])
        return number

    async def discard(self, scope: Scope, id: int) -> bool:
        """Deletes a held job: what it was for is never done. Returns whether there was one."""
        if await self.get(scope, id) is None:
            return False
        return await self._pool.fetchval(*SQL["discard_job"](id=id)) is not None

    async def _run_again(self, ids: Sequence[int]) -> int:
        rows = await self._pool.fetch(*SQL["run_again"](ids=ids))
        self._wakeup.notify()
        return len(rows)


def held_job_from(row: asyncpg.Record) -> HeldJob:
    run_id = None if row["run_id"] is None else UUID(row["run_id"])
    return HeldJob(
        row["id"],
        row["name"],
        row["environment_id"],
        None if run_id == NO_RUN else run_id,
        row["failures"],
        row["last_failure"] or "",
        row["inserted_at"],
        row["held_at"],
    )
