"""The delivery of a message as a state machine (knock.md §3.9). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from addressee.channels.sender import Failed, Failure, Sent

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=10)
JITTER = 0.2


class Status(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    UNDELIVERED = "undelivered"
    NOT_SENT = "not_sent"
    BOUNCED = "bounced"


FIRST = frozenset({Status.QUEUED, Status.DELIVERED, Status.NOT_SENT, Status.UNDELIVERED})

NEXT: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {Status.SENT, Status.DELIVERY_ATTEMPTED, Status.UNDELIVERED, Status.NOT_SENT, Status.BOUNCED}
    ),
    Status.DELIVERY_ATTEMPTED: frozenset({Status.QUEUED, Status.UNDELIVERED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.BOUNCED}),
    Status.DELIVERED: frozenset(),
    Status.UNDELIVERED: frozenset(),
    Status.NOT_SENT: frozenset(),
    Status.BOUNCED: frozenset(),
}


class IllegalChangeError(Exception):
    """A status that cannot follow the one before."""


@dataclass(frozen=True, slots=True)
class Change:
    """A message's next status, and what its event tells about it."""

    status: Status
    data: Mapping[str, Any] | None = None

    @property
    def event(self) -> str:
        return f"message.{self.status}"


def follow(status: Status | None, changes: tuple[Change, ...]) -> Status | None:
    """The status after `changes`; None stands for a message that is only just made. Raises IllegalChangeError."""
    for change in changes:
        allowed = FIRST if status is None else NEXT[status]
        if change.status not in allowed:
            raise IllegalChangeError(f"A message that is {status or 'new'} cannot become {change.status}.")
        status = change.status
    return status


def outcome(attempt: int, result: Sent | Failed) -> tuple[Change, ...]:
    """What the result of the n-th attempt (from 1) makes of a queued message."""
    match result:
        case Sent():
            return (Change(Status.SENT),)
        case Failed(Failure.TEMPORARY, reason) if attempt < MAX_ATTEMPTS:
            return (attempted(attempt, reason, retryable=True),)
        case Failed(Failure.TEMPORARY, reason):
            return (attempted(attempt, reason, retryable=False), undelivered("retries_exhausted", reason))
        case Failed(Failure.PERMANENT, reason):
            return (undelivered("fatal_error", reason),)
        case Failed(_, reason):
            return (Change(Status.BOUNCED, {"failure_reason": "fatal_error", "failure_details": reason}),)


def attempted(attempt: int, reason: str, *, retryable: bool) -> Change:
    return Change(
        Status.DELIVERY_ATTEMPTED,
        {"attempt": attempt, "max_attempts": MAX_ATTEMPTS, "retryable": retryable, "failure_details": reason},
    )


def undelivered(failure: str, details: str) -> Change:
    return Change(Status.UNDELIVERED, {"failure_reason": failure, "failure_details": details})


def retry_after(attempt: int, chance: float) -> timedelta:
    """How long to wait after the n-th attempt (from 1): twice as long each time, all eight within half an hour.

    `chance`, from 0 to 1, spreads retries, so that what failed together does not come back together.
    """
    return FIRST_RETRY * float(2 ** (attempt - 1)) * (1 + JITTER * (2 * chance - 1))
