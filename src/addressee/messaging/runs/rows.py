"""Rows that pages of runs store, as their statements take them; documents are encoded."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from addressee.messaging.messages.status import Status
from addressee.messaging.steps.run import RunStatus


class OriginRow(NamedTuple):
    run_id: UUID
    page: int
    cancellation_key: str | None
    since: datetime


class StartedRun(NamedTuple):
    """A recipient's run that is new, where its first pass has brought it. Its origin is the row of that number."""

    origin: int
    id: UUID
    collection: str
    recipient_id: str
    uid: UUID | None
    data: bytes
    subscription: bytes | None
    kinds: bytes | None
    profile: bytes | None
    topic: str | None
    status: RunStatus
    step: int
    journal: bytes
    due_at: datetime | None
    refs: bytes | None
    errors: int


class HeldRun(NamedTuple):
    id: UUID
    recipient_id: str
    step: int


class MovedRun(NamedTuple):
    """A recipient's run after a pass; `step_before` is where the pass began.

    `data` and `refs` are None where they did not change.
    """

    id: UUID
    recipient_id: str
    step_before: int
    status: RunStatus
    step: int
    journal: bytes
    due_at: datetime | None
    errors: int
    data: bytes | None
    refs: bytes | None


class MessageRow(NamedTuple):
    """A new message. With `ends_run`, endpoints are told of the end of its run after it."""

    id: str
    collection: str
    recipient_id: str
    uid: UUID | None
    channel_id: UUID
    run_id: UUID
    recipient_run_id: UUID
    step_ref: str
    data: bytes
    filter_data: bytes
    content: bytes
    topic: str | None
    status: Status | None
    actors: bytes
    collected: bytes | None
    first_events: bytes
    ends_run: bool


class SendRow(NamedTuple):
    """`status` is None where it is the only one of its message, which then has the status."""

    message_id: str
    id: str
    collection: str
    recipient_id: str
    uid: UUID | None
    channel_id: UUID
    run_id: UUID
    page: int
    kind: str
    address: str
    status: Status | None


class FannedOut(NamedTuple):
    """An object whose subscribers a run reaches."""

    collection: str
    id: str
    uid: UUID | None
    kinds: bytes | None
