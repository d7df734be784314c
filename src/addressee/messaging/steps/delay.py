"""Delay steps: each pauses a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import msgspec

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.model import (
    NewMessage,
    RecipientRun,
    RunStatus,
    Step,
    StepContext,
    StepFile,
    UsableChannel,
)

MAX_DELAY = timedelta(days=365)

Count = Annotated[int, msgspec.Meta(ge=0, le=int(MAX_DELAY.total_seconds()))]


class DelayStep(Step, frozen=True, tag="delay"):
    """A step that pauses a run, for a second at least and for `MAX_DELAY` at most."""

    wait: timedelta

    def take(
        self, run: RecipientRun, recipient: Recipient, context: StepContext
    ) -> tuple[RecipientRun, tuple[NewMessage, ...]]:
        after = replace(run, step=run.step + 1)
        if context.skip_delay:
            return after.noted(context, "step_skipped", self, data={"reason": "skip_delay"}), ()
        due_at = context.now + self.wait
        paused = replace(after, status=RunStatus.PAUSED, due_at=due_at)
        return paused.noted(context, "step_started", self, data={"due_at": due_at}), ()


class Duration(Definition, frozen=True):
    """A duration in a file: the sum of its fields."""

    seconds: Count = 0
    minutes: Count = 0
    hours: Count = 0
    days: Count = 0


class DelayStepFile(StepFile, frozen=True):
    delay: Duration

    def read(self, source: Source, path: FieldPath, channels: Mapping[str, UsableChannel]) -> DelayStep:
        wait = timedelta(**msgspec.structs.asdict(self.delay))
        if not timedelta() < wait <= MAX_DELAY:
            source.problem((*path, "delay"), f"a delay is at least a second and at most {MAX_DELAY.days} days")
        return DelayStep(self.ref, wait)
