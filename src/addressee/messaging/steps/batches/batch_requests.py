"""The requests of batch steps to the database, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from addressee.directory.recipient import Identity
from addressee.messaging.steps.model import Request


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window that each item prolongs, up to `limit` after the batch was opened."""

    window: timedelta
    limit: timedelta


@dataclass(frozen=True, slots=True)
class JoinBatch(Request):
    """Asks for the open batch of a recipient under a key, or else to open one that closes at `closes_at`.

    A batch that has `max_items` is full; one with less than `min_items` does not close. With `leads`, a run that opens
    a batch goes on alone, and the next one that joins goes on for those that follow; with `look_back`, only where no
    run went on in so long a time before. The answer is one of `Opened`, `Joined` and `Led`.
    """

    recipient: Identity
    key: str
    tenant: str
    closes_at: datetime
    pinned: bool
    sliding: Sliding | None = None
    max_items: int | None = None
    min_items: int = 0
    leads: bool = False
    look_back: timedelta | None = None

    @property
    def ends_pass(self) -> bool:
        return not self.leads


@dataclass(frozen=True, slots=True)
class Opened:
    """The run goes on for a batch when that closes."""

    batch_id: UUID
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """The run is an item of a batch for which another one goes on."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class Led:
    """The run goes on at once, and opened a batch for those that follow."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class CloseBatch(Request):
    """Asks to close the batch for which a run goes on. The answer is one of `Closed`, `NotYet`, `Joined` (the batch was
    united with another), and `NoBatch`.

    A batch with less than `min_items` stays open until `keeps_until`, if that is given. With `latest`, the run goes on
    with the newest version of its workflow, if the step is there.
    """

    latest: bool = False
    sliding: Sliding | None = None
    min_items: int = 0
    keeps_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A batch that closed with `total` items, and what was merged of their data.

    `position` is where this step stands in the version that the run goes on with, None if it is the run's own.
    """

    batch_id: UUID
    total: int
    data: Mapping[str, Any]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """The batch stays open."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class NoBatch:
    """The run goes on for no batch that could close."""
