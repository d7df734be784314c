"""The steps that hold a program together whose parts are branches: they lead past other branches, or end a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.steps.compiler import Compiler
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun


class JumpStep(Step, frozen=True, tag="jump", kw_only=True):
    """A step that leads on to the position `target`, past the branches that a run did not take."""

    target: int

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        return Taken(run.at(self.target))


class EndStep(Step, frozen=True, tag="end", kw_only=True):
    """A step that ends a run, after a branch that terminates."""

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        return Taken(run.passed.noted(context, "branch_terminated", self).completed(context))


class Branching(Protocol):
    """A branch in a file."""

    @property
    def steps(self) -> list[dict[str, Any]]: ...

    @property
    def terminates(self) -> bool: ...


def compile_branches(compiler: Compiler, ref: str, path: FieldPath, branches: Sequence[Branching]) -> list[int]:
    """Adds the steps of branches that meet again after the last one, and returns where each of them begins."""
    targets, jumps = [], []
    for index, branch in enumerate(branches):
        targets.append(compiler.position)
        compiler.compile((*path, index, "steps"), branch.steps)
        if branch.terminates:
            compiler.add(EndStep(ref=ref))
        elif index < len(branches) - 1:
            jumps.append(compiler.add(JumpStep(ref=ref, target=0)))
    for position in jumps:
        compiler.replace(position, JumpStep(ref=ref, target=compiler.position))
    return targets
