"""Says what a workflow would do for one recipient now, and what stops it. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from addressee.conditions.groups import evaluate
from addressee.directory.recipient import Document
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.channel import ChannelStep
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.entry import EntryConditions
from addressee.messaging.steps.reach import Reach, reach
from addressee.messaging.suppressions.model import Suppression


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A channel step and the addresses that it would reach; `obstacle` says why it would reach none.

    An obstacle is one of `Reach`, or `suppressed`, when all of the step's addresses are: then it is that of the first.
    `suppressed` are the step's addresses that would not be reached because they are.
    """

    ref: str
    channel: Channel
    addresses: tuple[Address, ...]
    obstacle: Document | None
    suppressed: tuple[Suppression, ...] = ()

    @property
    def reached(self) -> bool:
        return self.obstacle is None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`obstacle` is what stops the whole workflow: `workflow_missing`, `workflow_inactive`, `actor_missing`,
    `recipient_missing`, or `conditions`: those of its trigger, with what they compare. Its steps, if it has any, then
    have the same one.
    """

    steps: tuple[ExplainedStep, ...]
    obstacle: Document | None = None

    @property
    def addresses(self) -> frozenset[Address]:
        return frozenset(address for step in self.steps for address in step.addresses)


def explained(run: Run, context: StepContext, *, active: bool) -> Explanation:
    obstacle = obstacle_of(run, context, active=active)
    steps = [step for step in run.workflow.steps if isinstance(step, ChannelStep)]
    return Explanation(tuple(explained_step(step, context, obstacle) for step in steps), obstacle)


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


def explained_step(step: ChannelStep, context: StepContext, obstacle: Document | None) -> ExplainedStep:
    channel = context.channels[step.channel]
    if obstacle is not None or context.recipient is None:
        reached = Reach(obstacle=obstacle)
    else:
        reached = reach(
            context.recipient,
            channel,
            context.preferences,
            tenant=context.tenant_data(channel),
            is_fixed=step.template.is_fixed(channel),
        )
    return ExplainedStep(step.ref, channel, reached.addresses, reached.obstacle)


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
