"""Rows that runs join and open batches with, as their statements take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from addressee.messaging.runs.effects import Asked, AskingPage
from addressee.messaging.steps.batches.batch_requests import JoinBatch, Joined, Led, Opened


class BatchKey(NamedTuple):
    """The identity of an open batch, within its environment and workflow."""

    recipient_id: str
    uid: UUID
    step_ref: str
    key: str
    version: str
    tenant: str


class Joining(NamedTuple):
    """A run that joins a batch or opens one, with what the statements take of its request."""

    run_id: UUID
    batch: BatchKey
    collection: str
    closes_at: datetime
    slide: timedelta | None
    slides_until: timedelta | None
    max_items: int | None
    min_items: int
    leads: bool
    look_back: timedelta | None
    data: bytes

    @property
    def changes_batch(self) -> bool:
        """Returns whether the row of the batch may change as this run joins: who goes on for it, or that it is full."""
        return self.leads or self.look_back is not None or self.max_items is not None

    @classmethod
    def of(cls, page: AskingPage, asked: Asked) -> Joining:
        request: JoinBatch = asked.request
        recipient = request.recipient
        assert recipient.uid is not None  # the recipient lives
        version = str(page.run.version_id) if request.pinned else ""
        sliding = request.sliding
        return cls(
            asked.run.id,
            BatchKey(recipient.id, recipient.uid, asked.step.ref, request.key, version, request.tenant),
            recipient.collection,
            request.closes_at,
            None if sliding is None else sliding.window,
            None if sliding is None else sliding.limit,
            request.max_items,
            request.min_items,
            request.leads,
            request.look_back,
            msgspec.json.encode(asked.run.data),
        )


class NewBatch(NamedTuple):
    """A batch to open, unless there is one. `recipient_run_id` is None where a run that leads opens it, at `led_at`."""

    id: UUID
    batch: BatchKey
    collection: str
    recipient_run_id: UUID | None
    closes_at: datetime
    led_at: datetime | None


class NewItem(NamedTuple):
    recipient_run_id: UUID
    batch_id: UUID
    recipient_id: str
    data: bytes


class Continued(NamedTuple):
    """A batch for which a run goes on from now on."""

    id: UUID
    recipient_id: str
    recipient_run_id: UUID


class Full(NamedTuple):
    """A batch that has all items that it may have."""

    id: UUID
    recipient_id: str
    recipient_run_id: UUID | None


@dataclass(slots=True)
class Round:
    """The outcome of one round of joining. `left` are the runs whose batch was closed or filled meanwhile."""

    answers: dict[UUID, Opened | Joined | Led] = field(default_factory=dict)
    items: list[NewItem] = field(default_factory=list)
    continued: list[Continued] = field(default_factory=list)
    full: list[Full] = field(default_factory=list)
    left: list[Joining] = field(default_factory=list)
