"""The announcer tells listeners of committed changes of feeds, many in one NOTIFY."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

import asyncpg
import structlog
from prometheus_client import Counter

from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load
from addressee.messaging.realtime.changes import FeedChange, payloads_of

SQL = load(__package__)

CHANNEL = "addressee_feeds"
INTERVAL_SECONDS = 0.02

# Past this number of changes that wait, those that come are not told of.
MAX_WAITING = 50_000
PAYLOADS_AT_ONCE = 100

UNTOLD = Counter("addressee_feed_changes_untold", "Changes of feeds that listeners were not told of; they find them")

log = structlog.get_logger()


class Announcer:
    """Tells of changes after their transaction, and never within it: a NOTIFY takes a lock of the whole database at its
    commit, and would have all who write messages wait for each other (docs/decisions/0039).

    A change that is not told of, because the process died or the database was away, is found by the listeners' sweep.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: list[FeedChange] = []
        self._task: asyncio.Task[None] | None = None

    def announce(self, changes: Iterable[FeedChange]) -> None:
        """Has changes told soon, which were committed just now."""
        now = time.time()
        made = [change._replace(committed_at=now) for change in changes]
        if len(self._waiting) < MAX_WAITING:
            self._waiting.extend(made)
        else:
            UNTOLD.inc(len(made))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._send())

    async def drain(self) -> None:
        """Returns once what waits was told."""
        if self._task is not None:
            await self._task

    async def _send(self) -> None:
        while self._waiting:
            await asyncio.sleep(INTERVAL_SECONDS)
            taken, self._waiting = self._waiting, []
            payloads = payloads_of(taken)
            try:
                for start in range(0, len(payloads), PAYLOADS_AT_ONCE):
                    portion = payloads[start : start + PAYLOADS_AT_ONCE]
                    await self._pool.execute(*SQL["notify_listeners"](channel=CHANNEL, payloads=portion))
            except (asyncpg.PostgresError, *AWAY) as error:
                UNTOLD.inc(len(taken))
                log.info("listeners of feeds not told", changes=len(taken), reason=type(error).__name__)
