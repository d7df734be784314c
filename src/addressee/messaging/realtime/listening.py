"""The connection by which a process hears of changes of feeds, and the sweep that finds what it did not hear of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import asyncpg
import structlog

from addressee.database.pool import AWAY, Pool
from addressee.database.queries import load
from addressee.database.target import Target
from addressee.messaging.realtime.announcer import CHANNEL
from addressee.messaging.realtime.changes import FeedTopic
from addressee.messaging.realtime.hub import Hub

SQL = load(__package__)

SWEEP_SECONDS = 15.0
RECONNECT_SECONDS = 0.5

# A connection that takes this long to answer is dead.
STATEMENT_SECONDS = 10

TOPICS_AT_ONCE = 5_000

SESSION = {"application_name": "addressee feeds", "timezone": "UTC", "jit": "off"}

log = structlog.get_logger()


class FeedListening:
    """Has a hub hear of the changes that all processes announce, through restarts of the database.

    Notifications may be lost: when they begin anew, all look again. Messages that a process did not announce as it
    died are found within SWEEP_SECONDS by the times of recipients' newest messages.
    """

    def __init__(self, target: Target, pool: Pool, hub: Hub, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._target = target
        self._pool = pool
        self._hub = hub
        self._sweep_seconds = sweep_seconds
        self._heads: Mapping[FeedTopic, int] = {}

    async def run(self) -> None:
        """Listens until it is cancelled."""
        while True:
            with suppress(asyncpg.PostgresError, *AWAY):
                await self._listen()
            log.info("listening to feeds again soon")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            **self._target.arguments,
            timeout=STATEMENT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=SESSION,
        )
        try:
            await connection.add_listener(CHANNEL, lambda *said: self._hub.take(str(said[-1])))
            await self._sweep()
            self._hub.look_again()
            ended = asyncio.Event()
            connection.add_termination_listener(lambda _: ended.set())
            while not ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), self._sweep_seconds)
                await connection.execute("SELECT 1")  # a connection that died without a word is found
                await self._sweep()
        finally:
            connection.terminate()

    async def _sweep(self) -> None:
        """Has those look whose recipient got a message since the last sweep; most of them were told of it."""
        topics = self._hub.topics
        heads: dict[FeedTopic, int] = {}
        for start in range(0, len(topics), TOPICS_AT_ONCE):
            portion = topics[start : start + TOPICS_AT_ONCE]
            rows = await self._pool.fetch(*SQL["heads_of_feeds"](topics=portion))
            heads |= {portion[row["topic"] - 1]: row["position"] for row in rows}
        before, self._heads = self._heads, heads
        self._hub.look_again([topic for topic, head in heads.items() if topic in before and head > before[topic]])
