"""Throttle steps: each lets a number of runs pass in a window, and ends those that come after them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from addressee.channels.provider import ChannelType
from addressee.conditions.evaluation import is_path, look_up
from addressee.conditions.values import MISSING
from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.times import read_duration
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.passages import Passage, PassageAnswer
from addressee.messaging.steps.keys import check_key, key_of
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.durations import DurationForm
from addressee.timing.errors import TimingError
from addressee.timing.moments import moment

MAX_LIMIT = 10_000
MAX_WINDOW = timedelta(days=31)


class ThrottleScope(StrEnum):
    """The steps that count the passages of a recipient together."""

    STEP = "step"
    WORKFLOW = "workflow"
    CHANNEL = "channel"
    RECIPIENT = "recipient"


class OverLimit(StrEnum):
    """The fate of a run over the limit: it ends, or it goes on and finds `throttled` in its step's results."""

    DROP = "drop"
    CONTINUE = "continue"


class ThrottleStep(Step, frozen=True, tag="throttle", kw_only=True):
    """A step that lets `limit` runs of a recipient pass in a window, which the first of them opens.

    The window has a length, or ends when the value at a `path` says: an instant, a duration or a rule; where that says
    no end to come, the step is skipped. Steps of a wider scope count together if their windows are equally long. `key`
    counts runs with different values apart.
    """

    window: timedelta | None = None
    path: str | None = None
    limit: int = 1
    key: str = ""
    scope: ThrottleScope = ThrottleScope.STEP
    channel: ChannelType | None = None
    over: OverLimit = OverLimit.DROP

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        try:
            until = self._end(context)
        except TimingError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"throttle_window: {error}"})
            return Taken(run.passed.noted(context, "step_skipped", self, data={"reason": "window_invalid"}))
        try:
            key = key_of(self.key, context)
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"throttle_key: {error}"})
            key = ""
        return Taken(run, request=Passage(recipient.identity, self._counter(context), key, self.limit, until))

    def answered(self, run: RecipientRun, answer: PassageAnswer, context: StepContext) -> RecipientRun:
        run = run.passed.with_result(self.ref, throttled=not answer.allowed)
        shown = answer.shown(self.limit)
        if answer.allowed or self.over is OverLimit.CONTINUE:
            return run.noted(context, "step_started", self, data={"throttled": not answer.allowed, **shown})
        return run.stopped(context, "throttled", self, **shown)

    def _end(self, context: StepContext) -> datetime:
        """Returns when a window ends that is opened now. Raises TimingError."""
        if self.window is not None:
            return context.now + self.window
        value = look_up(self.path or "", context.condition_context)
        if value is MISSING:
            raise TimingError(f"there is no {self.path}")
        end = moment(value, context.now, context.zone().zone)
        if not context.now < end <= context.now + MAX_WINDOW:
            raise TimingError(f"{self.path} must be in the next {MAX_WINDOW.days} days")
        return end

    def _counter(self, context: StepContext) -> str:
        """Returns the name of the counter that this step shares with others of its scope."""
        workflow = context.scope["workflow"]["key"]
        length = "dynamic" if self.window is None else round(self.window.total_seconds())
        match self.scope:
            case ThrottleScope.STEP:
                return f"step/{workflow}/{self.ref}"
            case ThrottleScope.WORKFLOW:
                return f"workflow/{workflow}/{length}"
            case ThrottleScope.CHANNEL:
                return f"channel/{self.channel}/{length}"
            case ThrottleScope.RECIPIENT:
                return f"recipient/{length}"


class ThrottleSettings(Definition, frozen=True, kw_only=True):
    throttle_window: DurationForm | None = None
    throttle_window_field_path: str | None = None
    throttle_limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 1
    throttle_key: str = ""
    scope: ThrottleScope | None = None
    channel: ChannelType | None = None
    over: str | dict[str, Any] = OverLimit.DROP


class ThrottleStepFile(StepFile, frozen=True, kw_only=True):
    settings: ThrottleSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        place = (*path, "settings")
        step = throttle_of(compiler, place, self.settings, self.ref, ThrottleScope.STEP)
        over = over_limit(compiler, (*place, "over"), self.settings.over, self.ref)
        compiler.add(self.made(msgspec.structs.replace(step, over=over)))


def throttle_of(
    compiler: Compiler,
    path: FieldPath,
    settings: ThrottleSettings,
    ref: str,
    scope: ThrottleScope,
    type: ChannelType | None = None,
) -> ThrottleStep:
    """Returns a throttle as its settings describe it, for the scope and the type of channel that they leave open."""
    scope = settings.scope or scope
    channel = settings.channel or (type if scope is ThrottleScope.CHANNEL else None)
    if (scope is ThrottleScope.CHANNEL) != (channel is not None):
        problem = f"the scope channel, and no other, has a type of channel: {', '.join(ChannelType)}"
        compiler.problem((*path, "channel"), problem)
    value_path = settings.throttle_window_field_path or None
    if (settings.throttle_window is None) == (value_path is None):
        compiler.problem(path, "a throttle has one of throttle_window and throttle_window_field_path")
    check_key(compiler, (*path, "throttle_key"), settings.throttle_key)
    return ThrottleStep(
        ref=ref,
        window=window_of(compiler, (*path, "throttle_window"), settings.throttle_window),
        path=value_path and (value_path if is_path(value_path) else f"data.{value_path}"),
        limit=settings.throttle_limit,
        key=settings.throttle_key,
        scope=scope,
        channel=channel,
    )


def window_of(compiler: Compiler, path: FieldPath, written: DurationForm | None) -> timedelta | None:
    return None if written is None else read_duration(compiler.source, path, written, most=MAX_WINDOW)


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
