"""Asks providers what became of messages, some time after they were sent, where they do not tell it by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from msgspec import structs

from addressee.channels.callback import ProviderEvent
from addressee.channels.requests.exchange import exchange
from addressee.channels.sender import Failed
from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.messaging.delivery.channels.open_channels import OpenChannel, OpenChannels
from addressee.messaging.delivery.receipts import CheckReceipts
from addressee.messaging.environment.channels import by_id
from addressee.messaging.feedback.provider_events import ApplyProviderEvents

if TYPE_CHECKING:
    import httpx2

# The pauses before receipts that are not there yet are asked for again: less than a day in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480))

log = structlog.get_logger()


class ReceiptChecks:
    """The handler of the job `check_receipts`."""

    def __init__(self, pool: Pool, channels: OpenChannels, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._pool = pool
        self._channels = channels
        self._client = client
        self._clock = clock

    async def check(self, job: CheckReceipts) -> None:
        """Queues what the receipts tell, and another check for those that are not there yet.

        Those of a channel that is gone, or has another provider, are dropped.
        """
        known = (await by_id(self._pool, job.environment_id)).get(job.channel_id)
        if known is None or known.served_by.receipts is None:
            return
        async with self._channels.using(job.environment_id, [job.channel_id]) as opened:
            found = await self._receipts(opened.get(job.channel_id), job)
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

    async def _receipts(self, channel: OpenChannel | None, job: CheckReceipts) -> Mapping[str, ProviderEvent | None]:
        """Returns the receipts that the provider has by now; none while the channel cannot be opened."""
        if channel is None or channel.provider.receipts is None:
            return {}
        answer = await exchange(self._client, channel.provider.receipts.request(channel.settings, job.ids))
        found = answer if isinstance(answer, Failed) else channel.provider.receipts.read(answer)
        if isinstance(found, Failed):
            log.warning("receipts not read", channel_id=job.channel_id, reason=found.reason)
            return {}
        return found
