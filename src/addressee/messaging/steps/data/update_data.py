"""Steps that change the data of their run: later steps, conditions and templates see it (engine.md §4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import ContinueOrHalt, Step, Taken
from addressee.messaging.steps.run import END, RecipientRun
from addressee.messaging.steps.texts import check_texts, document_of, valued


class UpdateDataStep(Step, frozen=True, tag="update_data", kw_only=True):
    """A step that lays values over the data, name by name: those of `data`, then those of `set` by their paths.

    `data` is a text that renders to a JSON object, or a mapping with texts. A text that is one expression, like
    `{{ data.seats }}`, has the value of that.
    """

    data: str | dict[str, Any] | None = None
    set: dict[str, Any] | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.HALT

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        try:
            added = {} if self.data is None else document_of(self.data, context.scope)
            for path, written in (self.set or {}).items():
                value = valued(written, context.scope)
                added = at_path({**context.scope["data"], **added}, added, path.split("."), value)
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"update_data: {error}"})
            return Taken(run.passed if self.on_error is ContinueOrHalt.CONTINUE else run.at(END))
        return Taken(run.with_data(added).passed.noted(context, "step_completed", self, data={"names": [*added]}))


def at_path(known: Mapping[str, Any], added: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """Returns what is added with a value at a path, beside what is known at the names above it."""
    name, *below = path
    if not below:
        return {**added, name: value}
    there = known.get(name)
    nested = there if isinstance(there, dict) else {}
    return {**added, name: {**nested, **at_path(nested, {}, below, value)}}


class UpdateDataSettings(Definition, frozen=True, kw_only=True):
    data: str | dict[str, Any] | None = None
    set: dict[str, Any] | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.HALT


class UpdateDataStepFile(StepFile, frozen=True, kw_only=True):
    settings: UpdateDataSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings, path = self.settings, (*path, "settings")
        check_texts(compiler, (*path, "data"), settings.data)
        check_texts(compiler, (*path, "set"), settings.set)
        if not settings.data and not settings.set:
            compiler.problem(path, "this says nothing to update: give 'data' or 'set'")
        for name in settings.set or {}:
            if not all(name.split(".")):
                compiler.problem((*path, "set", name), "this must be a name, or a path like plan.seats")
        step = UpdateDataStep(ref=self.ref, data=settings.data, set=settings.set, on_error=settings.on_error)
        compiler.add(self.made(step))
