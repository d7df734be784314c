"""Events, and the workflows that they start: each workflow names the events that it listens to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import asyncpg

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.recipient import Document, Place, Recipient
from addressee.messaging.errors import DataInvalidError
from addressee.messaging.messages.signals import Signal
from addressee.messaging.runs.model import NO_TERMS, Terms, WaitingRecipient
from addressee.messaging.triggers.trigger import NewRun, version_for

SQL = load(__package__)


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a `recipient`. `data` is that of the runs that it starts."""

    name: str
    recipient: Place
    data: Document = field(default_factory=dict)
    tenant: str | None = None


async def read_listening(connection: Connection, environment_id: int, names: Iterable[str]) -> list[asyncpg.Record]:
    """Returns the current versions of the active workflows that listen to one of these events, in the order of keys."""
    wanted = set(names)
    if not wanted:
        return []
    return await connection.fetch(*SQL["listening_workflows"](environment_id=environment_id, events=list(wanted)))


def signals_of(events: Iterable[Event], people: Mapping[Place, Recipient], now: datetime) -> list[Signal]:
    """Returns what events tell the runs of their recipients that wait for them."""
    return [
        Signal(person.place.id, person.uid, "event", event.name, now, event.tenant, event.data)
        for event in events
        if (person := people.get(event.recipient)) is not None
    ]


class Started(NamedTuple):
    """The runs that an event starts, and the reasons why other workflows that listen to it are passed over."""

    runs: list[NewRun]
    passed_over: list[str]


def runs_of(
    environment_id: int, event: Event, listening: Sequence[asyncpg.Record], people: Mapping[Place, Recipient]
) -> Started:
    """Returns the runs that an event starts, for an unknown recipient too: the run then says so."""
    person = people.get(event.recipient)
    uid = None if person is None else person.uid
    recipient = WaitingRecipient(event.recipient.collection, event.recipient.id, uid, {})
    return runs_for(environment_id, event.name, [recipient], event.data, listening, event.tenant)


def runs_for(
    environment_id: int,
    event: str,
    recipients: Sequence[WaitingRecipient],
    data: Document,
    listening: Sequence[asyncpg.Record],
    tenant: str | None = None,
    terms: Terms = NO_TERMS,
) -> Started:
    """Returns the runs that an event of several recipients starts: one of each workflow, for all of them.

    A workflow whose schema refuses the event's data is passed over: an event is not made for one workflow.
    """
    started = Started([], [])
    for workflow in listening:
        if event not in workflow["events"]:
            continue
        key = workflow["key"]
        try:
            version_id = version_for(workflow, key, [data])
        except DataInvalidError as error:
            started.passed_over.append(f"The event {event!r} did not start the workflow {key!r}: {error.reason}")
            continue
        source = {"type": "event", "event": event}
        started.runs.append(NewRun(environment_id, key, version_id, recipients, data, source, tenant, terms=terms))
    return started
