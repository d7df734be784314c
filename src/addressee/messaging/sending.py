"""Sends what is due, and records what became of it. Sending is at least once; records are exactly once.

A send is claimed before it is tried: its due time moves past the end of the try. A worker that dies leaves it to be
tried again then.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import structlog
from prometheus_client import Histogram

from addressee.channels.email import Email
from addressee.channels.providers import PROVIDERS
from addressee.channels.sender import Exchange, Failed, Sender, Sent
from addressee.channels.smtp import TIMEOUT_SECONDS
from addressee.database.jobs import enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.database.sealing import Sealer
from addressee.directory.clock import Clock
from addressee.directory.reader import Reader
from addressee.messaging.channels import open_secrets
from addressee.messaging.content import EmailContent
from addressee.messaging.delivery import Change, Status, follow, outcome, retry_after
from addressee.messaging.delivery_logs import Attempt, insert_delivery_logs
from addressee.messaging.events import Happening, insert_events
from addressee.messaging.message import lock_messages
from addressee.messaging.people import read_people
from addressee.messaging.runs import Identity, RunPage

SQL = load(__package__)

BATCH_SIZE = 25

# A batch starts no send after this long, so that the last one ends before the claim does.
STARTING_TIME = timedelta(seconds=20)
CLAIM = STARTING_TIME + timedelta(seconds=2 * TIMEOUT_SECONDS)

DELAY = Histogram(
    "addressee_send_delay_seconds",
    "Time from making a message to its provider's answer",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800),
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A send that nobody else tries for now. `attempts` counts the earlier ones."""

    id: str
    message_id: str
    recipient: Identity
    channel_id: UUID
    address: str
    attempts: int
    status: Status
    content: EmailContent
    inserted_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What a try makes of its message, and when to try again (None: never).

    Without an `exchange` no provider was asked.
    """

    send: Claimed
    changes: tuple[Change, ...]
    due_at: datetime | None
    exchange: Exchange | None = None


class Sending:
    """The handler of the job `send`."""

    def __init__(
        self,
        pool: Pool,
        reader: Reader,
        sealer: Sealer,
        outbox: Path,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._reader = reader
        self._sealer = sealer
        self._outbox = outbox
        self._clock = clock
        self._chance = chance

    async def send(self, page: RunPage) -> None:
        """Sends what is due of a page, and leaves a job for what will be."""
        async with AsyncExitStack() as stack:
            senders: dict[UUID, Sender] = {}
            while batch := await self._claim(page):
                for channel_id in {send.channel_id for send in batch} - senders.keys():
                    senders[channel_id] = await self._open(page.environment_id, channel_id)
                    stack.push_async_callback(senders[channel_id].close)
                await self._record(page.environment_id, await self._try(page.environment_id, batch, senders))
        async with self._pool.acquire() as connection, connection.transaction():
            due_at = await connection.fetchval(SQL["next_send_due"], *msgspec.structs.astuple(page))
            if due_at is not None:
                await enqueue(connection, [page.job("send", max(due_at - self._clock.now(), timedelta()))])

    async def _claim(self, page: RunPage) -> list[Claimed]:
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                SQL["claim_sends"], *msgspec.structs.astuple(page), now, now + CLAIM, BATCH_SIZE
            )
            claimed = [claimed_from(row) for row in rows]
            again = [send for send in claimed if send.status is Status.DELIVERY_ATTEMPTED]
            requeued = [Tried(send, (Change(Status.QUEUED),), None) for send in again]
            await change_messages(connection, page.environment_id, requeued, now)
        return [replace(send, status=Status.QUEUED) for send in claimed]

    async def _open(self, environment_id: int, channel_id: UUID) -> Sender:
        channel = await self._pool.fetchrow(SQL["channel_settings"], environment_id, channel_id)
        assert channel is not None
        provider = PROVIDERS[channel["provider"]]
        assert provider.open is not None
        secrets = open_secrets(self._sealer, channel_id, channel["sealed_secrets"])
        settings = {**msgspec.json.decode(channel["settings"]), **secrets}
        return provider.open(msgspec.convert(settings, provider.settings), self._outbox / channel["environment"])

    async def _try(self, environment_id: int, batch: Sequence[Claimed], senders: Mapping[UUID, Sender]) -> list[Tried]:
        """Tries those that there is time for; the others stay claimed until they are due again."""
        people = await read_people(self._reader, environment_id, [send.recipient for send in batch])
        until = self._clock.now() + STARTING_TIME
        chance = self._chance()
        tried = []
        for send in batch:
            if self._clock.now() >= until:
                break
            if people.now(send.recipient) is None:
                tried.append(Tried(send, (Change(Status.NOT_SENT, {"reason": "recipient_missing"}),), None))
                continue
            result = await senders[send.channel_id].send(email_of(send))
            tried.append(self._judge(send, result, chance))
        return tried

    def _judge(self, send: Claimed, result: Sent | Failed, chance: float) -> Tried:
        attempt = send.attempts + 1
        changes = outcome(attempt, result)
        again = changes[-1].status is Status.DELIVERY_ATTEMPTED
        due_at = self._clock.now() + retry_after(attempt, chance) if again else None
        return Tried(send, changes, due_at, result.exchange)

    async def _record(self, environment_id: int, tried: Sequence[Tried]) -> None:
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await change_messages(connection, environment_id, tried, now)
            recorded = [each for each in tried if each.send.message_id in changed]
            await connection.execute(
                SQL["update_sends"],
                environment_id,
                [each.send.message_id for each in recorded],
                [each.send.id for each in recorded],
                [each.send.recipient.id for each in recorded],
                [each.due_at for each in recorded],
            )
            await insert_delivery_logs(connection, environment_id, attempts(recorded), now)
        for each in recorded:
            DELAY.observe((now - each.send.inserted_at).total_seconds())
            log.info("message tried", message_id=each.send.message_id, status=each.changes[-1].status)


def attempts(recorded: Iterable[Tried]) -> list[Attempt]:
    """What of these is to be logged."""
    return [
        Attempt(each.send.id, each.send.message_id, each.send.recipient, each.send.attempts + 1, each.exchange)
        for each in recorded
        if each.exchange is not None
    ]


async def change_messages(
    connection: Connection, environment_id: int, tried: Sequence[Tried], now: datetime
) -> set[str]:
    """Takes messages to their next status, unless another worker did, and says which were taken."""
    if not tried:
        return set()
    await lock_messages(connection, environment_id, [each.send.message_id for each in tried])
    before = [each.send.status for each in tried]
    rows = await connection.fetch(
        SQL["change_messages"],
        environment_id,
        [each.send.message_id for each in tried],
        [each.send.recipient.id for each in tried],
        before,
        [follow(status, each.changes) for status, each in zip(before, tried, strict=True)],
        now,
    )
    changed = {row["id"] for row in rows}
    happenings = [
        Happening(each.send.message_id, each.send.recipient, change.event, change.data)
        for each in tried
        if each.send.message_id in changed
        for change in each.changes
    ]
    await insert_events(connection, environment_id, happenings, now)
    return changed


def claimed_from(row: asyncpg.Record) -> Claimed:
    return Claimed(
        row["id"],
        row["message_id"],
        Identity(row["collection"], row["recipient_id"], row["uid"]),
        row["channel_id"],
        row["address"],
        row["attempts"],
        Status(row["status"]),
        msgspec.json.decode(row["content"], type=EmailContent),
        row["inserted_at"],
    )


def email_of(send: Claimed) -> Email:
    said = send.content
    return Email(
        id=send.id,
        sender=said.sender,
        to=send.address,
        subject=said.subject,
        html=said.html,
        text=said.text,
        written_at=send.inserted_at,
        reply_to=said.reply_to,
    )
