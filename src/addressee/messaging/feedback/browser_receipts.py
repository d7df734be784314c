"""Takes what browsers tell of notifications: that one arrived, was clicked or was dismissed."""

from __future__ import annotations

import re

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.channels.provider import ChannelType
from addressee.database.jobs.queue import Later, Wakeup, enqueue
from addressee.database.pool import Pool
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.messaging.environment.channels import all_channels
from addressee.messaging.feedback.provider_events import ApplyProviderEvents
from addressee.messaging.recipients.identifiers import ALPHABET, LENGTH

PROVIDER = "web_push"

NOTIFICATION_ID = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


class BrowserReceipts:
    """Takes receipts, which name a notification by the id that it was sent with: only who got it knows that."""

    def __init__(self, pool: Pool, wakeup: Wakeup, clock: Clock) -> None:
        self._pool = pool
        self._wakeup = wakeup
        self._clock = clock

    async def accept(self, environment_id: int, kind: EventKind, notification_id: str) -> None:
        """Queues a receipt. One of a notification that can be none of ours is dropped. Raises UnavailableError."""
        if not NOTIFICATION_ID.fullmatch(notification_id):
            return
        now = self._clock.now()
        event = ProviderEvent(kind=kind, provider_id=notification_id, at=now)
        with unavailable_when_away():
            async with self._pool.acquire() as connection, connection.transaction():
                jobs = [
                    Later(ApplyProviderEvents(environment_id, channel.id, [event], now))
                    for channel in await all_channels(connection, environment_id)
                    if (channel.type, channel.provider) == (ChannelType.PUSH, PROVIDER)
                ]
                await enqueue(connection, jobs)
        self._wakeup.notify()
