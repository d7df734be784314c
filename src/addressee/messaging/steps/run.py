"""The run of a workflow for one recipient, as steps advance it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec.structs import replace

from addressee.directory.recipient import Identity
from addressee.messaging.recipients.identity import Profile, Subscribed

Entry = Mapping[str, Any]

# A position after the last step of every workflow.
END = 32_000


class RunStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Moment(Protocol):
    """The context of a journal entry: its time."""

    @property
    def now(self) -> datetime: ...


class Named(Protocol):
    """A step, as a journal names it."""

    @property
    def ref(self) -> str: ...

    @property
    def kind(self) -> str: ...


class RecipientRun(msgspec.Struct, frozen=True):
    """The run of a workflow for one recipient.

    `data` is this recipient's own part of the data, which is laid over that of the trigger, and what steps have added.
    `step` is the position of the next step; `journal` holds the entries of this pass. `due_at` is when a paused run
    continues. `kinds` and `profile` are those of WaitingRecipient. `refs` holds the results of steps by their refs.
    `version_id` is that of the workflow, None: the one of its trigger.
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
    refs: Mapping[str, Mapping[str, Any]] = {}
    version_id: UUID | None = None

    @property
    def ended(self) -> bool:
        return self.status in {RunStatus.COMPLETED, RunStatus.CANCELLED}

    @property
    def errors(self) -> int:
        """The number of errors in this pass."""
        return sum(entry["status"] == "error" for entry in self.journal)

    def noted(
        self,
        context: Moment,
        event: str,
        step: Named | None = None,
        *,
        status: str = "ok",
        data: Mapping[str, Any] | None = None,
    ) -> RecipientRun:
        """Returns the run with one more entry in its journal."""
        entry: dict[str, Any] = {"event": event, "status": status, "inserted_at": context.now}
        if step is not None:
            entry |= {"step_ref": step.ref, "step_type": step.kind}
        if data is not None:
            entry["data"] = data
        return replace(self, journal=(*self.journal, entry))

    def at(self, position: int) -> RecipientRun:
        """Returns the run with this position as its next step."""
        return replace(self, step=position)

    @property
    def passed(self) -> RecipientRun:
        """The run once it has taken its step: the one after it is next."""
        return self.at(self.step + 1)

    def paused(self, until: datetime | None) -> RecipientRun:
        """Returns the run waiting where it is; with None, until something other than time has it go on."""
        return replace(self, status=RunStatus.PAUSED, due_at=until)

    def completed(self, context: Moment) -> RecipientRun:
        """Returns the run at its end."""
        return replace(self, status=RunStatus.COMPLETED).noted(context, "run_completed")

    def stopped(self, context: Moment, reason: str, step: Named | None = None, **data: Any) -> RecipientRun:
        """Returns the run at its end, before its last step, for this reason."""
        return self.noted(context, "run_stopped", step, data={"reason": reason, **data}).completed(context)

    def with_result(self, ref: str, **result: Any) -> RecipientRun:
        """Returns the run with more results of a step, which conditions and templates find below `refs.<ref>`."""
        return replace(self, refs={**self.refs, ref: {**self.refs.get(ref, {}), **result}})

    def with_data(self, added: Mapping[str, Any]) -> RecipientRun:
        """Returns the run with values laid over its data, key by key."""
        return replace(self, data={**self.data, **added})

    def with_data_of_batch(self, merged: Mapping[str, Any]) -> RecipientRun:
        """Returns the run with the data of a batch in place of its own, and of its trigger's: see `StepContext`."""
        return replace(self, data=merged)
