"""Tries sends that are due, and records the outcomes. Sending is at least once; records are exactly once.

A send is claimed before it is tried: its due time moves past the end of the attempt. When a worker dies, the send is
tried again then. The sends of a message are tried one by one; the status of the message follows from theirs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Histogram

from addressee.channels.destination import Destination
from addressee.channels.http_exchange import open_client, open_public_client
from addressee.channels.provider import ChannelType
from addressee.channels.providers import PROVIDERS
from addressee.channels.sender import SENDING_SECONDS, Failed, Failure, Sender, SenderContext, Sent
from addressee.database.jobs.queue import Later, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.edits.addresses import DisableAddress
from addressee.directory.groups.memberships import kinds_of, place_of
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import TENANTS, Place, Recipient
from addressee.directory.writing.writer import Writer
from addressee.directory.writing.writes import Write
from addressee.messaging.delivery.obstacles import resolve_sends
from addressee.messaging.delivery.outcomes import record_attempts, update_messages
from addressee.messaging.delivery.sends import ClaimedSend, Obstacle, SendAttempt, claimed_send_from, with_token
from addressee.messaging.environment.channels import open_secrets
from addressee.messaging.messages.model import lock_messages
from addressee.messaging.messages.status import Status, StatusChange, outcome, retry_after
from addressee.messaging.recipients.people import People, read_people
from addressee.messaging.runs.model import Send
from addressee.messaging.runs.store import Run, read_run

SQL = load(__package__)

BATCH_SIZE = 25

# A batch starts no send after this long, so that the last one ends before the claim does.
STARTING_TIME = timedelta(seconds=20)
CLAIM = STARTING_TIME + timedelta(seconds=SENDING_SECONDS)

DELAY = Histogram(
    "addressee_send_delay_seconds",
    "Time from making a message to its provider's answer",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800),
)

log = structlog.get_logger()


class OpenChannel(NamedTuple):
    """A channel whose sender is open; `provider` is one of PROVIDERS."""

    provider: str
    sender: Sender[Any]


class SendHandler:
    """The handler of the job `send`."""

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        writer: Writer,
        sealer: Sealer,
        outbox: Path,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._sealer = sealer
        self._outbox = outbox
        self._clock = clock
        self._chance = chance
        self._client = open_client()
        self._public_client = open_public_client()

    async def send(self, page: Send) -> None:
        """Tries the sends of a page that are due, and queues a job for the next ones."""
        run = await read_run(self._pool, page.environment_id, page.run_id)
        async with AsyncExitStack() as stack:
            channels: dict[UUID, OpenChannel] = {}
            while batch := await self._claim(page):
                for channel_id in {send.channel_id for send in batch} - channels.keys():
                    channels[channel_id] = await self._open(page.environment_id, channel_id)
                    stack.push_async_callback(channels[channel_id].sender.close)
                attempts = await self._attempt(run, batch, channels)
                recorded = await self._record(page.environment_id, attempts)
                bounced = [each.send for each in recorded if each.status is Status.BOUNCED]
                await self._disable(page.environment_id, bounced)
        async with self._pool.acquire() as connection, connection.transaction():
            due_at = await connection.fetchval(*SQL["next_send_due"](**msgspec.structs.asdict(page)))
            if due_at is not None:
                await enqueue(connection, [Later(page, max(due_at - self._clock.now(), timedelta()))])

    async def _claim(self, page: Send) -> list[ClaimedSend]:
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                *SQL["claim_sends"](
                    **msgspec.structs.asdict(page), now=now, claimed_until=now + CLAIM, limit=BATCH_SIZE
                )
            )
            claimed = [claimed_send_from(page.environment_id, row) for row in rows]
            again = [send for send in claimed if send.status is Status.DELIVERY_ATTEMPTED]
            if again:
                requeued = [SendAttempt(send, (StatusChange(Status.QUEUED),)) for send in again]
                await lock_messages(connection, page.environment_id, {send.message_id for send in again})
                await update_messages(connection, page.environment_id, requeued, now)
        return [replace(send, status=Status.QUEUED) for send in claimed]

    async def _open(self, environment_id: int, channel_id: UUID) -> OpenChannel:
        channel = await self._pool.fetchrow(*SQL["channel_settings"](environment_id=environment_id, id=channel_id))
        assert channel is not None
        provider = PROVIDERS[ChannelType(channel["type"]), channel["provider"]]
        assert provider.open is not None
        secrets = open_secrets(self._sealer, channel_id, channel["sealed_secrets"])
        settings = {**msgspec.json.decode(channel["settings"]), **secrets}
        context = SenderContext(self._outbox / channel["environment"], self._client, self._clock, self._public_client)
        sender = provider.open(msgspec.convert(settings, provider.settings), context)
        return OpenChannel(channel["provider"], sender)

    async def _attempt(
        self, run: Run | None, batch: Sequence[ClaimedSend], channels: Mapping[UUID, OpenChannel]
    ) -> list[SendAttempt]:
        """Tries the sends that there is time for; the others stay claimed until they are due again."""
        now = self._clock.now()
        resolved = await resolve_sends(self._pool, self._reader, run, batch, now)
        until = now + STARTING_TIME
        chance = self._chance()
        attempts = []
        for send in batch:
            if self._clock.now() >= until:
                break
            to = resolved[send.id]
            if isinstance(to, Obstacle):
                attempts.append(SendAttempt(send, (StatusChange(Status.NOT_SENT, to.reason),), obstacle=to))
            else:
                attempts.append(self._assess(send, await deliver(channels[send.channel_id].sender, send, to), chance))
        return attempts

    def _assess(self, send: ClaimedSend, result: Sent | Failed, chance: float) -> SendAttempt:
        attempt = send.attempts + 1
        changes = tuple(with_token(change, send) for change in outcome(attempt, result))
        if changes[-1].status is not Status.DELIVERY_ATTEMPTED:
            provider_id = result.provider_id if isinstance(result, Sent) else None
            return SendAttempt(send, changes, call=result.call, provider_id=provider_id)
        pause = result.retry_after if isinstance(result, Failed) else None
        return SendAttempt(send, changes, self._clock.now() + retry_after(attempt, chance, pause), result.call)

    async def _record(self, environment_id: int, attempts: Sequence[SendAttempt]) -> list[SendAttempt]:
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            recorded = await record_attempts(connection, environment_id, attempts, now)
        for each in recorded:
            DELAY.observe((now - each.send.inserted_at).total_seconds())
            log.info("message tried", message_id=each.send.message_id, status=each.status)
        return recorded

    async def _disable(self, environment_id: int, bounced: Sequence[ClaimedSend]) -> None:
        """Disables the addresses of bounced sends. One that a crash leaves enabled will bounce again."""
        if not bounced:
            return
        people = await read_people(self._reader, environment_id, [send.recipient for send in bounced])
        within = await read_within(self._reader, environment_id, people, bounced)
        writes = []
        for send in bounced:
            person = people.current(send.recipient)
            if person is not None:
                holder = holder_of(send.address.kind, person, within.get(send.id))
                writes.append(Write(holder.place, (DisableAddress(*send.address, uid=holder.uid),)))
        await self._writer.write_all(writes)


async def deliver(sender: Sender[Any], send: ClaimedSend, to: Destination) -> Sent | Failed:
    try:
        return await sender.send(send.content.to_payload(send.id, to, send.inserted_at))
    except Exception as error:  # outcomes so far must be recorded, or all of these messages are sent again
        log.error("sender failed", message_id=send.message_id, reason=type(error).__name__)
        return Failed(Failure.TEMPORARY, f"the sender failed: {type(error).__name__}")


async def read_within(
    reader: Reader, environment_id: int, people: People, sends: Sequence[ClaimedSend]
) -> Mapping[str, Recipient]:
    """Returns the stored profiles of recipients within the tenants of their messages, by ids of sends."""
    of_tenants = {send.id: Place(environment_id, TENANTS, send.tenant) for send in sends if send.tenant is not None}
    if not of_tenants:
        return {}
    tenants = await reader.read_all(set(of_tenants.values()))
    places = {
        send.id: place_of(person, tenant)
        for send in sends
        if send.id in of_tenants
        and (person := people.current(send.recipient)) is not None
        and (tenant := tenants.get(of_tenants[send.id])) is not None
    }
    found = await reader.read_all(set(places.values()))
    return {id: found[place] for id, place in places.items() if place in found}


def holder_of(kind: str, person: Recipient, within: Recipient | None) -> Recipient:
    """Returns the recipient that holds an address: the one within the tenant if that has addresses of this kind."""
    return person if within is None or kind not in kinds_of(within) else within
