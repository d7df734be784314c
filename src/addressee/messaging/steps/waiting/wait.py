"""Steps that wait for an event: a run goes on when it happens, or when the wait expires (engine.md §4.7).

A wait is stored as two steps: at the first it begins, and the run pauses at the second, which says how it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from addressee.conditions.binding import bound
from addressee.conditions.model import Conditions
from addressee.conditions.names import EVENT
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Request, Step, Taken
from addressee.messaging.steps.run import RecipientRun


class EventType(StrEnum):
    """The kinds of event that end waits. `EVENT` is one that a caller sends."""

    EVENT = "event"
    MESSAGE = "message"
    WORKFLOW = "workflow"
    AUDIENCE = "audience"
    RECIPIENT = "recipient"
    PREFERENCE = "preference"


class AwaitedEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that ends a wait: it has this type and name, and the conditions on it are true."""

    type: EventType
    name: str
    conditions: Conditions | None = None


@dataclass(frozen=True, slots=True)
class BeginWait(Request):
    """Asks that any of these events of a recipient ends the run's wait. Their conditions ask for the event alone."""

    recipient: Identity
    events: Sequence[AwaitedEvent]
    expires_at: datetime
    tenant: str | None


class WaitStep(Step, frozen=True, tag="wait_for_event", kw_only=True):
    """The step at which a wait begins. `EndWaitStep` is the one after it."""

    events: tuple[AwaitedEvent, ...]
    expires_after: timedelta
    after: int

    @property
    def evaluated(self) -> tuple[Conditions, ...]:
        return (*super().evaluated, *(each.conditions for each in self.events if each.conditions is not None))

    def skipped(self, run: RecipientRun) -> RecipientRun:
        return run.at(self.after)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        events = []
        for event in self.events:
            conditions = event.conditions
            if conditions is not None:
                conditions = bound(conditions, EVENT, context.condition_context)
                if conditions is None:
                    continue
                if conditions.always:
                    conditions = None
            events.append(msgspec.structs.replace(event, conditions=conditions))
        expires_at = context.now + self.expires_after
        return Taken(run, request=BeginWait(recipient.identity, events, expires_at, context.tenant_id))

    def answered(self, run: RecipientRun, answer: datetime, context: StepContext) -> RecipientRun:
        run = run.passed.with_result(self.ref, matched=False, signal_variables={})
        waiting = {
            "events": [f"{event.type}.{event.name}" for event in self.events],
            "expires_at": answer,
        }
        return run.paused(answer).noted(context, "wait_started", self, data=waiting)


class EndWaitStep(Step, frozen=True, tag="end_wait", kw_only=True):
    """The step at which a wait has ended. A run goes on at `matched` or at `timeout`, or ends there for None."""

    matched: int | None
    timeout: int | None

    @property
    def kind(self) -> str:
        """Journals name the step as it was written."""
        return "wait_for_event"

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        matched = bool(run.refs.get(self.ref, {}).get("matched"))
        if not matched:
            run = run.noted(context, "wait_expired", self)
        target = self.matched if matched else self.timeout
        return Taken(run.passed.completed(context) if target is None else run.at(target))
