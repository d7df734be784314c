"""Storing the messages that pages of runs make, with their events and sends, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.messages.events import CREATED, FirstEvent, Moments, count_events
from addressee.messaging.messages.model import flattened
from addressee.messaging.messages.status import Status, follow
from addressee.messaging.recipients.identifiers import derived_ksuid, event_id
from addressee.messaging.recipients.identity import StoredIdentity
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.rows import MessageRow, SendRow
from addressee.messaging.runs.store import Run, encoded, topic_of
from addressee.messaging.steps.model import NewMessage

SQL = load(__package__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Made(NamedTuple):
    """A new message, with the page and the trigger of its run. With `ends_run`, it is the last one of that run."""

    message: NewMessage
    page: RunPage
    trigger: Run
    ends_run: bool


async def insert_messages(connection: Connection, made: Sequence[Made], now: datetime) -> None:
    """Stores new messages with their events, and a send for each of their addresses. Their triggers are of one kind.

    To be done last in a transaction: pages that tell the same recipients wait for each other from here to the commit.
    """
    if not made:
        return
    run = made[0].trigger
    moments = Moments(now)
    events = [first_events(each.message, moments) for each in made]
    count_events(event.type for each in events for event in each)
    await insert_sends(connection, made, now)
    await connection.execute(
        *SQL["insert_messages"](
            environment_id=run.environment_id,
            workflow=run.workflow_key,
            version_id=run.version_id,
            categories=run.categories,
            tenant=run.tenant,
            messages=[message_row(each, first) for each, first in zip(made, events, strict=True)],
            position=milliseconds(now),
            now=now,
        )
    )


def message_row(made: Made, events: Sequence[FirstEvent]) -> MessageRow:
    run, message = made.trigger, made.message
    data = message.run.data
    acting = run.actors if message.collected is None else message.actors
    trigger_data = run.data if message.collected is None else {}
    return MessageRow(
        message.id,
        message.recipient.collection,
        message.recipient.id,
        message.recipient.uid,
        message.channel.id,
        run.id,
        message.run.id,
        message.step.ref,
        msgspec.json.encode(data),
        msgspec.json.encode(flattened({**trigger_data, **data})),
        msgspec.json.encode(message.content),
        topic_of(message.run.subscription),
        follow(None, message.changes),
        msgspec.json.encode([StoredIdentity.of(actor) for actor in acting]),
        encoded(message.collected),
        msgspec.json.encode(events),
        made.ends_run,
    )


async def insert_sends(connection: Connection, made: Sequence[Made], now: datetime) -> None:
    sends = [
        SendRow(
            message.id,
            derived_ksuid(trigger.inserted_at, message.id, address.value),
            message.recipient.collection,
            message.recipient.id,
            message.recipient.uid,
            message.channel.id,
            page.run_id,
            page.page,
            address.kind,
            address.value,
            Status.QUEUED if len(message.addresses) > 1 else None,
        )
        for message, page, trigger, _ in made
        for address in message.addresses
    ]
    if sends:
        environment_id = made[0].page.environment_id
        await connection.execute(*SQL["insert_sends"](environment_id=environment_id, sends=sends, now=now))


def milliseconds(at: datetime) -> int:
    """Since 1970; the next whole one, so that nothing seems to have happened before it was asked for."""
    return -((EPOCH - at) // timedelta(milliseconds=1))


def first_events(message: NewMessage, moments: Moments) -> list[FirstEvent]:
    told = [(CREATED, None), *((change.event, change.data) for change in message.changes)]
    return [FirstEvent(event_id(moments[type], message.id), type, data) for type, data in told]
