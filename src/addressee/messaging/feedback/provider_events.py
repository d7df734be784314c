"""Applies what providers tell of messages and addresses: statuses, marks, and who is not to be written to.

The callback may come before the answer to the request that sent the message is recorded, so what names an unknown
message is looked at again for ten minutes. Everything may be told twice, and in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from prometheus_client import Counter

from addressee.channels.callback import EventKind, ProviderEvent
from addressee.database.jobs.queue import Job, Later, enqueue
from addressee.database.pool import Connection, Pool
from addressee.database.queries import load
from addressee.directory.addresses.entries import PUSH
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.writing.writer import Writer
from addressee.messaging.delivery.channels.channel_states import read_state
from addressee.messaging.delivery.dead_addresses import BouncedSend, disable_addresses
from addressee.messaging.delivery.outcomes import update_messages
from addressee.messaging.delivery.sends import StoredSend, stored_send_from
from addressee.messaging.environment import channels
from addressee.messaging.feedback.opt_outs import (
    AddressEvent,
    address_events_alone,
    address_events_of_copies,
    address_events_of_sends,
    apply_address_events,
    change_preferences,
    enable_again,
)
from addressee.messaging.feedback.reports import ReportedSend, logs_of, marks_of, reported
from addressee.messaging.messages.delivery_logs import insert_delivery_logs
from addressee.messaging.messages.marks.mark import set_mark
from addressee.messaging.messages.model import lock_messages

SQL = load(__package__)

MAX_EVENTS = 1_000

# The pauses before events of unknown messages are looked at again: ten minutes in all.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 135, 400))

EVENTS = Counter(
    "addressee_provider_events", "What providers told of messages and addresses", ["provider", "event", "result"]
)

log = structlog.get_logger()


class ApplyProviderEvents(Job, frozen=True):
    """Applies events of a channel's provider, MAX_EVENTS at most. `tries` is the number of earlier tries."""

    name: ClassVar[str] = "apply_provider_events"
    environment_id: int
    channel_id: UUID
    events: list[ProviderEvent]
    received_at: datetime
    tries: int = 0


class ProviderEvents:
    """The handler of the job `apply_provider_events`."""

    def __init__(self, pool: Pool, reader: Reader, writer: Writer, clock: Clock) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def apply(self, job: ApplyProviderEvents) -> None:
        """Applies events; those of a channel that is gone are dropped."""
        channel = (await channels.by_id(self._pool, job.environment_id)).get(job.channel_id)
        if channel is None:
            return
        texts = address_events_alone(channel.served_by.kind, job.events)
        await enable_again(self._pool, self._reader, self._writer, job.environment_id, texts)
        async with self._pool.acquire() as connection, connection.transaction():
            bounced = await self._record(connection, job, channel.provider, texts)
        dead = [BouncedSend(report.send, channel.served_by, report.bounced_at(job.received_at)) for report in bounced]
        await disable_addresses(self._reader, self._writer, job.environment_id, dead)
        await change_preferences(self._pool, self._reader, self._writer, job.environment_id, job.channel_id, texts)

    async def _record(
        self, connection: Connection, job: ApplyProviderEvents, provider: str, texts: Sequence[AddressEvent]
    ) -> list[ReportedSend]:
        """Records what is told, and queues what is told of unknown messages. Returns sends whose addresses are dead."""
        now = self._clock.now()
        sends = await read_locked(connection, job)
        reports = reported(sends, job.events, provider)
        await record(connection, job, reports, now)
        told = [*address_events_of_sends(reports), *address_events_of_copies(sends, job.events)]
        bounced = await without_kept(
            connection, job.environment_id, [report for report in reports if report.tells(EventKind.BOUNCED)]
        )
        if bounced and await keeps_addresses(connection, job, now):
            bounced = []
            told = [each for each in told if each.event.kind is not EventKind.BOUNCED]
        await apply_address_events(connection, job.environment_id, job.channel_id, [*told, *texts], now)
        unknown = [event for event in job.events if event.provider_id is not None and event.provider_id not in sends]
        await look_again(connection, job, unknown, provider)
        count(provider, [event for event in job.events if event.provider_id in sends], "applied")
        count(provider, [text.event for text in texts], "applied")
        return bounced


