"""Asks providers what became of messages, some time after they were sent, where they do not tell it by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import structlog
from msgspec import structs

from addressee.channels.http_exchange import exchange
from addressee.channels.sender import Failed
from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.messaging.delivery.open_channels import OpenChannel, OpenChannels
from addressee.messaging.delivery.provider_events import ApplyProviderEvents
from addressee.messaging.delivery.sends import SendAttempt

if TYPE_CHECKING:
    import httpx2

FIRST_PAUSE = timedelta(minutes=15)

# The pauses before receipts that are not there yet are asked for again: less than a day in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480))

log = structlog.get_logger()


class CheckReceipts(Job, frozen=True):
    """Asks for the receipts of messages that a provider calls by these ids, and took at a time.

    `tries` is the number of earlier tries.
    """

    name: ClassVar[str] = "check_receipts"
    environment_id: int
    channel_id: UUID
    ids: list[str]
    sent_at: datetime
    tries: int = 0


def receipts_to_check(
    environment_id: int, attempts: Sequence[SendAttempt], channels: Mapping[UUID, OpenChannel], now: datetime
) -> list[Later]:
    """Returns the jobs that ask what becomes of messages which were sent now, one for each channel."""
    ids: dict[UUID, list[str]] = defaultdict(list)
    for each in attempts:
        if each.provider_id is not None and channels[each.send.channel_id].provider.receipts is not None:
            ids[each.send.channel_id].append(each.provider_id)
    return [Later(CheckReceipts(environment_id, id, those, now), FIRST_PAUSE) for id, those in ids.items()]


class ReceiptChecks:
    """The handler of the job `check_receipts`."""

    def __init__(self, pool: Pool, channels: OpenChannels, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._pool = pool
        self._channels = channels
        self._client = client
        self._clock = clock

    async def check(self, job: CheckReceipts) -> None:
        """Queues what the receipts tell, and another check for those that are not there yet."""
        async with self._channels.using(job.environment_id, [job.channel_id]) as opened:
            channel = opened.get(job.channel_id)
            if channel is None or channel.provider.receipts is None:
                return
            answer = await exchange(self._client, channel.provider.receipts.request(channel.settings, job.ids))
            found = answer if isinstance(answer, Failed) else channel.provider.receipts.read(answer)
        if isinstance(found, Failed):
            log.warning("receipts not read", channel_id=job.channel_id, reason=found.reason)
            found = {}
        told = [event for id in job.ids if (event := found.get(id)) is not None]
        # The address was found dead when the message was sent: one that was registered since then stays.
        events = [structs.replace(event, at=event.at or job.sent_at) for event in told]
        missing = [id for id in job.ids if id not in found]
        jobs: list[Job | Later] = []
        if events:
            jobs.append(ApplyProviderEvents(job.environment_id, job.channel_id, events, self._clock.now()))
        if missing and job.tries < len(PAUSES):
            again = CheckReceipts(job.environment_id, job.channel_id, missing, job.sent_at, job.tries + 1)
            jobs.append(Later(again, PAUSES[job.tries]))
        async with self._pool.acquire() as connection, connection.transaction():
            await enqueue(connection, jobs)
