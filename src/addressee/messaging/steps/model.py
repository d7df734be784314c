"""Types that all kinds of step share: the run that they advance, their context, and the messages that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from addressee.channels.channel_data import TenantData
from addressee.channels.provider import Provider
from addressee.directory.recipient import Identity, Recipient
from addressee.messaging.content.model import Content
from addressee.messaging.content.scope import Scope
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.definitions.sources import Source
from addressee.messaging.environment.channels import Channel
from addressee.messaging.messages.model import Address
from addressee.messaging.messages.status import StatusChange
from addressee.messaging.recipients.identity import Profile, Subscribed
from addressee.preferences.decision import PreferenceContext

Entry = Mapping[str, Any]


class RunStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class StepContext:
    """The context of a step, besides the run. `recipient` is None when the run's recipient has been deleted.

    `preferences` is None for runs to which no preferences apply. `kinds` are the kinds of address that the run is
    limited to, None if it is not. `tenant_id` is that of the run, `tenant` is None if it does not exist.
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
    tenant: Recipient | None = None
    tenant_id: str | None = None

    def tenant_data(self, channel: Channel) -> TenantData:
        """Returns the run's tenant with its data for a channel."""
        return TenantData(self.tenant_id, {} if self.tenant is None else channel.data_of(self.tenant))


@dataclass(frozen=True, slots=True)
class RecipientRun:
    """The run of a workflow for one recipient.

    `step` is the position of the next step; `journal` holds the entries of this pass. `due_at` is when a paused run
    continues. `kinds` and `profile` are those of WaitingRecipient.
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

    def noted(
        self,
        context: StepContext,
        event: str,
        step: Step | None = None,
        *,
        status: str = "ok",
        data: Mapping[str, Any] | None = None,
    ) -> RecipientRun:
        """Returns the run with one more entry in its journal."""
        entry: dict[str, Any] = {"event": event, "status": status, "inserted_at": context.now}
        if step is not None:
            entry |= {"step_ref": step.ref, "step_type": step.__struct_config__.tag}
        if data is not None:
            entry["data"] = data
        return replace(self, journal=(*self.journal, entry))


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that a step made, its status changes so far, and the addresses that it is to be sent to.

    `recipient` is the current identity of the run's recipient, which differs from the run's after a merge.
    """

    id: str
    recipient: Identity
    run: RecipientRun
    step: Step
    channel: Channel
    content: Content
    changes: tuple[StatusChange, ...]
    addresses: tuple[Address, ...]


class Step(Definition, frozen=True, tag_field="type"):
    """A step of a workflow, as it is stored: the kind is its tag. `ref` names it within the workflow."""

    ref: Name

    def take(
        self, run: RecipientRun, recipient: Recipient, context: StepContext
    ) -> tuple[RecipientRun, tuple[NewMessage, ...]]:
        """Returns the run once it has taken this step, or waits in it, and the messages that the step made."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class UsableChannel:
    """A channel that steps may name. `provider` is None if the channel's file names an unknown type or provider.

    `link_schemes` are those that links may have, None if the channel is not in the folder or cannot be used. `lacks`
    names the settings without which a stored channel cannot send.
    """

    provider: Provider | None
    link_schemes: frozenset[str] | None = None
    lacks: tuple[str, ...] = ()


class StepFile(Definition, frozen=True):
    """A step in the form of a file."""

    ref: Name

    def read(self, source: Source, path: FieldPath, channels: Mapping[str, UsableChannel]) -> Step | None:
        """Returns the step at a path. Returns None when it cannot be used; the source then has the problems."""
        raise NotImplementedError
