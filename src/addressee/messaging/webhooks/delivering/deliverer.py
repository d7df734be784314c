"""Delivers events to endpoints, in order for each recipient. Telling is at least once; records are exactly once.

What is pending of one recipient and endpoint stands in line: a delivery is tried when all before it are settled. The
beginning of a line is claimed before it is tried: its due times move past the end of the attempts. When a worker dies,
it is tried again then, with the same ids.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import structlog
from prometheus_client import Counter

from addressee.database.jobs.queue import Job, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer, WrongMasterKeyError
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.messaging.webhooks.deliveries.deliveries import delivery_from
from addressee.messaging.webhooks.delivering.events import Forms, read_events
from addressee.messaging.webhooks.delivering.outcomes import (
    Line,
    Outcome,
    Tried,
    attempts_in,
    lines_of,
    outcomes_of,
)
from addressee.messaging.webhooks.delivering.pacing import Pace, after
from addressee.messaging.webhooks.delivering.requests import SECONDS, OpenEndpoint, opened, tell
from addressee.messaging.webhooks.delivering.turns import Turn, pace_from, prepare, record_pace
from addressee.messaging.webhooks.model import Delivery, DeliveryStatus

if TYPE_CHECKING:
    import httpx2

SQL = load(__package__)

# The lines that are claimed together, how much of each, and how many of them are told at the same time.
LINES = 50
IN_LINE = 10
AT_ONCE = 10

# Due deliveries that one look for lines reads.
LOOKED_AT = 500

# What is claimed is begun within this time, so that the last of it is recorded before the claim ends.
STARTING_TIME = timedelta(seconds=20)
CLAIM = STARTING_TIME + timedelta(seconds=SECONDS + 15)

# A job works on an endpoint for so long, then gives way to others, and is queued again.
TURN = timedelta(seconds=10)

# No other job is queued for an endpoint for so long, should this one be lost.
QUEUED = timedelta(minutes=10)

# What stands behind a delivery that is tried again is looked at again after this time at the latest.
LONGEST_PARKED = timedelta(hours=1)

DELIVERIES = Counter("addressee_webhook_deliveries", "Attempts to tell endpoints, and what was given up", ["outcome"])

log = structlog.get_logger()


class DeliverWebhooks(Job, frozen=True):
    """Delivers what is due to an endpoint."""

    name: ClassVar[str] = "deliver_webhooks"

    environment_id: int
    endpoint_id: UUID


class Deliverer:
    """The handler of the job `deliver_webhooks`. `client` connects to hosts only to which webhooks may go."""

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        sealer: Sealer,
        client: httpx2.AsyncClient,
        clock: Clock,
        forms: Forms,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._sealer = sealer
        self._client = client
        self._clock = clock
        self._forms = forms
        self._chance = chance

    async def deliver(self, job: DeliverWebhooks) -> None:
        """Tells an endpoint what is due, for one turn; if there is more then, the job is queued again."""
        until = self._clock.now() + TURN
        goes_on = True
        while goes_on and self._clock.now() < until:
            goes_on = await self._deliver_some(job)
        async with self._pool.acquire() as connection, connection.transaction():
            if goes_on:
                await enqueue(connection, [job])
            await connection.execute(
                *SQL["queue_endpoint"](
                    environment_id=job.environment_id,
                    id=job.endpoint_id,
                    queued_until=self._clock.now() + QUEUED if goes_on else None,
                )
            )

    async def _deliver_some(self, job: DeliverWebhooks) -> bool:
        """Tells an endpoint of what it may be told now. Returns whether there may be more."""
        found = await self._open(job)
        if found is None:
            return False
        endpoint, pace = found
        claimed_until = self._clock.now() + CLAIM
        claimed = await self._claim(job, pace, claimed_until)
        if not claimed:
            return await self._park(job) == LOOKED_AT
        turn = Turn(job.environment_id, endpoint, pace, claimed, claimed_until)
        events = await read_events(self._pool, self._reader, job.environment_id, claimed)
        prepare(turn, events, self._clock.now())
        await self._tell(turn)
        return turn.pace.goes_on

    async def _open(self, job: DeliverWebhooks) -> tuple[OpenEndpoint, Pace] | None:
        """Returns an endpoint and how it goes with it, None if it must not be told of anything now."""
        now = self._clock.now()
        row = await self._pool.fetchrow(
            *SQL["open_endpoint"](environment_id=job.environment_id, id=job.endpoint_id, now=now)
        )
        if row is None or not (pace := pace_from(row)).goes_on:
            return None
        try:
            return opened(row, job.endpoint_id, self._forms, self._sealer, now), pace
        except WrongMasterKeyError:
            log.error("webhook endpoint cannot be opened with this master key", endpoint_id=str(job.endpoint_id))
            return None

    async def _claim(self, job: DeliverWebhooks, pace: Pace, claimed_until: datetime) -> Sequence[Delivery]:
        rows = await self._pool.fetch(
            *SQL["claim_deliveries"](
                environment_id=job.environment_id,
                endpoint_id=job.endpoint_id,
                now=claimed_until - CLAIM,
                claimed_until=claimed_until,
                looked_at=LOOKED_AT,
                lines=1 if pace.is_on_trial else LINES,
                in_line=1 if pace.is_on_trial else IN_LINE,
            )
        )
        return [delivery_from(job.environment_id, row) for row in rows]

    async def _park(self, job: DeliverWebhooks) -> int:
        now = self._clock.now()
        parked: int = await self._pool.fetchval(
            *SQL["park_deliveries"](
                environment_id=job.environment_id,
                endpoint_id=job.endpoint_id,
                now=now,
                latest=now + LONGEST_PARKED,
                looked_at=LOOKED_AT,
            )
        )
        return parked

    async def _tell(self, turn: Turn) -> None:
        """Tells the lines of a turn, some at once, and records each with those that have ended when it has."""
        places = asyncio.Semaphore(AT_ONCE)
        telling = {asyncio.create_task(self._tell_line(turn, line, places)): line for line in lines_of(turn.claimed)}
        waiting = set(telling)
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                await self._record(turn, [telling[task] for task in done])
                for task in done:
                    task.result()
        except asyncio.CancelledError:
            await end_of(waiting)
            await self._record(turn, [telling[task] for task in waiting])
            raise
        finally:
            await end_of(waiting)

    async def _tell_line(self, turn: Turn, line: Line, places: asyncio.Semaphore) -> None:
        """Tells one line in its order, up to one that fails, or until there is no time left to begin."""
        until = turn.claimed_until - CLAIM + STARTING_TIME
        async with places:
            for delivery in line:
                if delivery.position in turn.settled:
                    continue
                now = self._clock.now()
                if now >= until or not turn.pace.goes_on:
                    return
                event, body = turn.events[delivery.position]
                result, took = await tell(self._client, turn.endpoint, str(delivery.id), event, body, now)
                turn.tried[delivery.position] = Tried(delivery, result, now, took)
                turn.pace = after(turn.pace, [result], self._clock.now())
                if not result.is_success:
                    return

    async def _record(self, turn: Turn, lines: Sequence[Line]) -> None:
        """Records what came of lines, and what that says of the endpoint."""
        if not lines:
            return
        now = self._clock.now()
        tried = [turn.tried[each.position] for line in lines for each in line if each.position in turn.tried]
        outcomes = [
            outcome for line in lines for outcome in outcomes_of(line, turn.settled, turn.tried, now, self._chance)
        ]
        async with self._pool.acquire() as connection, connection.transaction():
            await record_pace(connection, turn, [each.result for each in tried], now)
            await connection.execute(
                *SQL["record_deliveries"](
                    environment_id=turn.environment_id,
                    endpoint_id=turn.endpoint.id,
                    outcomes=sorted(outcomes, key=lambda each: (each.recipient_id, each.position)),
                    attempts=attempts_in(tried),
                    claimed_until=turn.claimed_until,
                    now=now,
                )
            )
        count(outcomes, tried)


def count(outcomes: Sequence[Outcome], tried: Sequence[Tried]) -> None:
    """Counts what was settled, and attempts after which a delivery is tried again."""
    for outcome in outcomes:
        if outcome.status is not DeliveryStatus.PENDING:
            DELIVERIES.labels(outcome.status.value).inc()
    retried = {outcome.position for outcome in outcomes if outcome.status is DeliveryStatus.PENDING}
    if again := sum(each.delivery.position in retried for each in tried):
        DELIVERIES.labels("retried").inc(again)


async def end_of(tasks: set[asyncio.Task[None]]) -> None:
    """Cancels tasks, and waits until they have ended."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
