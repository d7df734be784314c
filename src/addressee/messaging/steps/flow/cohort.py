"""Random cohort steps: each takes a share of the recipients through each of its branches (engine.md §4.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from addressee.directory.recipient import Recipient
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.jumps import compile_branches
from addressee.messaging.steps.keys import check_key, key_of
from addressee.messaging.steps.model import Step, Taken
from addressee.messaging.steps.run import RecipientRun

MIN_BRANCHES = 2
MAX_BRANCHES = 10

OF_RECIPIENT = "recipient.id"


class Cohort(Definition, frozen=True, kw_only=True):
    """One of the branches of a step: `tenths` of a percent take it. Its first step is at the position `target`."""

    name: Name
    tenths: int
    target: int


class CohortStep(Step, frozen=True, tag="random_cohort", kw_only=True):
    """A step that leads on to one of its cohorts by chance, and always to the same one for the same `key`.

    `after` is the position after all of them.
    """

    cohorts: tuple[Cohort, ...]
    after: int
    key: str = OF_RECIPIENT

    def skipped(self, run: RecipientRun) -> RecipientRun:
        return run.at(self.after)

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        key = ""
        try:
            key = key_of(self.key, context)
        except TemplateError as error:
            run = run.noted(context, "error", self, status="error", data={"reason": f"cohort_key: {error}"})
        else:
            if not key:
                run = run.noted(context, "cohort_key_empty", self, data={"cohort_key": self.key})
        cohort = self.cohort_of(context.scope["workflow"]["key"], key or recipient.place.id)
        run = run.with_result(self.ref, cohort=cohort.name)
        run = run.noted(context, "branch_taken", self, data={"branch": cohort.name, "percentage": cohort.tenths / 10})
        return Taken(run.at(cohort.target))

    def cohort_of(self, workflow: str, key: str) -> Cohort:
        place = place_of(workflow, self.ref, key)
        end = 0
        for cohort in self.cohorts:
            end += cohort.tenths
            if place < end:
                return cohort
        raise AssertionError("The shares of all cohorts are the whole.")


def place_of(workflow: str, ref: str, key: str) -> int:
    """Returns a number from 0 to 999 that is the same for the same words, and spread evenly over different keys."""
    digest = hashlib.sha256(f"{workflow}{ref}{key}".encode()).digest()
    return int.from_bytes(digest[:8]) * 1000 >> 64


class CohortFile(Definition, frozen=True, kw_only=True):
    """A cohort in a file. A run whose cohort `terminates` ends after it."""

    percentage: Annotated[float, msgspec.Meta(ge=0, le=100)]
    name: Name | None = None
    steps: list[dict[str, Any]] = msgspec.field(default_factory=list)
    terminates: bool = False

    @property
    def tenths(self) -> int:
        return round(self.percentage * 10)


class CohortSettings(Definition, frozen=True):
    cohort_key: str = OF_RECIPIENT


class CohortStepFile(StepFile, frozen=True, kw_only=True):
    """Knock calls the branches `cohort_branches`, and has the `cohort_key` beside them."""

    cohort_key: str | None = None
    settings: CohortSettings = CohortSettings()
    branches: list[CohortFile] | None = None
    cohort_branches: list[CohortFile] | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        field = "branches" if self.cohort_branches is None else "cohort_branches"
        branches = self.cohort_branches or self.branches or []
        key = self.cohort_key or self.settings.cohort_key
        check_key(compiler, (*path, *(() if self.cohort_key else ("settings",)), "cohort_key"), key)
        check_shares(compiler, (*path, field), branches)
        names = [branch.name or f"cohort {index + 1}" for index, branch in enumerate(branches)]
        if len(set(names)) < len(names):
            compiler.problem((*path, field), "each cohort has a name of its own")
        position = compiler.add(CohortStep(ref=self.ref, cohorts=(), after=0))
        targets = compile_branches(compiler, self.ref, (*path, field), branches)
        step = CohortStep(
            ref=self.ref,
            cohorts=tuple(
                Cohort(name=name, tenths=branch.tenths, target=target)
                for name, branch, target in zip(names, branches, targets, strict=True)
            ),
            after=compiler.position,
            key=key,
        )
        compiler.replace(position, self.made(step))


def check_shares(compiler: Compiler, path: FieldPath, branches: Sequence[CohortFile]) -> None:
    if not MIN_BRANCHES <= len(branches) <= MAX_BRANCHES:
        compiler.problem(path, f"a random cohort has {MIN_BRANCHES} to {MAX_BRANCHES} branches")
        return
    uneven = [index for index, branch in enumerate(branches) if abs(branch.percentage * 10 - branch.tenths) > 1e-6]
    for index in uneven:
        compiler.problem((*path, index, "percentage"), "a percentage has one decimal at most")
    total = sum(branch.tenths for branch in branches)
    if total != 1000 and not uneven:
        compiler.problem(path, f"the percentages sum up to {total / 10:g}, not to 100")
