"""Says what a workflow would do for one recipient now, and what stops it. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from addressee.database.pool import Pool
from addressee.database.queries import load
from addressee.directory.reading.reader import Reader
from addressee.directory.recipient import Document, Identity, Place
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.runs.context import read_facts
from addressee.messaging.runs.store import Run
from addressee.messaging.steps.channel import ChannelStep
from addressee.messaging.steps.model import RecipientRun, RunStatus, StepContext
from addressee.messaging.steps.reach import Reach, reach
from addressee.messaging.workflows.model import read_version

SQL = load(__package__)


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


async def explain(
    pool: Pool,
    reader: Reader,
    recipient: Place,
    workflow_key: str,
    *,
    tenant: str | None,
    actor: Place | None,
    data: Document,
    now: datetime,
) -> Explanation:
    row = await pool.fetchrow(*SQL["workflow"](environment_id=recipient.environment_id, key=workflow_key))
    if row is None:
        return Explanation((), {"reason": "workflow_missing"})
    named = [recipient, *([actor] if actor else [])]
    found = await reader.read_all(named)

    def identified(place: Place) -> Identity:
        person = found.get(place)
        return Identity(*place, None if person is None else person.uid)

    run = Run(
        environment_id=recipient.environment_id,
        id=uuid7(),
        workflow_key=workflow_key,
        version_id=row["version_id"],
        workflow=read_version(row["content"]),
        tenant=tenant,
        actor=None if actor is None else identified(actor),
        data=data,
        sandbox=False,
        skip_delay=False,
        inserted_at=now,
    )
    recipient_run = RecipientRun(uuid7(), identified(recipient), {}, RunStatus.QUEUED)
    (facts,) = await read_facts(pool, reader, run, [recipient_run], now)
    return explained(run, facts, active=row["active"])


def explained(run: Run, facts: StepContext, *, active: bool) -> Explanation:
    obstacle = obstacle_of(run, facts, active=active)
    steps = [step for step in run.workflow.steps if isinstance(step, ChannelStep)]
    return Explanation(tuple(explained_step(step, facts, obstacle) for step in steps), obstacle)


def obstacle_of(run: Run, facts: StepContext, *, active: bool) -> Document | None:
    """What stops the whole workflow."""
    if not active:
        return {"reason": "workflow_inactive"}
    if run.actor is not None and run.actor.uid is None:
        return {"reason": "actor_missing"}
    return {"reason": "recipient_missing"} if facts.recipient is None else None


def explained_step(step: ChannelStep, facts: StepContext, obstacle: Document | None) -> ExplainedStep:
    channel = facts.channels[step.channel]
    if obstacle is not None or facts.recipient is None:
        reached = Reach(obstacle=obstacle)
    else:
        reached = reach(facts.recipient, channel, facts.preferences)
    return ExplainedStep(step.ref, channel, reached.addresses, reached.obstacle)
