"""The delivery of a message as a state machine (knock.md §3.9). Pure.

A message goes to one address or to several. Each of its sends goes through the states from `queued` on by itself, and
the message's own status follows from theirs: see `combined`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import msgspec

from addressee.channels.sender import OF_CHANNEL, OF_MOMENT, Delivered, Failed, Failure, Sent

MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=10)
JITTER = 0.2

# The longest time that a message waits for a channel whose provider cannot be used.
LONGEST_WAIT = timedelta(days=1)

# The longest pause before a retry, whatever a provider asks for.
LONGEST_PAUSE = timedelta(hours=1)

# The failure reason of an address whose owner has told the provider not to be written to.
OPTED_OUT = "opted_out"


class Status(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    UNDELIVERED = "undelivered"
    NOT_SENT = "not_sent"
    BOUNCED = "bounced"


FIRST = frozenset({Status.QUEUED, Status.DELIVERED, Status.NOT_SENT, Status.UNDELIVERED})

# What failed for good stays so, unless somebody has it sent again.
FAILED = frozenset({Status.UNDELIVERED, Status.NOT_SENT, Status.BOUNCED})

NEXT: Mapping[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {
            Status.SENT,
            Status.DELIVERED,
            Status.DELIVERY_ATTEMPTED,
            Status.UNDELIVERED,
            Status.NOT_SENT,
            Status.BOUNCED,
        }
    ),
    Status.DELIVERY_ATTEMPTED: frozenset({Status.QUEUED, Status.UNDELIVERED, Status.NOT_SENT, Status.BOUNCED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.BOUNCED}),
    Status.DELIVERED: frozenset(),
    **dict.fromkeys(FAILED, frozenset({Status.QUEUED})),
}

# A message has the highest of its sends' statuses: what has arrived counts most, then what may still arrive, then what
# has failed for good.
RANKS = {
    status: rank
    for rank, status in enumerate(
        (
            Status.UNDELIVERED,
            Status.BOUNCED,
            Status.NOT_SENT,
            Status.DELIVERY_ATTEMPTED,
            Status.QUEUED,
            Status.SENT,
            Status.DELIVERED,
        )
    )
}


class IllegalChangeError(Exception):
    """A status that cannot follow the one before."""


class StatusChange(msgspec.Struct, frozen=True):
    """A message's next status, and what its event tells about it."""

    status: Status
    data: Mapping[str, Any] | None = None

    @property
    def event(self) -> str:
        return f"message.{self.status}"


def follow(status: Status | None, changes: tuple[StatusChange, ...]) -> Status | None:
    """Returns the status after `changes`; None stands for a new message. Raises IllegalChangeError."""
    for change in changes:
        allowed = FIRST if status is None else NEXT[status]
        if change.status not in allowed:
            raise IllegalChangeError(f"A message that is {status or 'new'} cannot become {change.status}.")
        status = change.status
    return status


def combined(statuses: Iterable[Status]) -> Status:
    """Returns the status of a message from those of its sends: `sent` once one was taken, until then `queued` as long
    as one waits, `delivery_attempted` as long as one is to be tried again, and then how the sends failed.
    """
    return max(statuses, key=RANKS.__getitem__)


def combined_changes(
    sends: Mapping[str, Status], changed: Iterable[tuple[str, StatusChange]]
) -> tuple[StatusChange, ...]:
    """Returns the changes of a message that follow from those of its sends, in their order.

    `sends` are the statuses of all sends of the message before, by their ids.
    """
    statuses = dict(sends)
    status = combined(statuses.values())
    told: dict[Status, StatusChange] = {}
    changes = []
    for send_id, change in changed:
        statuses[send_id] = change.status
        told[change.status] = change
        after = combined(statuses.values())
        if after is not status:
            changes.append(told.get(after, StatusChange(after)))
            status = after
    return tuple(changes)


def outcome(attempt: int, result: Sent | Failed, waited: timedelta = timedelta()) -> tuple[StatusChange, ...]:
    """Returns the changes of a queued send that follow from the result of its n-th attempt (from 1).

    `waited` is the time since the message was made: it may wait for its channel for LONGEST_WAIT.
    """
    match result:
        case Delivered():
            return (StatusChange(Status.DELIVERED),)
        case Sent():
            return (StatusChange(Status.SENT),)
        case Failed(failure, reason) if failure in OF_CHANNEL and waited < LONGEST_WAIT:
            return (attempted(attempt, reason, retryable=True),)
        case Failed(failure, reason) if failure in OF_MOMENT and attempt < MAX_ATTEMPTS:
            return (attempted(attempt, reason, retryable=True),)
        case Failed(failure, reason) if failure in OF_CHANNEL | OF_MOMENT:
            return (attempted(attempt, reason, retryable=False), undelivered("retries_exhausted", reason))
        case Failed(Failure.BOUNCED, reason):
            return (StatusChange(Status.BOUNCED, {"failure_reason": "fatal_error", "failure_details": reason}),)
        case Failed(Failure.OPTED_OUT, reason):
            return (undelivered(OPTED_OUT, reason),)
        case Failed(_, reason):
            return (undelivered("fatal_error", reason),)


def attempted(attempt: int, reason: str, *, retryable: bool) -> StatusChange:
    return StatusChange(
        Status.DELIVERY_ATTEMPTED,
        {"attempt": attempt, "max_attempts": MAX_ATTEMPTS, "retryable": retryable, "failure_details": reason},
    )


def undelivered(failure: str, details: str) -> StatusChange:
    return StatusChange(Status.UNDELIVERED, {"failure_reason": failure, "failure_details": details})


def retry_after(attempt: int, chance: float, pause: timedelta | None = None) -> timedelta:
    """Returns how long to wait after the n-th attempt (from 1): twice as long each time, all eight within half an hour.

    It is at least `pause`, which a provider may ask for, up to an hour. `chance`, from 0 to 1, spreads
    retries, so that what failed together does not come back together.
    """
    wait = FIRST_RETRY * float(2 ** (attempt - 1)) * (1 + JITTER * (2 * chance - 1))
    return wait if pause is None else max(wait, min(pause, LONGEST_PAUSE))
