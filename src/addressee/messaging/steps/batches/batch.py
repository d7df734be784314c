"""Batch steps: runs of one recipient are collected for a while, and one of them goes on for all.

A batch is stored as two steps. At the first a run opens a batch or joins one; a run that joins ends there. The one that
opened it pauses at the second, until the batch closes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.steps.batches.batch_requests import (
    CloseBatch,
    Closed,
    JoinBatch,
    Joined,
    Led,
    NoBatch,
    NotYet,
    Opened,
    Sliding,
)
from addressee.messaging.steps.batches.closing_times import window_end
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.keys import key_of
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.errors import TimingError

DEFAULT_RENDER_LIMIT = 10


class CollectingStep(Step, frozen=True, kw_only=True):
    """A step at which a run opens a batch or joins one; that at which it waits is the one after it.

    `key` is a path or a template. With `pinned`, runs of another version have a batch of their own; with `per_tenant`,
    those of another tenant. A run that finds no time at which to close ends if it `halts`, or else leaves the step out.
    """

    key: str = ""
    pinned: bool = True
    per_tenant: bool = False
    halts: bool = False

    def closes_at(self, context: StepContext) -> datetime:
        """Returns when a batch closes that is opened now. Raises TimingError."""
        raise NotImplementedError

    def request(self, run: RecipientRun, request: JoinBatch, context: StepContext) -> JoinBatch:
        """Returns the request with what else this kind of step asks for."""
        raise NotImplementedError

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        run = run.noted(context, "step_started", self)
        try:
            closes_at = self.closes_at(context)
        except TimingError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"time: {error}"})
            return Taken(run.completed(context) if self.halts else self.skipped(run))
        try:
            key = key_of(self.key, context) if self.key else ""
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"batch_key: {error}"})
            key = ""
        else:
            if self.key and not key:
                run = run.noted(context, "batch_key_empty", self, data={"batch_key": self.key})
        tenant = (context.tenant_id or "") if self.per_tenant else ""
        asked = JoinBatch(recipient.identity, key, tenant, closes_at, self.pinned)
        return Taken(run, request=self.request(run, asked, context))

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
                return self.skipped(run).noted(context, "batch_led", self, data=batch)


class ClosingStep(Step, frozen=True, kw_only=True):
    """A step at which a run waits for its batch to close, and goes on with what was collected.

    Templates see at most `render_limit` items, the `newest` or the first ones. With `latest`, the run goes on with the
    newest version of its workflow.
    """

    render_limit: int = DEFAULT_RENDER_LIMIT
    newest: bool = False
    min_items: int = 0
    latest: bool = False

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
                return self._closed(run, answer, context)

    def _closed(self, run: RecipientRun, answer: Closed, context: StepContext) -> RecipientRun:
        closed = {"batch_id": answer.batch_id, "total_activities": answer.total}
        run = run.noted(context, "batch_closed", self, data=closed)
        if not answer.total:
            return run.completed(context)
        if answer.total < self.min_items:
            return run.noted(context, "batch_discarded", self, data={"min_count": self.min_items}).completed(context)
        if answer.position is not None:
            run = run.at(answer.position).noted(context, "workflow_version_changed", self)
        return run.passed.with_data_of_batch(answer.data).with_result(self.ref, total_activities=answer.total)


class BatchStep(CollectingStep, frozen=True, tag="batch", kw_only=True):
    """The first step of a batch, which closes `window` after it was opened, or at the time that the path `until` names,
    or so long before or after that time; or later, if its window slides: see `Sliding`.
    """

    window: timedelta | None = None
    until: str = ""
    slides_until: timedelta | None = None
    max_items: int | None = None
    leads: bool = False

    def closes_at(self, context: StepContext) -> datetime:
        return window_end(self.window, self.until, context)

    def request(self, run: RecipientRun, request: JoinBatch, context: StepContext) -> JoinBatch:
        return replace(
            request,
            sliding=sliding(self.window, self.slides_until),
            max_items=self.max_items,
            leads=self.leads,
        )


class CloseBatchStep(ClosingStep, frozen=True, tag="close_batch", kw_only=True):
    """The second step of a batch."""

    window: timedelta | None = None
    slides_until: timedelta | None = None

    @property
    def kind(self) -> str:
        """Journals name the step as it was written."""
        return "batch"

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        return Taken(run, request=CloseBatch(self.latest, sliding(self.window, self.slides_until)))


def sliding(window: timedelta | None, slides_until: timedelta | None) -> Sliding | None:
    return None if window is None or slides_until is None else Sliding(window, slides_until)
