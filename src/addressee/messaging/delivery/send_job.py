"""Tries sends that are due, and records the outcomes. Sending is at least once; records are exactly once.

A send is claimed before it is tried: its due time moves past the end of the attempt. When a worker dies, the send is
tried again then. The sends of a message are tried one by one; the status of the message follows from theirs.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Histogram

from addressee.channels.sender import SENDING_SECONDS
from addressee.database.jobs.queue import Later, Priority, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.writing.writer import Writer
from addressee.messaging.delivery.attachments import Attachments
from addressee.messaging.delivery.attempts import assess, deliver, try_some
from addressee.messaging.delivery.batches import GOING_ON, Batch, Ending
from addressee.messaging.delivery.channels.admission import admit_sends, note_results
from addressee.messaging.delivery.channels.channel_states import release_slots
from addressee.messaging.delivery.channels.health import count_results
from addressee.messaging.delivery.channels.open_channels import JobChannels, OpenChannel, OpenChannels
from addressee.messaging.delivery.channels.pacing import ChannelState
from addressee.messaging.delivery.copies import in_order, pass_on_copies, turns_of
from addressee.messaging.delivery.dead_addresses import BouncedSend, disable_addresses
from addressee.messaging.delivery.failover.failover import Failover
from addressee.messaging.delivery.failover.leaving import has_stand_ins
from addressee.messaging.delivery.failover.moves import begin, store_moves
from addressee.messaging.delivery.obstacles import resolve_sends
from addressee.messaging.delivery.outcomes import defer, queue_again, record_attempts
from addressee.messaging.delivery.receipts import receipts_to_check
from addressee.messaging.delivery.refused_addresses import suppress_refused
from addressee.messaging.delivery.results import Results
from addressee.messaging.delivery.sends import ClaimedSend, DeferredSend, Obstacle, claimed_send_from
from addressee.messaging.delivery.tracking import NO_TRACKER, Tracker
from addressee.messaging.environment.links import LinkUrls
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import Status
from addressee.messaging.runs.model import Send
from addressee.messaging.runs.store import Run, read_run
from addressee.traffic.counting import count
from addressee.traffic.measures import FAILED, SENT

SQL = load(__package__)

BATCH_SIZE = 100

# Results of a batch are recorded as soon as there are so many, while others are under way: a worker that dies forgets
# no more, and those that come while others are being recorded.
RECORDED_TOGETHER = 25

# A batch starts sends for this long since they were claimed, so that the last one is recorded before the claim ends.
STARTING_TIME = timedelta(seconds=20)
ENDING_TIME = timedelta(seconds=SENDING_SECONDS + 10)
CLAIM = STARTING_TIME + ENDING_TIME

DELAY = Histogram(
    "addressee_send_delay_seconds",
    "Time from making a message to its provider's answer",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800),
)

# What an outcome is counted as; a send that is tried again, or was stopped, is neither sent nor failed.
MEASURES = {
    Status.SENT: SENT,
    Status.DELIVERED: SENT,
    Status.UNDELIVERED: FAILED,
    Status.BOUNCED: FAILED,
}

log = structlog.get_logger()


class SendHandler:
    """The handler of the job `send`."""

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        writer: Writer,
        channels: OpenChannels,
        clock: Clock,
        links: LinkUrls,
        attachments: Attachments,
        chance: Callable[[], float] = random.random,
        tracker: Tracker = NO_TRACKER,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._channels = channels
        self._clock = clock
        self._links = links
        self._attachments = attachments
        self._chance = chance
        self._tracker = tracker

    async def send(self, page: Send) -> None:
        """Tries the sends of a page that are due, and queues a job for the next ones."""
        run = await read_run(self._pool, page.environment_id, page.run_id)
        async with AsyncExitStack() as stack:
            channels = JobChannels(self._channels, page.environment_id, stack)
            failover = Failover(self._pool, self._reader, self._links, run, channels)
            while claimed := await self._claim(page):
                opened = await channels.open({send.channel_id for send in claimed})
                batch = await self._admit(page.environment_id, claimed, opened, failover)
                if not batch.is_settled:
                    await self._carry_out(page, run, batch, opened, failover)
        async with self._pool.acquire() as connection, connection.transaction():
            due_at = await connection.fetchval(*SQL["next_send_due"](**msgspec.structs.asdict(page)))
            if due_at is not None:
                priority = Priority.NORMAL if run is None else run.priority
                delay = max(due_at - self._clock.now(), timedelta())
                await enqueue(connection, [Later(page, delay, priority=priority)])

    async def _claim(self, page: Send) -> list[ClaimedSend]:
        now = self._clock.now()
        until = now + CLAIM
        rows = await self._pool.fetch(
            *SQL["claim_sends"](**msgspec.structs.asdict(page), now=now, claimed_until=until, limit=BATCH_SIZE)
        )
        return in_order(claimed_send_from(page.environment_id, row, until) for row in rows)

    async def _admit(
        self,
        environment_id: int,
        claimed: Sequence[ClaimedSend],
        channels: Mapping[UUID, OpenChannel],
        failover: Failover,
    ) -> Batch:
        """Returns what may be tried now of claimed sends. Messages that are tried again are queued again.

        Sends whose channel cannot be used go to its stand-ins.
        """
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            batch = await admit_sends(connection, environment_id, claimed, channels, now, self._chance)
        moves = await failover.before(batch, channels)
        batch = batch.without_moved(moves.keys())
        deferred, again = batch.deferred, batch.tried_again
        beginning = [send for send in batch.sends if has_stand_ins(send, channels[send.channel_id])]
        if not (deferred or again or moves or beginning):
            return batch
        async with self._pool.acquire() as connection, connection.transaction():
            moving = [move.send for move in moves.values()]
            changed = (*again, *beginning, *moving, *(each.send for each in deferred))
            await lock_messages(connection, environment_id, {send.message_id for send in changed})
            await defer(connection, environment_id, deferred)
            await store_moves(connection, environment_id, list(moves.values()), now)
            begun = await begin(connection, environment_id, beginning)
            batch = batch.without_lost({send.id for send in beginning} - begun)
            return batch.queued(await queue_again(connection, environment_id, batch.tried_again, now))

    async def _carry_out(
        self, page: Send, run: Run | None, batch: Batch, channels: Mapping[UUID, OpenChannel], failover: Failover
    ) -> None:
        """Tries the sends of a batch, and records what became of them: also when the worker is stopped meanwhile."""
        results = Results(RECORDED_TOGETHER)
        record = partial(self._record, page.environment_id, batch, results, channels, failover)
        trying = asyncio.create_task(self._try(page, run, batch, channels, results))
        try:
            while await results.until_enough(trying):
                await record()
            await trying
        except asyncio.CancelledError:
            await end_of(trying)
            await record(batch.ending(results))
            raise
        finally:
            await end_of(trying)
        await record(batch.ending(results))

    async def _try(
        self, page: Send, run: Run | None, batch: Batch, channels: Mapping[UUID, OpenChannel], results: Results
    ) -> None:
        """Tries the sends that there is time for, those of different channels at the same time.

        What becomes of each is added to `results` as soon as it is known.
        """
        sends = batch.sends
        if not sends:
            return
        resolved = await resolve_sends(self._pool, self._reader, run, sends, batch.at, self._links, self._tracker)
        reached = [send for send in sends if not isinstance(resolved[send.id], Obstacle)]
        settings = {id: channel.settings for id, channel in channels.items()}
        attachments = await self._attachments.prepare(page, reached, settings)
        until = sends[0].claimed_until - ENDING_TIME
        trying = []
        for id, portion in batch.portions.items():
            reachable = []
            for send in portion.sends:
                to = resolved[send.id]
                if isinstance(to, Obstacle):
                    results.add((send, to))
                elif (failed := attachments.failed.get(send.id)) is not None:
                    results.add((send, failed))
                elif send.id not in attachments.waiting:
                    reachable.append((send, to))
            if reachable:
                attempt = partial(deliver, channels[id].sender, attachments)
                at_once = batch.at_once(channels[id])
                turns = turns_of(reachable, portion.sends)
                trying.append(try_some(attempt, turns, at_once, lambda: self._clock.now() < until, results))
        await asyncio.gather(*trying)

    async def _record(
        self,
        environment_id: int,
        batch: Batch,
        results: Results,
        channels: Mapping[UUID, OpenChannel],
        failover: Failover,
        ending: Ending = GOING_ON,
    ) -> None:
        """Records results of a batch, what they say about the channels, and what its ending says of the other sends.

        Sends that their channel cannot send go to its stand-ins.
        """
        now = self._clock.now()
        with results.to_record() as tried:
            moves = await failover.after(batch, tried, channels, now)
            attempts = [
                assess(
                    send,
                    result,
                    batch.states[send.channel_id],
                    channels[send.channel_id],
                    now,
                    self._chance,
                    moves=send.id in moves,
                )
                for send, result in tried
            ]
            attempts += ending.ended
            async with self._pool.acquire() as connection, connection.transaction():
                ids = {send.message_id for send in (*ending.untried, *(each.send for each in attempts))}
                await lock_messages(connection, environment_id, ids)
                recorded = await record_attempts(connection, environment_id, attempts, now)
                await pass_on_copies(connection, environment_id, recorded, results.copied)
                recorded_ids = {each.send.id for each in recorded}
                following = [move.after_attempt(now) for id, move in moves.items() if id in recorded_ids]
                await store_moves(connection, environment_id, following, now)
                await enqueue(connection, receipts_to_check(environment_id, recorded, channels, now))
                states = await note_results(connection, environment_id, batch, tried, ending, now)
                deferred = [
                    DeferredSend(send, due_again(send, channels[send.channel_id], states[send.channel_id], now))
                    for send in ending.untried
                ]
                await defer(connection, environment_id, deferred)
                await release_slots(connection, environment_id, ending.slots)
        count_results(self._pool, environment_id, tried)
        for each in recorded:
            if (measure := MEASURES.get(each.status)) is not None:
                count(self._pool, environment_id, measure)
            DELAY.observe((now - each.send.inserted_at).total_seconds())
            log.info("message tried", message_id=each.send.message_id, status=each.status)
        believed = [
            each
            for each in recorded
            if (state := states.get(each.send.channel_id)) is not None and not state.keeps_addresses(now)
        ]
        await suppress_refused(self._pool, environment_id, believed, now)
        dead = [
            BouncedSend(each.send, channels[each.send.channel_id].provider, each.dead_since or batch.at)
            for each in believed
            if each.status is Status.BOUNCED and not each.send.content.keeps_addresses
        ]
        await disable_addresses(self._reader, self._writer, environment_id, dead)


def due_again(send: ClaimedSend, channel: OpenChannel, state: ChannelState, now: datetime) -> datetime:
    """Returns when a send is due that was not tried: at once if it may leave its channel instead of waiting for it."""
    return now if state.paused_until is None or has_stand_ins(send, channel) else state.paused_until


async def end_of(task: asyncio.Task[None]) -> None:
    """Cancels a task, and waits until it has ended."""
    task.cancel()
    await asyncio.wait((task,))
