"""Recipients' runs as they are read (knock.md §2.0, Run): lists, and one with what happened in it.

A run is listed from when it is started. One whose page still waits for a worker has no place in the list yet that it
would keep, and waits for moments only. Runs of recipients that are gone are not found, unless their history was kept;
those of an id where nobody lived when the workflow was triggered are, for they say why nothing was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.database.pool import Connection
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity, Place
from addressee.messaging.messages.listing import EARLIEST, LATEST
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.identity import decode_identity
from addressee.messaging.recipients.people import read_identities, read_people
from addressee.messaging.steps.run import RunStatus

SQL = load(__package__)


class RunPosition(NamedTuple):
    """The position of a run in a list, newest first."""

    inserted_at: datetime
    id: UUID


# What the journal of a run says whose recipient was gone.
ABANDONED = {"reason": "recipient_missing"}

FIRST_ID = UUID(int=0)
FRONT = RunPosition(LATEST, FIRST_ID)


@dataclass(frozen=True, slots=True)
class RunFilter:
    """A filter of lists of runs; a field that is not given does not limit them.

    `statuses` and `stages` are any of them. `run_id` is the trigger's, `topic` the one that recipients were told by.
    With a `collection` only those who lived there. `since` is included, `until` is not.
    """

    workflow: str | None = None
    statuses: Collection[RunStatus] = ()
    tenant: str | None = None
    has_errors: bool | None = None
    recipient: Place | None = None
    topic: str | None = None
    run_id: UUID | None = None
    collection: str | None = None
    stages: Collection[str] = ()
    since: datetime = EARLIEST
    until: datetime = LATEST


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened in a run; `event` is a word of knock.md §3.12, `step_ref` the step that it was in."""

    id: str
    event: str
    status: str
    step_ref: str | None
    step_type: str | None
    attempt: int | None
    data: Document | None
    inserted_at: datetime


@dataclass(frozen=True, slots=True)
class RunDetails:
    """A recipient's run in full. `source` says what started it; `events` are in the order they happened.

    `data` is that of the trigger with the recipient's own laid over it, `topic` the one that they were told by, if any.
    """

    id: UUID
    run_id: UUID
    workflow: str
    status: RunStatus
    recipient: Identity
    actor: Identity | None
    tenant: str | None
    topic: str | None
    data: Document
    error_count: int
    source: Mapping[str, Any]
    cancellation_key: str | None
    events: Sequence[RunEvent]
    inserted_at: datetime
    updated_at: datetime

    @property
    def position(self) -> RunPosition:
        return RunPosition(self.inserted_at, self.id)

    @property
    def stage(self) -> str:
        """The status, or abandoned: it ended because its recipient was gone."""
        return "abandoned" if any(event.data == ABANDONED for event in self.events) else self.status

    @property
    def message_ids(self) -> list[str]:
        """The messages that it made, in their order."""
        return [event.data["message_id"] for event in self.events if event.event == "message_enqueued" and event.data]


def access_path(filter: RunFilter) -> str:
    """The statement whose index leaves the fewest runs to look at."""
    if filter.recipient is not None:
        return "runs_of_recipient"
    if filter.run_id is not None:
        return "runs_of_run"
    if filter.topic is not None:
        return "runs_of_topic"
    if filter.has_errors:
        return "runs_with_errors"
    if filter.tenant is not None:
        return "runs_of_tenant"
    if filter.workflow is not None:
        return "runs_of_workflow"
    return "runs_in_order"


async def owner_parameters(connection: Connection, place: Place) -> dict[str, Any]:
    """Returns the owners of a place's runs: its recipient, those merged into it, and nobody, from before it lived."""
    living = await read_identities(connection, place)
    ids = {place.id, *(identity.id for identity in living)}
    return {
        "owner_collection": place.collection,
        "owner_ids": ids,
        "owner_uids": [identity.uid for identity in living],
        "owner_id": place.id,
    }


async def in_the_name_of_successors(
    reader: Reader, environment_id: int, runs: Sequence[RunDetails]
) -> list[RunDetails]:
    """A run goes on for the one into whom its recipient was merged, and is theirs. Actors are named likewise."""
    named = {identity for run in runs for identity in (run.recipient, run.actor) if identity is not None}
    people = await read_people(reader, environment_id, named)
    return [
        replace(run, recipient=people.resolve(run.recipient), actor=run.actor and people.resolve(run.actor))
        for run in runs
    ]


async def assemble(connection: Connection, environment_id: int, rows: Sequence[asyncpg.Record]) -> list[RunDetails]:
    """Runs from rows of `addressee.recipient_runs`, with what they share read once."""
    if not rows:
        return []
    triggers = await connection.fetch(
        *SQL["run_data"](environment_id=environment_id, run_ids=list({row["run_id"] for row in rows}))
    )
    by_id = {trigger["id"]: (trigger, msgspec.json.decode(trigger["data"])) for trigger in triggers}
    there = [row for row in rows if row["run_id"] in by_id]  # one may just be erased
    return [run_from(environment_id, row, *by_id[row["run_id"]]) for row in there]


def run_from(environment_id: int, row: asyncpg.Record, trigger: asyncpg.Record, data: Document) -> RunDetails:
    return RunDetails(
        id=row["id"],
        run_id=row["run_id"],
        workflow=row["workflow"],
        status=RunStatus(row["status"]),
        recipient=Identity(environment_id, row["collection"], row["recipient_id"], row["uid"]),
        actor=decode_identity(environment_id, trigger["actor"]),
        tenant=row["tenant"],
        topic=row["topic"],
        data={**data, **msgspec.json.decode(row["data"])},
        error_count=row["error_count"],
        source=msgspec.json.decode(trigger["source"]),
        cancellation_key=row["cancellation_key"],
        events=events_from(row["id"], row["journal"]),
        inserted_at=row["inserted_at"],
        updated_at=row["updated_at"],
    )


class Entry(msgspec.Struct, frozen=True):
    """An event in a run's journal."""

    event: str
    status: str
    inserted_at: datetime
    step_ref: str | None = None
    step_type: str | None = None
    attempt: int | None = None
    data: Document | None = None


def events_from(run_id: UUID, journal: bytes) -> list[RunEvent]:
    """A journal only grows, so an event's number in it names the event for ever."""
    return [
        RunEvent(
            id=derived_ksuid(entry.inserted_at, str(run_id), str(number)),
            event=entry.event,
            status=entry.status,
            step_ref=entry.step_ref,
            step_type=entry.step_type,
            attempt=entry.attempt,
            data=entry.data,
            inserted_at=entry.inserted_at,
        )
        for number, entry in enumerate(msgspec.json.decode(journal, type=list[Entry]))
    ]
