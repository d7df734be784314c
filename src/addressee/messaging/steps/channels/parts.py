"""Channel steps that are parts of one written step, like a route: their refs, and how runs pass them by."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.messages.status import Status
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun, RunStatus


class RoutedStep(ChannelStep, frozen=True, tag="routed", kw_only=True):
    """A channel step before others. A run for which it makes no message that can be sent goes on at `otherwise`."""

    otherwise: int

    @property
    def kind(self) -> str:
        return "channel"

    def skipped(self, run: RecipientRun) -> RecipientRun:
        return run.at(self.otherwise)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        taken = super().take(run, recipient, context)
        on_its_way = any(message.changes[-1].status is not Status.UNDELIVERED for message in taken.messages)
        if on_its_way or taken.run.status is not RunStatus.PROCESSING:
            return taken
        return structs.replace(taken, run=taken.run.at(self.otherwise))


def add_part(compiler: Compiler, path: FieldPath, where: FieldPath, file: StepFile, **of_part: Any) -> int | None:
    """Adds the channel step of a part, and returns its position; None if it has problems.

    The step as a whole is written at `path`, what the part says stands at `where`. `of_part` are fields of the stored
    step.
    """
    position = compiler.position
    file.compile(compiler, where)
    claim(compiler, path, file.ref)
    if compiler.position == position:
        return None
    compiler.replace(position, structs.replace(compiler.program[position], **of_part))
    return position


def claim(compiler: Compiler, path: FieldPath, ref: str) -> None:
    """Makes a ref known, so that conditions may use it and no other step has it."""
    if ref in compiler.refs:
        compiler.problem(path, f"another step is called {ref!r}, as a part of this one is")
    compiler.refs.append(ref)


def routed(step: Step, otherwise: int) -> Step:
    """Returns a channel step as one that others follow."""
    return RoutedStep(**structs.asdict(step), otherwise=otherwise) if isinstance(step, ChannelStep) else step
