"""Throttle steps: each lets a number of runs pass in a window, and ends those that come after them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from addressee.channels.provider import ChannelType
from addressee.directory.recipient import Recipient
from addressee.messaging.content.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.delay import Duration
from addressee.messaging.steps.keys import check_key, key_of
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.passages import Passage, Passed
from addressee.messaging.steps.run import RecipientRun

MAX_LIMIT = 10_000
MAX_WINDOW = timedelta(days=31)


class ThrottleScope(StrEnum):
    """The steps that count the passages of a recipient together."""

    STEP = "step"
    WORKFLOW = "workflow"
    CHANNEL = "channel"
    RECIPIENT = "recipient"


class OverLimit(StrEnum):
    """What becomes of a run over the limit: it ends, or it goes on and finds `throttled` in its step's results."""

    DROP = "drop"
    CONTINUE = "continue"


class ThrottleStep(Step, frozen=True, tag="throttle", kw_only=True):
    """A step that lets `limit` runs of a recipient pass in a window, which the first of them opens.

    Steps of a wider scope count together if their windows are equally long. `key` counts runs with different values
    apart.
    """

    window: timedelta
    limit: int = 1
    key: str = ""
    scope: ThrottleScope = ThrottleScope.STEP
    channel: ChannelType | None = None
    over: OverLimit = OverLimit.DROP

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        try:
            key = key_of(self.key, context)
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"throttle_key: {error}"})
            key = ""
        request = Passage(recipient.identity, self._counter(context), key, self.limit, context.now + self.window)
        return Taken(run, request=request)

    def answered(self, run: RecipientRun, answer: Passed, context: StepContext) -> RecipientRun:
        run = run.passed.with_result(self.ref, throttled=not answer.allowed)
        shown = answer.shown(self.limit)
        if answer.allowed or self.over is OverLimit.CONTINUE:
            return run.noted(context, "step_started", self, data={"throttled": not answer.allowed, **shown})
        return run.stopped(context, "throttled", self, **shown)

    def _counter(self, context: StepContext) -> str:
        """Returns the name of the counter that this step shares with others of its scope."""
        workflow = context.scope["workflow"]["key"]
        seconds = round(self.window.total_seconds())
        match self.scope:
            case ThrottleScope.STEP:
                return f"step/{workflow}/{self.ref}"
            case ThrottleScope.WORKFLOW:
                return f"workflow/{workflow}/{seconds}"
            case ThrottleScope.CHANNEL:
                return f"channel/{self.channel}/{seconds}"
            case ThrottleScope.RECIPIENT:
                return f"recipient/{seconds}"


class ThrottleSettings(Definition, frozen=True, kw_only=True):
    throttle_window: Duration
    throttle_limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 1
    throttle_key: str = ""
    scope: ThrottleScope = ThrottleScope.STEP
    channel: ChannelType | None = None
    over: str | dict[str, Any] = OverLimit.DROP


class ThrottleStepFile(StepFile, frozen=True, kw_only=True):
    settings: ThrottleSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings = self.settings
        path = (*path, "settings")
        check_key(compiler, (*path, "throttle_key"), settings.throttle_key)
        if (settings.scope is ThrottleScope.CHANNEL) != (settings.channel is not None):
            types = ", ".join(ChannelType)
            problem = f"the scope channel, and no other, has a type of channel: {types}"
            compiler.problem((*path, "channel"), problem)
        step = ThrottleStep(
            ref=self.ref,
            window=window_of(compiler, (*path, "throttle_window"), settings.throttle_window),
            limit=settings.throttle_limit,
            key=settings.throttle_key,
            scope=settings.scope,
            channel=settings.channel,
            over=over_limit(compiler, (*path, "over"), settings.over, self.ref),
        )
        compiler.add(self.made(step))


def window_of(compiler: Compiler, path: FieldPath, written: Duration) -> timedelta:
    window = timedelta(**msgspec.structs.asdict(written))
    if not timedelta() < window <= MAX_WINDOW:
        compiler.problem(path, f"a window is at least a second and at most {MAX_WINDOW.days} days")
    return window


def over_limit(compiler: Compiler, path: FieldPath, written: str | dict[str, Any], ref: str) -> OverLimit:
    if isinstance(written, str) and written in set(OverLimit):
        return OverLimit(written)
    problem = f"this must be {' or '.join(OverLimit)}"
    if "batch_into" in written:
        problem += (
            f"; runs over the limit are batched with over: continue, and a batch step with the condition "
            f"{{variable: refs.{ref}.throttled, operator: equal_to, argument: true}}"
        )
    compiler.problem(path, problem)
    return OverLimit.DROP
