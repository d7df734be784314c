"""Events as they are told: what deliveries are about, read as it is stored when they are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import msgspec

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity, Recipient
from addressee.directory.writing.happenings import DELETED, MERGED
from addressee.messaging.messages.model import Message, read_messages
from addressee.messaging.recipients.people import read_people
from addressee.messaging.runs.listing import RunDetails
from addressee.messaging.runs.runs import read_runs
from addressee.messaging.webhooks.model import Delivery, Form

SQL = load(__package__)

TEST_TYPE = "endpoint.test"


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """Something that happened to a message, which is as it is now. `data` says more, like the link that was clicked."""

    type: str
    at: datetime
    message: Message
    data: Document | None


@dataclass(frozen=True, slots=True)
class ToldRun:
    """Something that happened to a recipient's run, which is as it is now."""

    type: str
    at: datetime
    run: RunDetails


@dataclass(frozen=True, slots=True)
class ToldRecipient:
    """A change of a recipient, who is as they are now. `subject` says more, like the kinds of disabled addresses."""

    type: str
    at: datetime
    recipient: Recipient
    subject: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToldEnd:
    """The end of a recipient: deleted, or merged `into` another one, None if that is not known any more."""

    type: str
    at: datetime
    recipient: Identity
    into: Identity | None


@dataclass(frozen=True, slots=True)
class ToldTest:
    """A test of an endpoint: nothing has happened."""

    at: datetime
    endpoint_id: UUID
    type: str = TEST_TYPE


Event: TypeAlias = ToldMessage | ToldRun | ToldRecipient | ToldEnd | ToldTest


class EventForm(Protocol):
    """The form in which events are told. The dialects implement it, each in its own shapes."""

    def body(self, event: Event) -> bytes | None:
        """Returns the JSON of an event, None if this form has no such event."""

    def headers(self, event: Event, environment_uid: UUID) -> Mapping[str, str]:
        """Returns the headers that an event has besides its signature."""


Forms: TypeAlias = Mapping[Form, EventForm]


async def read_events(
    pool: Pool, reader: Reader, environment_id: int, deliveries: Sequence[Delivery]
) -> Mapping[UUID, Event]:
    """Returns what deliveries are about, by their ids; those whose message, run or recipient is gone are left out."""
    messages = await read_told_messages(pool, environment_id, [each for each in deliveries if of(each, "message_id")])
    runs = await read_told_runs(pool, reader, environment_id, [each for each in deliveries if of(each, RUN_ID)])
    others = [each for each in deliveries if not of(each, "message_id") and not of(each, RUN_ID)]
    return {**messages, **runs, **await read_told_recipients(reader, environment_id, others)}


RUN_ID = "recipient_run_id"


def of(delivery: Delivery, name: str) -> bool:
    return name in delivery.subject


async def read_told_messages(
    pool: Pool, environment_id: int, deliveries: Sequence[Delivery]
) -> dict[UUID, ToldMessage]:
    if not deliveries:
        return {}
    ids = list(dict.fromkeys(each.subject["message_id"] for each in deliveries))
    async with pool.acquire() as connection:
        messages = {message.id: message for message in await read_messages(connection, environment_id, ids)}
        rows = await connection.fetch(
            *SQL["data_of_events"](
                environment_id=environment_id,
                message_ids=ids,
                event_ids=[each.subject["event_id"] for each in deliveries],
            )
        )
    data = {row["id"]: msgspec.json.decode(row["data"]) for row in rows}
    return {
        each.id: ToldMessage(each.type, each.occurred_at, message, data.get(each.subject["event_id"]))
        for each in deliveries
        if (message := messages.get(each.subject["message_id"])) is not None
    }


async def read_told_runs(
    pool: Pool, reader: Reader, environment_id: int, deliveries: Sequence[Delivery]
) -> dict[UUID, ToldRun]:
    if not deliveries:
        return {}
    ids = list(dict.fromkeys(UUID(each.subject[RUN_ID]) for each in deliveries))
    runs = {run.id: run for run in await read_runs(pool, reader, environment_id, ids)}
    return {
        each.id: ToldRun(each.type, each.occurred_at, run)
        for each in deliveries
        if (run := runs.get(UUID(each.subject[RUN_ID]))) is not None
    }


async def read_told_recipients(
    reader: Reader, environment_id: int, deliveries: Sequence[Delivery]
) -> dict[UUID, ToldRecipient | ToldEnd]:
    if not deliveries:
        return {}
    people = await read_people(reader, environment_id, {each.recipient for each in deliveries})
    found: dict[UUID, ToldRecipient | ToldEnd] = {}
    for each in deliveries:
        identity = each.recipient
        if each.type in {DELETED, MERGED}:
            into = people.resolve(identity) if each.type == MERGED else identity
            found[each.id] = ToldEnd(each.type, each.occurred_at, identity, None if into == identity else into)
        elif (recipient := identity.found_in(people.found.get(identity.place))) is not None:
            found[each.id] = ToldRecipient(each.type, each.occurred_at, recipient, each.subject)
    return found
