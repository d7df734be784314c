"""Entry checks: what a workflow asks of a recipient's run before its first step (engine.md §1).

They stand at the start of the program, in their order: conditions, frequency, rate limit. Each that fails ends the run.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from addressee.conditions.groups import evaluate
from addressee.conditions.model import Conditions
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, Name
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.flow.throttle import MAX_LIMIT, window_of
from addressee.messaging.steps.keys import bounded
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.durations import DurationForm

# The ref of all entry checks; steps of files cannot have it.
ENTRY = "$trigger"


class TriggerFrequency(StrEnum):
    """The number of times that a workflow runs for one recipient."""

    EVERY_TRIGGER = "every_trigger"
    ONCE_PER_RECIPIENT = "once_per_recipient"
    ONCE_PER_RECIPIENT_PER_TENANT = "once_per_recipient_per_tenant"


class EntryCheck(Step, frozen=True, kw_only=True):
    """A check before the first step."""

    ref: Name = ENTRY

    @property
    def kind(self) -> str:
        return "trigger"


class EntryConditions(EntryCheck, frozen=True, tag="trigger_conditions", kw_only=True):
    """The conditions of a trigger."""

    required: Conditions

    @property
    def evaluated(self) -> tuple[Conditions, ...]:
        return (self.required,)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        evaluation = evaluate(self.required, context.condition_context)
        if evaluation.holds:
            return Taken(run.passed)
        return Taken(run.passed.stopped(context, "conditions", self, conditions=evaluation.shown))


class EntryLimit(EntryCheck, frozen=True, tag="trigger_limit", kw_only=True):
    """A limit of a recipient's runs in a window, for good without one. Its `reason` is a frequency, or `ratelimit`."""

    reason: str
    limit: int = 1
    window: timedelta | None = None

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        counter = f"{self.reason}/{context.scope['workflow']['key']}"
        of_tenant = self.reason == TriggerFrequency.ONCE_PER_RECIPIENT_PER_TENANT
        key = bounded(context.tenant_id or "") if of_tenant else ""
        until = None if self.window is None else context.now + self.window
        return Taken(run, request=Passage(recipient.identity, counter, key, self.limit, until))

    def answered(self, run: RecipientRun, answer: PassageAnswer, context: StepContext) -> RecipientRun:
        return (
            run.passed if answer.allowed else run.passed.stopped(context, self.reason, self, **answer.shown(self.limit))
        )


class RateLimit(Definition, frozen=True, kw_only=True):
    """A rate limit in a file: the number of runs that each recipient has in a window."""

    count: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)]
    window: DurationForm


def compile_entry(
    compiler: Compiler, conditions: Conditions | None, frequency: TriggerFrequency, ratelimit: RateLimit | None
) -> None:
    """Adds the entry checks that a workflow has."""
    if conditions is not None:
        compiler.add(EntryConditions(required=conditions))
    if frequency is not TriggerFrequency.EVERY_TRIGGER:
        compiler.add(EntryLimit(reason=frequency))
    if ratelimit is not None:
        window = window_of(compiler, ("ratelimit", "window"), ratelimit.window)
        compiler.add(EntryLimit(reason="ratelimit", limit=ratelimit.count, window=window))
