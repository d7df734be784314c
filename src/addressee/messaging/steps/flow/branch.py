"""Branch steps: each takes a run through the first of its branches whose conditions are true (engine.md §4.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import structs

from addressee.conditions.groups import evaluate
from addressee.conditions.model import Conditions
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.steps.compiler import Compiler, ConditionsForm, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.jumps import compile_branches
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun

MAX_BRANCHES = 10


class Branch(Definition, frozen=True, omit_defaults=True, kw_only=True):
    """One of the branches of a step: its first step is at the position `target`. The default has no
    conditions.
    """

    name: Name
    target: int
    conditions: Conditions | None = None


class BranchStep(Step, frozen=True, tag="branch", kw_only=True):
    """A step that leads on to the first branch whose conditions are true. `after` is the position after all of them."""

    branches: tuple[Branch, ...]
    after: int

    @property
    def evaluated(self) -> tuple[Conditions, ...]:
        return (*super().evaluated, *(each.conditions for each in self.branches if each.conditions is not None))

    def skipped(self, run: RecipientRun) -> RecipientRun:
        return run.at(self.after)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        taken, evaluated = self.chosen(context)
        name = None if taken is None else taken.name
        run = run.with_result(self.ref, branch=name)
        run = run.noted(context, "branch_taken", self, data={"branch": name, "evaluated": evaluated})
        return Taken(run.at(self.after if taken is None else taken.target))

    def chosen(self, context: StepContext) -> tuple[Branch | None, Sequence[dict[str, Any]]]:
        """Returns the branch that a run takes, and for each up to it what its conditions compared."""
        evaluated: list[dict[str, Any]] = []
        for branch in self.branches:
            if branch.conditions is None:
                return branch, evaluated
            evaluation = evaluate(branch.conditions, context.condition_context)
            evaluated.append({"branch": branch.name, "result": evaluation.holds, "conditions": evaluation.shown})
            if evaluation.holds:
                return branch, evaluated
        return None, evaluated


class BranchFile(Definition, frozen=True, kw_only=True):
    """A branch in a file. A run whose branch `terminates` ends after it."""

    name: Name | None = None
    conditions: ConditionsForm = None
    if_: ConditionsForm = msgspec.field(default=None, name="if")
    steps: list[dict[str, Any]] = msgspec.field(default_factory=list)
    terminates: bool = False


class BranchStepFile(StepFile, frozen=True, kw_only=True):
    refuses_conditions_elsewhere: ClassVar[bool] = True

    branches: Annotated[list[BranchFile], msgspec.Meta(min_length=1, max_length=MAX_BRANCHES)]

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        path = (*path, "branches")
        conditions = [
            compiler.conditions_of((*path, index), {"conditions": branch.conditions, "if": branch.if_})
            for index, branch in enumerate(self.branches)
        ]
        self._check_default(compiler, path)
        names = [branch.name or f"branch {index + 1}" for index, branch in enumerate(self.branches)]
        position = compiler.add(self.made(BranchStep(ref=self.ref, branches=(), after=0)))
        targets = compile_branches(compiler, self.ref, path, self.branches)
        step = BranchStep(
            ref=self.ref,
            branches=tuple(
                Branch(name=name, target=target, conditions=each)
                for name, target, each in zip(names, targets, conditions, strict=True)
            ),
            after=compiler.position,
        )
        compiler.replace(position, structs.replace(step, conditions=self.conditions))

    def _check_default(self, compiler: Compiler, path: FieldPath) -> None:
        has_conditions = [branch.conditions is not None or branch.if_ is not None for branch in self.branches]
        if has_conditions[-1]:
            compiler.problem((*path, len(self.branches) - 1), "the last branch is the default, which has no conditions")
        for index, conditional in enumerate(has_conditions[:-1]):
            if not conditional:
                compiler.problem((*path, index), "only the last branch, the default, has no conditions")
        names = [branch.name for branch in self.branches if branch.name is not None]
        if len(set(names)) < len(names):
            compiler.problem(path, "each branch has a name of its own")
