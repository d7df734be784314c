"""Batches of triggers and events: each has an outcome of its own; all take few round trips and one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import TypeAlias
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from addressee.database.pool import Connection
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place
from addressee.directory.writing import receipts
from addressee.directory.writing.planned_writes import PlannedWrites
from addressee.directory.writing.receipts import Earlier, Receipt, RequestKey, StoredAnswer
from addressee.directory.writing.writes import Write
from addressee.messaging.errors import MessagingError
from addressee.messaging.triggers.events import Event, read_listening, runs_of
from addressee.messaging.triggers.trigger import NewRun, Trigger, check, read_versions, run_of

# Receipts of records stand beside those of requests, whose keys hold no such character.
KEY_PREFIX = "record\n"

# Whatever is asked under a key a second time repeats the first.
NO_FINGERPRINT = b""

# How often others may be quicker under a key of this batch.
MAX_RERUNS = 20


@dataclass(frozen=True, slots=True)
class Record:
    """A trigger or an event. With a `key` it is carried out once in 24 hours, whatever another one with that key says.

    `writes` are those of the recipients that it describes: they are carried out if it is. A key that a client made up
    is its `user`'s own, so that it cannot take the place of one that a server or somebody else uses.
    """

    what: Trigger | Event
    key: str | None = None
    writes: Sequence[Write] = ()
    user: str | None = None

    @property
    def receipt_key(self) -> str | None:
        """The key of its receipt, None without a key."""
        if self.key is None:
            return None
        return KEY_PREFIX + (self.key if self.user is None else f"user\n{self.user}\n{self.key}")

    @property
    def places(self) -> set[Place]:
        """The places of all recipients that it names."""
        named = {self.what.recipient} if isinstance(self.what, Event) else self.what.named
        return named | {write.place for write in self.writes}


@dataclass(frozen=True, slots=True)
class Accepted:
    """`id` is the run's, or one made for the event; of a record that was accepted before, the first one's."""

    id: UUID
    repeated: bool = False


Outcome: TypeAlias = Accepted | MessagingError | RefusedError


@dataclass(frozen=True, slots=True)
class BatchContext:
    """The data that the outcomes of a batch depend on. `earlier` are the ids of what was carried out before, by key."""

    environment_id: int
    writes: PlannedWrites
    earlier: Mapping[str, UUID]
    versions: Mapping[tuple[int, str], asyncpg.Record]
    listening: Sequence[asyncpg.Record]


@dataclass(slots=True)
class PlannedBatch:
    """The outcome of each record, and all that is to be stored for them.

    `kept` are the ids by key, `passed_over` says which workflows their events did not start. `happened` are the events
    of accepted records.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    runs: list[NewRun] = field(default_factory=list)
    kept: dict[str, UUID] = field(default_factory=dict)
    passed_over: list[tuple[Place, Sequence[str]]] = field(default_factory=list)
    happened: list[Event] = field(default_factory=list)

    @property
    def any_accepted(self) -> bool:
        return any(isinstance(outcome, Accepted) for outcome in self.outcomes)


async def write_described(records: Sequence[Record], context: BatchContext) -> dict[int, Outcome]:
    """Writes the recipients that accepted records describe; returns the refusals of the others, by their `id()`."""
    planned = plan(records, context)
    refused: dict[int, Outcome] = {
        id(record): outcome
        for record, outcome in zip(records, planned.outcomes, strict=True)
        if isinstance(outcome, Exception)
    }
    by_write = {id(write): record for record in records for write in record.writes}
    for write, result in await context.writes.carry_out_each():
        if isinstance(result, RefusedError):
            refused.setdefault(id(by_write[id(write)]), result)
    return refused


async def read_context(
    connection: Connection, environment_id: int, records: Sequence[Record], writes: PlannedWrites, now: datetime
) -> BatchContext:
    triggers = [record.what for record in records if isinstance(record.what, Trigger)]
    events = [record.what for record in records if isinstance(record.what, Event)]
    return BatchContext(
        environment_id,
        writes,
        await read_earlier(connection, environment_id, records, now),
        await read_versions(connection, [(environment_id, trigger.workflow) for trigger in triggers]),
        await read_listening(connection, environment_id, [event.name for event in events]),
    )


async def read_earlier(
    connection: Connection, environment_id: int, records: Sequence[Record], now: datetime
) -> dict[str, UUID]:
    """Returns the ids under which these records were carried out before, by the keys of their receipts."""
    keys = {RequestKey(environment_id, key) for record in records if (key := record.receipt_key) is not None}
    found = await receipts.find(connection, list(keys), now)
    return {key.key: written_id(earlier) for key, earlier in found.items()}


def written_id(earlier: Earlier) -> UUID:
    return UUID(earlier.answer.body.decode())


def plan(records: Sequence[Record], known: BatchContext) -> PlannedBatch:
    planned = PlannedBatch()
    for record in records:
        planned.outcomes.append(take(record, known, planned))
    return planned


def take(record: Record, known: BatchContext, planned: PlannedBatch) -> Outcome:
    receipt_key = record.receipt_key
    if receipt_key is not None:
        first = planned.kept.get(receipt_key) or known.earlier.get(receipt_key)
        if first is not None:
            return Accepted(first, repeated=True)
    try:
        with known.writes.adding(record.writes):
            id, runs, passed_over = carried_out(record.what, known)
    except (MessagingError, RefusedError) as error:
        return error
    if record.key is not None and receipt_key is not None:
        runs = [replace(run, source={**run.source, "idempotency_key": record.key}) for run in runs]
        planned.kept[receipt_key] = id
    planned.runs += runs
    if isinstance(record.what, Event):
        planned.happened.append(record.what)
        if passed_over:
            planned.passed_over.append((record.what.recipient, passed_over))
    return Accepted(id)


def carried_out(what: Trigger | Event, known: BatchContext) -> tuple[UUID, list[NewRun], list[str]]:
    """Returns a record's id, the runs that it starts, and notices of what it passes over. Raises what refuses it."""
    if isinstance(what, Event):
        return uuid7(), *runs_of(known.environment_id, what, known.listening, known.writes.people)
    version = known.versions.get((known.environment_id, what.workflow))
    version_id = check(what, version, known.writes.people)
    run = run_of(known.environment_id, what, version_id, known.writes.people)
    return run.id, [run], []


def answers(environment_id: int, planned: PlannedBatch, request_id: str) -> list[tuple[Receipt, StoredAnswer]]:
    return [
        (Receipt(environment_id, key, NO_FINGERPRINT, request_id, stored), stored(id))
        for key, id in planned.kept.items()
    ]


def stored(id: UUID) -> StoredAnswer:
    return StoredAnswer(HTTPStatus.ACCEPTED, str(id).encode())