async def look_again(
    connection: Connection, job: ApplyProviderEvents, unknown: Sequence[ProviderEvent], provider: str
) -> None:
    """Queues events of messages that are not known yet, or drops them in the end."""
    if unknown and job.tries < len(PAUSES):
        again = ApplyProviderEvents(job.environment_id, job.channel_id, list(unknown), job.received_at, job.tries + 1)
        await enqueue(connection, [Later(again, PAUSES[job.tries])])
    elif unknown:
        log.info("messages unknown", channel_id=job.channel_id, events=len(unknown))
        count(provider, unknown, "unknown")


async def keeps_addresses(connection: Connection, job: ApplyProviderEvents, now: datetime) -> bool:
    """Returns whether so many addresses of the channel bounced that this is not believed now."""
    return (await read_state(connection, job.environment_id, job.channel_id)).keeps_addresses(now)


async def without_kept(
    connection: Connection, environment_id: int, bounced: Sequence[ReportedSend]
) -> list[ReportedSend]:
    """Returns sends that bounced, without push notifications whose tokens stay all the same."""
    pushes = [report.send.message_id for report in bounced if report.send.address.kind in PUSH]
    if not pushes:
        return list(bounced)
    rows = await connection.fetch(*SQL["messages_that_keep_tokens"](environment_id=environment_id, ids=pushes))
    kept = {row["id"] for row in rows}
    return [report for report in bounced if report.send.message_id not in kept]


async def read_locked(connection: Connection, job: ApplyProviderEvents) -> Mapping[str, Sequence[StoredSend]]:
    """Returns the sends that events name, by the provider's names. Their messages are locked, and then read again.

    Sends that are to be tried again, as the provider's answer was lost, are found by our names for them.
    """
    ids = {event.provider_id for event in job.events if event.provider_id is not None}
    if not ids:
        return {}
    ours = {
        event.send_id: event.provider_id
        for event in job.events
        if event.send_id is not None and event.provider_id is not None
    }
    where = {"environment_id": job.environment_id, "channel_id": job.channel_id}
    statements = [SQL["sends_of_provider"](**where, provider_ids=ids)]
    if ours:
        statements.append(SQL["sends_tried"](**where, ids=list(ours)))
    rows = [row for statement in statements for row in await connection.fetch(*statement)]
    await lock_messages(connection, job.environment_id, {row["message_id"] for row in rows})
    found: dict[str, list[StoredSend]] = defaultdict(list)
    for statement in statements:
        for row in await connection.fetch(*statement):
            name: str = row["provider_id"] or ours[row["id"]]
            found[name].append(stored_send_from(job.environment_id, row))
    return found


async def record(
    connection: Connection, job: ApplyProviderEvents, reports: Sequence[ReportedSend], now: datetime
) -> None:
    """Stores the statuses, marks and delivery logs that follow from reports. The messages are locked."""
    changed = [report for report in reports if report.changes]
    if changed:
        await connection.execute(*SQL["change_sends"](environment_id=job.environment_id, changes=changed))
        if confirmed := [report for report in changed if report.is_confirmed]:
            await connection.execute(*SQL["confirm_sends"](environment_id=job.environment_id, confirmed=confirmed))
        await update_messages(connection, job.environment_id, changed, now)
    for (mark, url), ids in marks_of(reports).items():
        metadata = None if url is None else {"url": url}
        await set_mark(connection, job.environment_id, ids, mark, metadata=metadata, now=now)
    await insert_delivery_logs(connection, job.environment_id, logs_of(reports, job.channel_id, job.received_at), now)


def count(provider: str, events: Sequence[ProviderEvent], result: str) -> None:
    for event in events:
        EVENTS.labels(provider, event.kind, result).inc()
