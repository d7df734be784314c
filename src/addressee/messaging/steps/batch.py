"""Batch steps: runs of one recipient are collected for a while, and one of them goes on for all.

A batch is stored as two steps. At the first a run opens a batch or joins one; a run that joins ends there. The one that
opened it pauses at the second, until the batch closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.content.liquid import TemplateError
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.keys import key_of
from addressee.messaging.steps.model import Request, Step, Taken
from addressee.messaging.steps.run import RecipientRun

DEFAULT_RENDER_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window that each item prolongs, up to `limit` after the batch was opened."""

    window: timedelta
    limit: timedelta


@dataclass(frozen=True, slots=True)
class JoinBatch(Request):
    """Asks for the open batch of a recipient under a key, or else to open one that closes at `closes_at`.

    A batch that has `max_items` is full. With `leads`, a run that opens a batch goes on alone, and the next one that
    joins goes on for those that follow. The answer is one of `Opened`, `Joined` and `Led`.
    """

    recipient: Identity
    key: str
    tenant: str
    closes_at: datetime
    pinned: bool
    sliding: Sliding | None = None
    max_items: int | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The run goes on for a batch when that closes."""

    batch_id: UUID
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """The run is an item of a batch for which another one goes on."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class Led:
    """The run goes on at once, and opened a batch for those that follow."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class CloseBatch(Request):
    """Asks to close the batch for which a run goes on. The answer is one of `Closed`, `NotYet`, `Joined` (the batch was
    united with another), and `NoBatch`.
    """

    sliding: Sliding | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A batch that closed with `total` items, and what was merged of their data."""

    batch_id: UUID
    total: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotYet:
    """Items have prolonged the window of a batch."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class NoBatch:
    """The run goes on for no batch that could close: one of an earlier pass did."""


class BatchStep(Step, frozen=True, tag="batch", kw_only=True):
    """The step at which a run opens a batch or joins one. `CloseBatchStep` is the one after it.

    `key` is a path or a template. A batch closes `window` after it was opened, or later if its window slides: see
    `Sliding`. With `pinned`, runs of another version have a batch of their own; with `per_tenant`, those of another
    tenant.
    """

    key: str = ""
    window: timedelta
    slides_until: timedelta | None = None
    max_items: int | None = None
    leads: bool = False
    pinned: bool = True
    per_tenant: bool = False

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        run = run.noted(context, "step_started", self)
        try:
            key = key_of(self.key, context) if self.key else ""
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"batch_key: {error}"})
            key = ""
        else:
            if self.key and not key:
                run = run.noted(context, "batch_key_empty", self, data={"batch_key": self.key})
        return Taken(
            run,
            request=JoinBatch(
                recipient.identity,
                key,
                (context.tenant_id or "") if self.per_tenant else "",
                context.now + self.window,
                self.pinned,
                sliding(self.window, self.slides_until),
                self.max_items,
                self.leads,
            ),
        )

    def skipped(self, run: RecipientRun) -> RecipientRun:
        """Returns the run past the batch: there is none that could close."""
        return run.at(run.step + 2)

    def answered(self, run: RecipientRun, answer: Opened | Joined | Led, context: StepContext) -> RecipientRun:
        batch = {"batch_id": answer.batch_id}
        match answer:
            case Opened():
                opened = run.passed.noted(context, "batch_opened", self, data={**batch, "closes_at": answer.closes_at})
                return opened.paused(answer.closes_at)
            case Joined():
                return run.noted(context, "batched", self, data=batch).completed(context)
            case Led():
                return run.at(run.step + 2).noted(context, "batch_led", self, data=batch)


class CloseBatchStep(Step, frozen=True, tag="close_batch", kw_only=True):
    """The step at which a run waits for its batch to close, and goes on with what was collected.

    Templates see at most `render_limit` items, the `newest` or the first ones.
    """

    window: timedelta
    slides_until: timedelta | None = None
    render_limit: int = DEFAULT_RENDER_LIMIT
    newest: bool = False

    @property
    def kind(self) -> str:
        """Journals name the step as it was written."""
        return "batch"

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        return Taken(run, request=CloseBatch(sliding(self.window, self.slides_until)))

    def answered(
        self, run: RecipientRun, answer: Closed | NotYet | Joined | NoBatch, context: StepContext
    ) -> RecipientRun:
        match answer:
            case NotYet():
                return run.paused(answer.closes_at)
            case NoBatch():
                return run.passed
            case Joined():
                # It ends where whoever joined the batch did.
                united = run.at(run.step - 1).noted(context, "batched", self, data={"batch_id": answer.batch_id})
                return united.completed(context)
            case Closed():
                closed = {"batch_id": answer.batch_id, "total_activities": answer.total}
                run = run.noted(context, "batch_closed", self, data=closed)
                if not answer.total:
                    return run.completed(context)
                return run.passed.with_data_of_batch(answer.data).with_result(self.ref, total_activities=answer.total)


def sliding(window: timedelta, slides_until: timedelta | None) -> Sliding | None:
    return None if slides_until is None else Sliding(window, slides_until)
