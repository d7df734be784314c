"""A recipient's run as a state machine: `(run, step, facts) → (run, effects)`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from addressee.channels.providers import ChannelType
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.content.liquid import TemplateError
from addressee.messaging.content.model import Content
from addressee.messaging.content.scope import Scope
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import Change, Status, undelivered
from addressee.messaging.recipients.identifiers import derived_ksuid
from addressee.messaging.recipients.identity import Profile, Subscribed
from addressee.messaging.steps.model import ChannelStep, DelayStep, Step
from addressee.messaging.steps.reach import reach
from addressee.preferences.decision import PreferenceContext

Entry = Mapping[str, Any]


class RunStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RecipientRun:
    """`step` is the position of the next one; `journal` holds what happened in this pass.

    `due_at` is when a paused run goes on. `kinds` and `profile` as of a WaitingRecipient.
    """

    id: UUID
    recipient: Identity
    data: Mapping[str, Any]
    status: RunStatus
    step: int = 0
    journal: tuple[Entry, ...] = ()
    due_at: datetime | None = None
    subscription: Subscribed | None = None
    kinds: frozenset[str] | None = None
    profile: Profile | None = None

    @property
    def ended(self) -> bool:
        return self.status in {RunStatus.COMPLETED, RunStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step depends on besides the run. `recipient` is None when the one who was meant is gone.

    `preferences` are the recipient's; None where there is nothing to prefer. `kinds` are those of addresses that the
    run is limited to; None: it is not.
    """

    recipient: Recipient | None
    scope: Scope
    channels: Mapping[str, Channel]
    sandbox: bool
    triggered_at: datetime
    now: datetime
    skip_delay: bool = False
    preferences: PreferenceContext | None = None
    kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """The effect of a channel step: a message, what became of it so far, and the addresses that it is to be sent to.

    `recipient` is who the run's recipient is now: somebody else once the two were merged.
    """

    id: str
    recipient: Identity
    run: RecipientRun
    step: ChannelStep
    channel: Channel
    content: Content
    changes: tuple[Change, ...]
    addresses: tuple[Address, ...]


def run_through(run: RecipientRun, steps: tuple[Step, ...], facts: Facts) -> tuple[RecipientRun, list[NewMessage]]:
    """Takes the steps that are left, up to one that waits."""
    effects: list[NewMessage] = []
    run = replace(run, status=RunStatus.PROCESSING)
    if facts.recipient is None:
        run = noted(run, facts, "error", status="error", data={"reason": "recipient_missing"})
    else:
        for step in steps[run.step :]:
            run, made = take(run, step, facts.recipient, facts)
            effects += made
            if run.status is RunStatus.PAUSED:
                return run, effects
    return noted(replace(run, status=RunStatus.COMPLETED), facts, "run_completed"), effects


def take(
    run: RecipientRun, step: Step, recipient: Recipient, facts: Facts
) -> tuple[RecipientRun, tuple[NewMessage, ...]]:
    match step:
        case DelayStep():
            return delay(run, step, facts), ()
        case ChannelStep():
            return notify(run, step, recipient, facts)


def delay(run: RecipientRun, step: DelayStep, facts: Facts) -> RecipientRun:
    after = replace(run, step=run.step + 1)
    if facts.skip_delay:
        return noted(after, facts, "step_skipped", step, data={"reason": "skip_delay"})
    due_at = facts.now + step.wait
    paused = replace(after, status=RunStatus.PAUSED, due_at=due_at)
    return noted(paused, facts, "step_started", step, data={"due_at": due_at})


def notify(
    run: RecipientRun, step: ChannelStep, recipient: Recipient, facts: Facts
) -> tuple[RecipientRun, tuple[NewMessage, ...]]:
    run = noted(run, facts, "step_started", step)
    after = replace(run, step=run.step + 1)
    channel = facts.channels[step.channel]
    reached = reach(recipient, channel, facts.preferences, facts.kinds)
    if reached.obstacle is not None:
        return noted(after, facts, "step_skipped", step, data=reached.obstacle), ()
    to = [address.value for address in reached.addresses]
    try:
        said, refused = step.template.render(facts.scope, channel, to)
    except TemplateError as error:
        said = step.template.blank(channel, to)
        after = noted(after, facts, "error", step, status="error", data={"reason": f"template: {error}"})
        changes = (undelivered("fatal_error", f"template: {error}"),)
    else:
        changes = (Change(first_status(channel, sandbox=facts.sandbox)),)
        for reason in refused:
            after = noted(after, facts, "link_refused", step, status="error", data={"reason": f"link: {reason}"})
    id = derived_ksuid(facts.triggered_at, str(run.id), step.ref)
    after = noted(after, facts, "message_enqueued", step, data={"message_id": id, "channel_type": channel.type})
    sending = reached.addresses if changes[-1].status is Status.QUEUED else ()
    return after, (NewMessage(id, recipient.identity, run, step, channel, said, changes, sending),)


def first_status(channel: Channel, *, sandbox: bool) -> Status:
    if sandbox:
        return Status.NOT_SENT
    return Status.DELIVERED if channel.type is ChannelType.IN_APP_FEED else Status.QUEUED


def noted(
    run: RecipientRun,
    facts: Facts,
    event: str,
    step: Step | None = None,
    *,
    status: str = "ok",
    data: Mapping[str, Any] | None = None,
) -> RecipientRun:
    entry: dict[str, Any] = {"event": event, "status": status, "inserted_at": facts.now}
    if step is not None:
        entry |= {"step_ref": step.ref, "step_type": "delay" if isinstance(step, DelayStep) else "channel"}
    if data is not None:
        entry["data"] = data
    return replace(run, journal=(*run.journal, entry))
