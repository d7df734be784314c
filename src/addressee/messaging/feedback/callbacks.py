"""Takes callbacks of providers: finds the channel, verifies the request, and queues what it tells."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter

from addressee.channels.callback import (
    Callback,
    CallbackMalformedError,
    CallbackRefusedError,
    CallbackRequest,
    Callbacks,
    ProviderEvent,
)
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.providers import PROVIDERS
from addressee.database.jobs.queue import Later, Wakeup, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.errors import unavailable_when_away
from addressee.directory.writing.receipts import Receipt, ReceiptMismatchError, RepeatedError, StoredAnswer, keep
from addressee.messaging.environment.channels import open_secrets
from addressee.messaging.feedback.provider_documents import ProviderDocuments
from addressee.messaging.feedback.provider_events import MAX_EVENTS, ApplyProviderEvents

SQL = load(__package__)

# Longer names of messages, and longer addresses, are none that we have.
MAX_NAME_LENGTH = 1_000

CALLBACKS = Counter("addressee_provider_callbacks", "Requests that providers made", ["provider", "verdict"])

log = structlog.get_logger()


def callback_path(sealer: Sealer, environment_id: int, channel_id: UUID) -> str:
    """Returns the path that the provider of a channel calls. It holds a secret."""
    return f"/providers/{channel_id}/{callback_secret(sealer, environment_id, channel_id)}"


def callback_secret(sealer: Sealer, environment_id: int, channel_id: UUID) -> str:
    return sealer.token(f"callbacks {environment_id} {channel_id}")


@dataclass(frozen=True, slots=True)
class CalledChannel:
    """A channel whose provider calls, with its settings."""

    environment_id: int
    id: UUID
    provider: Provider
    callbacks: Callbacks
    settings: Any


class ProviderCallbacks:
    """Takes the callbacks of the providers of all environments."""

    def __init__(
        self, pool: Pool, sealer: Sealer, wakeup: Wakeup, clock: Clock, documents: ProviderDocuments | None = None
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._wakeup = wakeup
        self._clock = clock
        self._documents = documents or ProviderDocuments(clock)

    async def find(self, channel_id: str, secret: str) -> CalledChannel | None:
        """Returns the channel of a path, None if there is none, if the secret is wrong, or if it is never called.

        Raises UnavailableError.
        """
        found = await self._find(channel_id, secret)
        if found is None:
            CALLBACKS.labels("unknown", "unknown").inc()
        return found

    async def _find(self, channel_id: str, secret: str) -> CalledChannel | None:
        try:
            id = UUID(channel_id)
        except ValueError:
            return None
        with unavailable_when_away():
            rows = await self._pool.fetch(*SQL["channels_called"](id=id))
        for row in rows:
            expected = callback_secret(self._sealer, row["environment_id"], id)
            if hmac.compare_digest(expected.encode(), secret.encode(errors="replace")):
                return called_channel(self._sealer, row)
        return None

    async def accept(self, channel: CalledChannel, request: CallbackRequest, request_id: str) -> str:
        """Verifies a request, queues what it tells, and returns the body of the answer.

        Raises CallbackRefusedError, CallbackMalformedError, and UnavailableError.
        """
        try:
            callback = await self._verified(channel, request)
            verdict = await self._queue(channel, callback, request, request_id)
        except CallbackRefusedError as refused:
            log.warning("callback refused", channel_id=channel.id, provider=channel.provider.name, reason=str(refused))
            CALLBACKS.labels(channel.provider.name, "refused").inc()
            raise
        except CallbackMalformedError:
            CALLBACKS.labels(channel.provider.name, "malformed").inc()
            raise
        CALLBACKS.labels(channel.provider.name, verdict).inc()
        return callback.answer

    async def close(self) -> None:
        await self._documents.close()

    async def _verified(self, channel: CalledChannel, request: CallbackRequest) -> Callback:
        url = channel.callbacks.certificate_url(request)
        if url is not None:
            request = replace(request, certificate=await self._documents.certificate(url))
        callback = channel.callbacks.read(request, channel.settings, self._clock.now())
        if callback.confirm is not None:
            await self._documents.fetch(callback.confirm)
            log.info("callbacks confirmed", channel_id=channel.id, provider=channel.provider.name)
        return callback

    async def _queue(
        self, channel: CalledChannel, callback: Callback, request: CallbackRequest, request_id: str
    ) -> str:
        """Queues the events, unless that was done; returns what became of the request. Raises CallbackRefusedError."""
        now = self._clock.now()
        events = storable(callback.events)
        jobs = [
            ApplyProviderEvents(channel.environment_id, channel.id, events[start : start + MAX_EVENTS], now)
            for start in range(0, len(events), MAX_EVENTS)
        ]
        if not jobs:
            return "without_events"
        try:
            with unavailable_when_away():
                async with self._pool.acquire() as connection, connection.transaction():
                    await enqueue(connection, [Later(job, lane=lane_of(job)) for job in jobs])
                    await keep(connection, receipt_of(channel, callback, request, request_id), None, now)
        except RepeatedError:
            return "repeated"
        except ReceiptMismatchError:
            raise CallbackRefusedError("this signature was used before, for something else") from None
        self._wakeup.notify()
        return "taken"


def called_channel(sealer: Sealer, row: asyncpg.Record) -> CalledChannel | None:
    """Returns a channel, None if its provider does not call."""
    provider = PROVIDERS.get((ChannelType(row["type"]), row["provider"]))
    if provider is None or provider.callbacks is None:
        return None
    secrets = open_secrets(sealer, row["id"], row["sealed_secrets"])
    settings = msgspec.convert({**msgspec.json.decode(row["settings"]), **secrets}, provider.settings)
    return CalledChannel(row["environment_id"], row["id"], provider, provider.callbacks, settings)


def lane_of(job: ApplyProviderEvents) -> str | None:
    """Returns the lane of a job with texts of people, so that a STOP and a START are applied in their order."""
    return f"texts {job.channel_id}" if any(event.provider_id is None for event in job.events) else None


def receipt_of(channel: CalledChannel, callback: Callback, request: CallbackRequest, request_id: str) -> Receipt | None:
    """Returns the receipt of a request that is sent once only, under a key that no client makes up."""
    if callback.once is None:
        return None
    once = hashlib.sha256(callback.once.encode()).hexdigest()
    body = hashlib.sha256(request.body).digest()
    key = f"callback {channel.id} {once}"
    return Receipt(channel.environment_id, key, body, request_id, lambda result: StoredAnswer(200, b""))


def storable(events: Sequence[ProviderEvent]) -> list[ProviderEvent]:
    """Returns the events but for those whose message or address can be none of ours. PostgreSQL stores no NUL."""
    return [
        event for event in events if is_name(event.provider_id) and is_name(event.send_id) and is_name(event.address)
    ]


def is_name(text: str | None) -> bool:
    return text is None or (len(text) <= MAX_NAME_LENGTH and "\0" not in text)
