"""Storing the messages that pages of runs make, with their events and sends, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.messaging.messages.events import NewEvent, insert_events
from addressee.messaging.messages.model import flattened
from addressee.messaging.messages.status import Status, follow
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.identity import StoredIdentity
from addressee.messaging.runs.model import RunPage
from addressee.messaging.runs.rows import MessageRow, SendRow
from addressee.messaging.runs.store import Run, encoded, topic_of
from addressee.messaging.steps.model import NewMessage

SQL = load(__package__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def insert_messages(
    connection: Connection, page: RunPage, run: Run, messages: Sequence[NewMessage], now: datetime
) -> None:
    """Stores new messages with their events, and a send for each of their addresses.

    To be done last in a transaction: pages that tell the same recipients wait for each other from here to the commit.
    """
    if not messages:
        return
    events = [event for message in messages for event in first_events(message)]
    await insert_events(connection, page.environment_id, events, now)
    await insert_sends(connection, page, run, messages, now)
    await connection.execute(
        *SQL["insert_messages"](
            environment_id=page.environment_id,
            run_id=run.id,
            workflow=run.workflow_key,
            version_id=run.version_id,
            categories=run.categories,
            tenant=run.tenant,
            messages=[message_row(run, message) for message in messages],
            position=milliseconds(now),
        )
    )


def message_row(run: Run, message: NewMessage) -> MessageRow:
    data = message.run.data
    acting = run.actors if message.collected is None else message.actors
    trigger_data = run.data if message.collected is None else {}
    return MessageRow(
        message.id,
        message.recipient.collection,
        message.recipient.id,
        message.recipient.uid,
        message.channel.id,
        message.run.id,
        message.step.ref,
        msgspec.json.encode(data),
        msgspec.json.encode(flattened({**trigger_data, **data})),
        msgspec.json.encode(message.content),
        topic_of(message.run.subscription),
        follow(None, message.changes),
        msgspec.json.encode([StoredIdentity.of(actor) for actor in acting]),
        encoded(message.collected),
    )


async def insert_sends(
    connection: Connection, page: RunPage, run: Run, messages: Sequence[NewMessage], now: datetime
) -> None:
    sends = [
        SendRow(
            message.id,
            derived_ksuid(run.inserted_at, message.id, address.value),
            message.recipient.collection,
            message.recipient.id,
            message.recipient.uid,
            message.channel.id,
            address.kind,
            address.value,
            Status.QUEUED if len(message.addresses) > 1 else None,
        )
        for message in messages
        for address in message.addresses
    ]
    if sends:
        await connection.execute(
            *SQL["insert_sends"](
                environment_id=page.environment_id, run_id=page.run_id, page=page.page, sends=sends, now=now
            )
        )


def milliseconds(at: datetime) -> int:
    """Since 1970; the next whole one, so that nothing seems to have happened before it was asked for."""
    return -((EPOCH - at) // timedelta(milliseconds=1))


def first_events(message: NewMessage) -> list[NewEvent]:
    created = NewEvent(message.id, message.recipient, "message.created")
    return [
        created,
        *(NewEvent(message.id, message.recipient, change.event, change.data) for change in message.changes),
    ]
