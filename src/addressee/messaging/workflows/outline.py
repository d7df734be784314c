"""Outlines: the flat program of a workflow as the nested steps that its file had. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from addressee.conditions.model import Conditions
from addressee.messaging.steps.batches.batch import CollectingStep
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.channel_cap import ChannelCapStep
from addressee.messaging.steps.flow.branch import BranchStep
from addressee.messaging.steps.flow.cohort import CohortStep
from addressee.messaging.steps.flow.entry import EntryCheck
from addressee.messaging.steps.flow.jumps import EndStep, JumpStep
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.waiting.wait import EndWaitStep, WaitStep

MATCHED = "matched"
TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class OutlinedBranch:
    """One of the branches of a step. A run that takes it ends after it if it `ends`.

    The default has no conditions. A branch of a random cohort has the `tenths` of a percent that take it.
    """

    name: str
    nodes: Sequence[Node]
    conditions: Conditions | None = None
    tenths: int | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A step as a file has it: the steps that are stored for it, without those of its branches."""

    ref: str
    steps: Sequence[Step]
    branches: Sequence[OutlinedBranch] = ()

    @property
    def first(self) -> Step:
        return self.steps[0]


def outline(program: Sequence[Step]) -> Sequence[Node]:
    """Returns the steps of a workflow, the checks of its trigger first if it has any."""
    return tuple(nodes_between(program, 0, len(program)))


def every_node(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yields nodes and those in their branches, in the order of the program."""
    for node in nodes:
        yield node
        for branch in node.branches:
            yield from every_node(branch.nodes)


def nodes_between(program: Sequence[Step], start: int, end: int) -> Iterator[Node]:
    while start < end:
        node, start = node_at(program, start)
        yield node


def node_at(program: Sequence[Step], at: int) -> tuple[Node, int]:
    """Returns the node that begins at a position, and the position after it."""
    step = program[at]
    route = route_at(program, at)
    if route is not None:
        after = 1 + max(i for i, each in enumerate(program) if isinstance(each, ChannelStep) and each.route == route)
        return Node(route, program[at:after]), after
    match step:
        case EntryCheck():
            after = next((i for i, each in enumerate(program) if not isinstance(each, EntryCheck)), len(program))
            return Node(step.ref, program[at:after]), after
        case ChannelCapStep() | CollectingStep():
            return Node(step.ref, program[at : at + 2]), at + 2
        case BranchStep():
            branches = [
                OutlinedBranch(branch.name, nodes, branch.conditions, ends=ends)
                for branch, (nodes, ends) in zip(
                    step.branches,
                    parts(program, step.ref, [each.target for each in step.branches], step.after),
                    strict=True,
                )
            ]
            return Node(step.ref, (step,), branches), step.after
        case CohortStep():
            cohorts = [
                OutlinedBranch(cohort.name, nodes, tenths=cohort.tenths, ends=ends)
                for cohort, (nodes, ends) in zip(
                    step.cohorts,
                    parts(program, step.ref, [each.target for each in step.cohorts], step.after),
                    strict=True,
                )
            ]
            return Node(step.ref, (step,), cohorts), step.after
        case WaitStep():
            return wait_at(program, at, step)
    return Node(step.ref, (step,)), at + 1


def route_at(program: Sequence[Step], at: int) -> str | None:
    """Returns the ref of the route that begins at a position: with its first channel, or with its conditions."""
    step = program[at]
    if isinstance(step, ChannelStep):
        return step.route
    following = program[at + 1] if at + 1 < len(program) else None
    has_conditions = isinstance(step, BranchStep) and isinstance(following, ChannelStep)
    return step.ref if has_conditions and following.route == step.ref else None  # type: ignore[union-attr]


def wait_at(program: Sequence[Step], at: int, step: WaitStep) -> tuple[Node, int]:
    end = program[at + 1]
    assert isinstance(end, EndWaitStep)
    if step.after == at + 2 or end.matched is None or end.timeout is None:
        return Node(step.ref, (step, end)), step.after
    found = parts(program, step.ref, [end.matched, end.timeout], step.after)
    branches = [
        OutlinedBranch(name, nodes, ends=ends) for name, (nodes, ends) in zip((MATCHED, TIMEOUT), found, strict=True)
    ]
    return Node(step.ref, (step, end), branches), step.after


def parts(
    program: Sequence[Step], ref: str, targets: Sequence[int], after: int
) -> Iterator[tuple[Sequence[Node], bool]]:
    """Yields the nodes of each branch of a step, and whether a run ends after them."""
    for start, end in zip(targets, [*targets[1:], after], strict=True):
        last = program[end - 1] if end > start else None
        is_own = isinstance(last, JumpStep | EndStep) and last.ref == ref
        yield tuple(nodes_between(program, start, end - 1 if is_own else end)), is_own and isinstance(last, EndStep)
