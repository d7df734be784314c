"""Says what a workflow would do for one recipient now, and what stops it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from addressee.directory.recipient import Document
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.channel import ChannelStep
from addressee.messaging.steps.model import StepContext
from addressee.messaging.steps.reach import Reach, reach


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A channel step; `obstacle` says why nobody would be reached (see `Reach`)."""

    ref: str
    channel: Channel
    addresses: tuple[Address, ...]
    obstacle: Document | None

    @property
    def reached(self) -> bool:
        return self.obstacle is None


@dataclass(frozen=True, slots=True)
class Explanation:
    """`obstacle` is what stops the whole workflow: `workflow_missing`, `workflow_inactive`, `actor_missing` or
    `recipient_missing`. Its steps, if it has any, then have the same one.
    """

    steps: tuple[ExplainedStep, ...]
    obstacle: Document | None = None


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
    return {"reason": "recipient_missing"} if context.recipient is None else None


def explained_step(step: ChannelStep, context: StepContext, obstacle: Document | None) -> ExplainedStep:
    channel = context.channels[step.channel]
    if obstacle is not None or context.recipient is None:
        reached = Reach(obstacle=obstacle)
    else:
        reached = reach(context.recipient, channel, context.preferences, tenant=context.tenant_data(channel))
    return ExplainedStep(step.ref, channel, reached.addresses, reached.obstacle)
