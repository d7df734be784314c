"""Starting triggers: their recipients become pages that wait to begin."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from addressee.database.jobs.queue import Job, Later, Priority, Wakeup, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.messaging.runs.fan_out import fanouts_to_start, open_fanouts
from addressee.messaging.runs.model import PAGE_SIZE, Start, WaitingRecipient, lane_of
from addressee.messaging.runs.waiting_pages import store_page

SQL = load(__package__)


class Starter:
    """The handler of the job `start`. It may run twice, and at once: the second changes nothing."""

    def __init__(self, pool: Pool, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._clock = clock

    async def start(self, page: Start) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            run = await connection.fetchrow(*SQL["lock_run"](environment_id=page.environment_id, run_id=page.run_id))
            if run is None or run["pages_started"] != page.page:
                return
            waiting = msgspec.json.decode(run["recipients"], type=list[WaitingRecipient])
            starting, rest = waiting[:PAGE_SIZE], waiting[PAGE_SIZE:]
            begin = await store_page(connection, page, run, starting, self._clock.now())
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
            beginning = [Later(job, lane=lane, priority=priority) for job in begin]
            await enqueue(connection, [*beginning, *(Later(job, priority=priority) for job in onward)])
        self._wakeup.notify()
