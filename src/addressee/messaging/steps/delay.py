"""Delay steps: each pauses a run."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun

MAX_DELAY = timedelta(days=365)

Count = Annotated[int, msgspec.Meta(ge=0, le=int(MAX_DELAY.total_seconds()))]


class DelayStep(Step, frozen=True, tag="delay", kw_only=True):
    """A step that pauses a run, for a second at least and for `MAX_DELAY` at most."""

    wait: timedelta

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        if context.skip_delay:
            return Taken(run.passed.noted(context, "step_skipped", self, data={"reason": "skip_delay"}))
        due_at = context.now + self.wait
        return Taken(run.passed.paused(due_at).noted(context, "step_started", self, data={"due_at": due_at}))


class Duration(Definition, frozen=True):
    """A duration in a file: the sum of its fields."""

    seconds: Count = 0
    minutes: Count = 0
    hours: Count = 0
    days: Count = 0


class DelayStepFile(StepFile, frozen=True, kw_only=True):
    delay: Duration

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        wait = timedelta(**msgspec.structs.asdict(self.delay))
        if not timedelta() < wait <= MAX_DELAY:
            compiler.problem((*path, "delay"), f"a delay is at least a second and at most {MAX_DELAY.days} days")
        compiler.add(self.made(DelayStep(ref=self.ref, wait=wait)))
