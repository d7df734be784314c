"""Says what a workflow would do for one recipient now, and what stops it. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from addressee.conditions.groups import evaluate
from addressee.directory.recipient import Document
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.runs.explanations.forecast import Decision, Visit, forecast
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.holds import Hold, hold_of
from addressee.messaging.steps.channels.reach import Reach
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.flow.entry import EntryConditions
from addressee.messaging.steps.model import Step
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.suppressions.model import Suppression


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A channel step and the addresses that it would reach; `obstacle` says why it would reach none.

    An obstacle is one of `Reach`; `conditions`, with what they compared; `branch_not_taken`, `channel_chosen`,
    `run_ended` or `not_reached`, with the `step` that leads past this one; or `suppressed`, when all of the step's
    addresses are: then it is that of the first. `suppressed` are the step's addresses that would not be reached because
    they are.

    `after` are the refs of steps before it that wait, or whose outcome is not known yet: the step is taken when they
    let the run go on, with the values of then. `hold` is what its message would wait for now.
    """

    ref: str
    channel: Channel
    addresses: tuple[Address, ...]
    obstacle: Document | None
    suppressed: tuple[Suppression, ...] = ()
    after: tuple[str, ...] = ()
    hold: Hold | None = None

    @property
    def reached(self) -> bool:
        return self.obstacle is None


class PathStep(NamedTuple):
    """A step of any kind: whether a run would come to it now, and else what leads it past, as in `ExplainedStep`.

    One that `sends` is among the explanation's steps, too.
    """

    ref: str
    kind: str
    sends: bool
    taken: bool
    obstacle: Document | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`obstacle` is what stops the whole workflow: `workflow_missing`, `workflow_inactive`, `actor_missing`,
    `recipient_missing`, or `conditions`: those of its trigger, with what they compare. Its steps, if it has any, then
    have the same one. `decisions` are those of steps with branches, in their order. `path` has the steps of the stored
    program in its order, where what is written as one step may be several of one ref.
    """

    steps: tuple[ExplainedStep, ...]
    obstacle: Document | None = None
    decisions: tuple[Decision, ...] = ()
    path: tuple[PathStep, ...] = ()

    @property
    def addresses(self) -> frozenset[Address]:
        return frozenset(address for step in self.steps for address in step.addresses)


def explained(run: Run, recipient_run: RecipientRun, context: StepContext, *, active: bool) -> Explanation:
    obstacle = obstacle_of(run, context, active=active)
    steps = [(at, step) for at, step in enumerate(run.workflow.steps) if isinstance(step, ChannelStep)]
    if obstacle is not None:
        path = tuple(path_step(step, taken=False, obstacle=obstacle) for step in run.workflow.steps)
        return Explanation(tuple(not_taken(step, context, obstacle) for _, step in steps), obstacle, path=path)

    def reaches(step: ChannelStep, here: StepContext) -> bool:
        return reach_of(step, here).obstacle is None

    found = forecast(run.workflow.steps, recipient_run, context, reaches)
    return Explanation(
        tuple(
            explained_step(step, found.visits[at])
            if at in found.visits
            else not_taken(step, context, found.obstacles.get(at, {"reason": "not_reached"}))
            for at, step in steps
        ),
        decisions=tuple(found.decisions),
        path=tuple(
            path_step(step, taken=at in found.visits, obstacle=found.obstacles.get(at))
            for at, step in enumerate(run.workflow.steps)
        ),
    )


def obstacle_of(run: Run, context: StepContext, *, active: bool) -> Document | None:
    """Returns the obstacle that stops the whole workflow, None when there is none."""
    if not active:
        return {"reason": "workflow_inactive"}
    if run.actor is not None and run.actor.uid is None:
        return {"reason": "actor_missing"}
    if context.recipient is None:
        return {"reason": "recipient_missing"}
    for step in run.workflow.steps:
        if isinstance(step, EntryConditions):
            evaluation = evaluate(step.required, context.condition_context)
            if not evaluation.holds:
                return {"reason": "conditions", "conditions": evaluation.shown}
    return None


def path_step(step: Step, *, taken: bool, obstacle: Document | None) -> PathStep:
    return PathStep(step.ref, step.kind, isinstance(step, ChannelStep), taken, obstacle)


def not_taken(step: ChannelStep, context: StepContext, obstacle: Document) -> ExplainedStep:
    return ExplainedStep(step.ref, context.channels[step.channel], (), obstacle)


def explained_step(step: ChannelStep, visit: Visit) -> ExplainedStep:
    reached = reach_of(step, visit.context)
    channel = visit.context.channels[step.channel]
    # What would hold it once the steps before it have waited is not known now.
    asks = reached.obstacle is None and not visit.after
    hold = hold_of(channel, step.windows, visit.context) if asks else None
    if hold is not None and not hold.patient:
        return ExplainedStep(step.ref, channel, (), {"reason": hold.by, **hold.shown})
    return ExplainedStep(step.ref, channel, reached.addresses, reached.obstacle, after=visit.after, hold=hold)


def reach_of(step: ChannelStep, context: StepContext) -> Reach:
    assert context.recipient is not None
    return step.reach(context.recipient, context.channels[step.channel], context)


def without_suppressed(explanation: Explanation, suppressed: Mapping[Address, Suppression]) -> Explanation:
    """Returns the explanation of what would reach its addresses if these were suppressed."""
    steps = tuple(step_without_suppressed(step, suppressed) for step in explanation.steps)
    return replace(explanation, steps=steps)


def step_without_suppressed(step: ExplainedStep, suppressed: Mapping[Address, Suppression]) -> ExplainedStep:
    entries = tuple(suppressed[address] for address in step.addresses if address in suppressed)
    if not entries:
        return step
    reached = tuple(address for address in step.addresses if address not in suppressed)
    return replace(step, addresses=reached, suppressed=entries, obstacle=None if reached else entries[0].obstacle)
