"""Steps that cannot be carried out here: they keep their place in the workflow, and tell of it in the journal.

Files that come from elsewhere may have some: the rest of the workflow goes in (docs/decisions/0064).
"""

from __future__ import annotations

from typing import Any, Literal

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun

NOT_SUPPORTED = "not_supported"


class UnsupportedStep(Step, frozen=True, tag="unsupported", kw_only=True):
    """A step of the type `of`, which is not carried out. A run ends at one that `halts`, and goes on after others."""

    of: Name
    halts: bool

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        if self.halts:
            return Taken(run.passed.stopped(context, NOT_SUPPORTED, self, type=self.of))
        return Taken(run.passed.noted(context, "step_skipped", self, data={"reason": NOT_SUPPORTED, "type": self.of}))


class AgentSettings(Definition, frozen=True, kw_only=True):
    """The settings of a step that asks a model of language."""

    model: str
    request_prompt: str
    response_type: Literal["text", "json"] = "text"
    response_schema: str | dict[str, Any] | None = None
    web_search_enabled: bool = False
    halt_on_error: bool = True


class AgentStepFile(StepFile, frozen=True, kw_only=True):
    """A step that asks a model of language. As none is asked here, it is like one whose model never answers."""

    settings: AgentSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        halts = self.settings.halt_on_error
        ending = "a run ends here, as halt_on_error says" if halts else "runs go on without its answer"
        compiler.source.warning(path, f"a step of the type ai_agent is not carried out: {ending}")
        compiler.add(self.made(UnsupportedStep(ref=self.ref, of="ai_agent", halts=halts)))
