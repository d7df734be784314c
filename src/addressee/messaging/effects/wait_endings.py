"""Ends the waits of runs: the first event that matches has a run go on (engine.md §4.7).

A run goes on only while it is paused where it waits. So of an event and the time at which a wait expires, the one whose
transaction comes first decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from addressee.conditions.groups import evaluate
from addressee.conditions.model import Conditions
from addressee.conditions.operators import ConditionContext
from addressee.database.jobs.queue import Later, Priority, Wakeup, enqueue
from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.clock import Clock
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Place
from addressee.messaging.content.scope import exposed
from addressee.messaging.messages.signals import EndWaits, Signal
from addressee.messaging.runs.model import Advance
from addressee.messaging.steps.waiting.wait import EventType

SQL = load(__package__)

# The name of its recipient among the values of an event.
RECIPIENT = "recipient"


class EndedWait(NamedTuple):
    """A wait that a signal ends. `result` is what its step keeps, `journal` the entry; both are JSON."""

    recipient_run_id: UUID
    own_id: str
    step: int
    ref: str
    result: bytes
    journal: bytes


@dataclass(frozen=True, slots=True)
class WaitEndings:
    """The handler of the job `end_waits`. It may run twice, and at once: a wait ends once."""

    pool: Pool
    wakeup: Wakeup
    clock: Clock
    reader: Reader

    async def end(self, job: EndWaits) -> None:
        now = self.clock.now()
        waits = await self.pool.fetch(*SQL["waits_for_signals"](environment_id=job.environment_id, signals=job.signals))
        if not waits:
            return
        events = await self._events(job, waits)
        ended = ended_waits(waits, job.signals, events, now)
        async with self.pool.acquire() as connection, connection.transaction():
            woken = await connection.fetch(*SQL["end_waits"](environment_id=job.environment_id, ended=ended, now=now))
            pages = sorted({(row["run_id"], row["page"], row["priority"]) for row in woken})
            await enqueue(
                connection,
                [
                    Later(Advance(job.environment_id, run_id, page), priority=Priority(priority))
                    for run_id, page, priority in pages
                ],
            )
        self.wakeup.notify()

    async def _events(self, job: EndWaits, waits: Sequence[asyncpg.Record]) -> list[Mapping[str, Any]]:
        """Returns the event of each signal as conditions see it, with its recipient as it is now."""
        ids = [signal.event["message_id"] for signal in job.signals if signal.type == EventType.MESSAGE]
        rows = await self.pool.fetch(*SQL["signalled_messages"](environment_id=job.environment_id, message_ids=ids))
        messages = {row["message_id"]: dict(row) for row in rows}
        places = {
            wait["signal"]: Place(job.environment_id, wait["collection"], job.signals[wait["signal"]].recipient_id)
            for wait in waits
        }
        people = await self.reader.read_all(set(places.values()))
        found = [people.get(places[index]) if index in places else None for index in range(len(job.signals))]
        return [
            {**seen(signal, messages), RECIPIENT: None if person is None else exposed(person)}
            for signal, person in zip(job.signals, found, strict=True)
        ]


def seen(signal: Signal, messages: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Returns the event of a signal under our names and Knock's."""
    event = {"key": signal.name, "inserted_at": signal.at.isoformat()}
    match signal.type:
        case EventType.EVENT:
            return {"user_id": signal.recipient_id, "data": signal.event, **event, **signal.event}
        case EventType.MESSAGE:
            message = {**signal.event, **messages.get(signal.event["message_id"], {})}
            source = {"type": "workflow", "key": message.get("source_key")}
            return {**message, **event, "tenant_id": message.get("tenant"), "source": source}
        case EventType.WORKFLOW:
            of_run = {"workflow_key": signal.event["source_key"], "workflow_run_id": signal.event["run_id"]}
            return {**signal.event, **event, **of_run, "tenant_id": signal.tenant}
        case EventType.AUDIENCE:
            return {**signal.event, **event, "audience_id": signal.event["audience_key"], "transition": signal.name}
    return {**signal.event, **event}


def ended_waits(
    waits: Sequence[asyncpg.Record], signals: Sequence[Signal], events: Sequence[Mapping[str, Any]], now: datetime
) -> list[EndedWait]:
    """Returns the waits that signals end, one for each run: that of the first signal that matches. Pure."""
    ended: dict[UUID, EndedWait] = {}
    for wait in waits:
        signal, event = signals[wait["signal"]], events[wait["signal"]]
        if wait["recipient_run_id"] in ended or not matches(wait["conditions"], event, signal.at):
            continue
        entry = {
            "event": "event_matched",
            "status": "ok",
            "inserted_at": now,
            "step_ref": wait["ref"],
            "step_type": "wait_for_event",
            "data": {"event": f"{signal.type}.{signal.name}", "at": signal.at},
        }
        ended[wait["recipient_run_id"]] = EndedWait(
            wait["recipient_run_id"],
            wait["own_id"],
            wait["step"],
            wait["ref"],
            msgspec.json.encode({"matched": True, "signal_variables": without_recipient(event)}),
            msgspec.json.encode([entry]),
        )
    return list(ended.values())


def without_recipient(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns what is kept of an event: its recipient is the run's."""
    return {name: value for name, value in event.items() if name != RECIPIENT}


def matches(conditions: bytes | None, event: Mapping[str, Any], at: datetime) -> bool:
    if conditions is None:
        return True
    wanted = msgspec.json.decode(conditions, type=Conditions)
    return evaluate(wanted, ConditionContext({"event": event}, frozenset(), at)).holds
