"""Delay steps: each pauses a run, for a time or until one (engine.md §4.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from addressee.conditions.evaluation import is_path, look_up
from addressee.conditions.values import MISSING, instant
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.times import read_duration, read_rule
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.durations import DurationForm
from addressee.timing.errors import TimingError
from addressee.timing.moments import is_rule, moment, shifted
from addressee.timing.rules import Recurrence

MAX_DELAY = timedelta(days=365)


class OnInvalid(StrEnum):
    """The fate of a run whose data names no time: it goes on, or it ends."""

    SKIP = "skip"
    HALT = "halt"


class DelayStep(Step, frozen=True, tag="delay", kw_only=True):
    """A step that pauses a run for `MAX_DELAY` at most.

    It waits until an instant (`at`), the next tick of a `rule`, or what data names at a `path`: an instant, a duration
    or a rule. `wait` comes before that if it is negative, after it otherwise; alone, it is how long the run waits. What
    is past has the run go on at once.
    """

    wait: timedelta = timedelta()
    at: datetime | None = None
    rule: Recurrence | None = None
    path: str | None = None
    on_invalid: OnInvalid = OnInvalid.SKIP

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        if context.skip_delay:
            return Taken(run.passed.noted(context, "step_skipped", self, data={"reason": "skip_delay"}))
        try:
            due_at = self.due_at(context)
        except TimingError as error:
            return Taken(self._without_time(run, context, str(error)))
        unknown = context.zone().unknown if self.goes_by_local_time else ()
        shown = {"due_at": due_at, **({"unknown_timezones": list(unknown)} if unknown else {})}
        started = run.passed.noted(context, "step_started", self, data=shown)
        return Taken(started if due_at <= context.now else started.paused(due_at))

    @property
    def goes_by_local_time(self) -> bool:
        """Returns whether a rule may say when the run goes on."""
        return self.rule is not None or self.path is not None

    def due_at(self, context: StepContext) -> datetime:
        """Returns when a run goes on that comes to this step now, which may be past. Raises TimingError."""
        due_at = shifted(self._pivot(context), self.wait)
        if due_at - context.now > MAX_DELAY:
            raise TimingError(f"a delay is at most {MAX_DELAY.days} days")
        return due_at

    def _pivot(self, context: StepContext) -> datetime:
        if self.at is not None:
            return self.at
        zone = context.zone().zone
        if self.rule is not None:
            following = self.rule.next_after(context.now, zone)
            if following is None:
                raise TimingError("the rule never falls due")
            return following
        if self.path is None:
            return context.now
        value = look_up(self.path, context.condition_context)
        if value is MISSING:
            raise TimingError(f"there is no {self.path}")
        try:
            return moment(value, context.now, zone)
        except TimingError as error:
            raise TimingError(f"{self.path}: {error}") from None

    def _without_time(self, run: RecipientRun, context: StepContext, reason: str) -> RecipientRun:
        run = run.noted(context, "error", self, status="error", data={"reason": f"delay: {reason}"})
        if self.on_invalid is OnInvalid.HALT:
            return run.stopped(context, "delay_invalid", self)
        return run.passed.noted(context, "step_skipped", self, data={"reason": "delay_invalid"})


class DelaySettings(Definition, frozen=True, kw_only=True):
    """The settings of a delay. With a time to wait until, `delay_for` is an offset from it, negative: before it."""

    delay_for: DurationForm | None = None
    delay_until_field_path: str | None = None
    until: str | dict[str, Any] | None = None
    on_invalid: OnInvalid = OnInvalid.SKIP


class DelayStepFile(StepFile, frozen=True, kw_only=True):
    """A delay in a file: with `settings`, or in short form with its duration alone."""

    delay: DurationForm | None = None
    settings: DelaySettings | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        if (self.delay is None) == (self.settings is None):
            compiler.problem(path, "a delay has settings, or in short the duration 'delay'")
        elif self.settings is not None:
            self._compile_settings(compiler, (*path, "settings"), self.settings)
        else:
            wait = read_duration(compiler.source, (*path, "delay"), self.delay, most=MAX_DELAY)
            compiler.add(self.made(DelayStep(ref=self.ref, wait=wait or timedelta())))

    def _compile_settings(self, compiler: Compiler, path: FieldPath, settings: DelaySettings) -> None:
        target = DelayStep(ref=self.ref, on_invalid=settings.on_invalid)
        field_path = settings.delay_until_field_path or None
        if field_path is not None and settings.until is not None:
            compiler.problem((*path, "until"), "'delay_until_field_path' says this too; keep one of them")
        elif field_path is not None:
            named = field_path if is_path(field_path) else f"data.{field_path}"
            target = msgspec.structs.replace(target, path=named)
        elif settings.until is not None:
            target = until(compiler, (*path, "until"), settings.until, target)
        elif settings.delay_for is None:
            compiler.problem(path, "a delay has one of delay_for, delay_until_field_path and until")
        wait = None
        if settings.delay_for is not None:
            is_offset = field_path is not None or settings.until is not None
            place = (*path, "delay_for")
            wait = read_duration(compiler.source, place, settings.delay_for, most=MAX_DELAY, signed=is_offset)
        compiler.add(self.made(msgspec.structs.replace(target, wait=wait or timedelta())))


def until(compiler: Compiler, path: FieldPath, value: str | dict[str, Any], step: DelayStep) -> DelayStep:
    """Returns a step that waits until what a file names: an instant, a rule, or the path of either in the data."""
    if (at := instant(value)) is not None:
        return msgspec.structs.replace(step, at=at)
    if isinstance(value, dict) or is_rule(value):
        return msgspec.structs.replace(step, rule=read_rule(compiler.source, path, value))
    if is_path(value):
        return msgspec.structs.replace(step, path=value)
    forms = "a timestamp like 2025-06-01T09:00:00Z, a path like data.starts_at, or a rule like {frequency: daily}"
    compiler.problem(path, f"this must be {forms}")
    return step
