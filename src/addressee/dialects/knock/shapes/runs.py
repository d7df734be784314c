"""Recipients' runs (knock.md §2.2, §3.12)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from addressee.dialects.knock.shapes.common import Reference, Typed


class TriggerSource(Struct, kw_only=True):
    """The source of a run; one that a schedule started has a `schedule_id`."""

    type: str
    schedule_id: str | UnsetType = UNSET
    cancellation_key: str | None


class WorkflowRecipientRunEvent(Typed, kw_only=True):
    id: str
    event: str
    status: str
    step_ref: str | None
    step_type: str | None
    attempt: int | None
    data: dict[str, Any] | None
    inserted_at: str


class WorkflowRecipientRun(Typed, kw_only=True):
    """`events` are there where one run is asked for."""

    cursor: str = field(name="__cursor")
    id: str
    workflow_run_id: str
    workflow: str
    status: str
    recipient: Reference
    actor: Reference | None
    tenant: str | None
    error_count: int
    trigger_source: TriggerSource
    inserted_at: str
    updated_at: str
    events: list[WorkflowRecipientRunEvent] | UnsetType = UNSET
