"""Time window steps: each holds a run while its windows are closed (engine.md §4.9)."""

from __future__ import annotations

from typing import Any

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.definitions.times import read_windows
from addressee.messaging.steps.channels.holds import Holder, held, outside
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun
from addressee.timing.windows import Windows


class TimeWindowStep(Step, frozen=True, tag="time_window", kw_only=True):
    """A step that runs pass while its windows are open. Others wait at it for the next opening."""

    windows: Windows

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        if context.skip_delay:
            return Taken(run.passed.noted(context, "step_skipped", self, data={"reason": "skip_delay"}))
        hold = outside(self.windows, Holder.TIME_WINDOW, context)
        if hold is not None:
            return Taken(held(run, self, hold, context))
        return Taken(run.passed.noted(context, "step_started", self))


class TimeWindowSettings(Definition, frozen=True, kw_only=True):
    """Windows in our form (`open`) or in SuprSend's (`windows`)."""

    open: list[dict[str, Any]] | None = None
    windows: list[dict[str, Any]] | None = None
    timezone: str | None = None
    tz_selection: str | None = None
    tz_fixed: str | None = None


class TimeWindowStepFile(StepFile, frozen=True, kw_only=True):
    settings: TimeWindowSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        given = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        written = {name: value for name, value in given.items() if value is not None}
        windows = read_windows(compiler.source, (*path, "settings"), written)
        if windows is not None:
            compiler.add(self.made(TimeWindowStep(ref=self.ref, windows=windows)))
