"""Digest steps: batches that close at the next tick of a schedule, maybe the recipient's own (engine.md §4.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from addressee.directory.recipient import Recipient
from addressee.messaging.steps.batches.batch import ClosingStep, CollectingStep
from addressee.messaging.steps.batches.batch_requests import CloseBatch, JoinBatch
from addressee.messaging.steps.batches.closing_times import next_tick
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import RuleForm


class DigestStep(CollectingStep, frozen=True, tag="digest", kw_only=True):
    """The first step of a digest, which closes at the next tick of the schedule that the path `schedule_path` names, or
    else of `schedule`.

    One that keeps what is below `keeps_below` items stays open. With `look_back`, a run goes on at once if none did in
    so long a time before.
    """

    schedule: RuleForm | None = None
    schedule_path: str = ""
    keeps_below: int = 0
    look_back: timedelta | None = None

    def closes_at(self, context: StepContext) -> datetime:
        return next_tick(self.schedule, self.schedule_path, context)

    def request(self, run: RecipientRun, request: JoinBatch, context: StepContext) -> JoinBatch:
        return replace(request, min_items=self.keeps_below, leads=self.look_back is not None, look_back=self.look_back)


class CloseDigestStep(ClosingStep, frozen=True, tag="close_digest", kw_only=True):
    """The second step of a digest. What is below `min_items` is discarded, or, if it `keeps` it, waits for more until
    the next tick.
    """

    schedule: RuleForm | None = None
    schedule_path: str = ""
    keeps: bool = False

    @property
    def kind(self) -> str:
        """Journals name the step as it was written."""
        return "digest"

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        keeps_until = None
        if self.keeps:
            try:
                keeps_until = next_tick(self.schedule, self.schedule_path, context)
            except TimingError as error:  # there is no next tick to keep it for
                run = run.noted(context, "error", self, status="error", data={"reason": f"time: {error}"})
        return Taken(run, request=CloseBatch(self.latest, min_items=self.min_items, keeps_until=keeps_until))
